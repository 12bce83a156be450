"""Jobs and workers: what runs, when it last did, what failed."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import request

from core.host.deliveries import backlog
from core.host.jobs import core_jobs
from core.host.runs import ask_for_run
from core.host.schedule import current_tick
from core.kernel.clock import now
from core.kernel.errors import ShopError
from core.kernel.values import dataclass
from core.web import context, i18n
from core.web.access import access
from core.web.admin.answers import Answer, done, sentences
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.queries.work import Run, beats, failed_runs, last_runs
from core.web.admin.render import render_admin_page

ALIVE = timedelta(seconds=30)
LATE = timedelta(minutes=2)


@dataclass(frozen=True)
class JobLine:
    """A job with its latest run. ``is_late``: it should have run again by now."""

    key: str
    label: str
    every_seconds: int
    cron: str
    plugin: str
    run: Run | None
    is_late: bool


@dataclass(frozen=True)
class ProcessLine:
    """A process; ``health`` is empty, ``late`` or ``dead``."""

    name: str
    kind: str
    seconds: int
    health: str


@admin.get("/jobs")
@access("staff:job.view")
def jobs() -> str:
    """The page."""
    return _show()


def _show(errors: list[str] | None = None) -> str:
    session = context.reader()
    processes = _processes()
    lines = _lines()
    return render_admin_page(
        "system/jobs.html",
        here="system",
        processes=processes,
        is_alive=any(not process.health for process in processes),
        lines=lines,
        failures=failed_runs(session),
        backlog=backlog(session),
        is_watching=request.args.get("watch") == "1",
        errors=errors or [],
    )


@admin.post("/jobs/run")
@access("staff:job.manage")
def run_now() -> Answer:
    """Ask the worker to run a job at once."""
    key = request.form.get("job", "")
    try:
        if key not in {line.key for line in _lines()}:
            return _show([i18n.gettext("There is no such job.")]), 404
        with context.writing() as session:
            ask_for_run(session, key)
            record(session, "job.run", "job", key)
    except ShopError as error:
        return _show(sentences(error)), error.status
    return done("/admin/jobs", "The worker was asked to run it now.")


def _processes() -> list[ProcessLine]:
    at, found = now(), []
    for beat in beats(context.reader()):
        silence = at - beat.beat_at
        health = "" if silence < ALIVE else "late" if silence < LATE else "dead"
        seconds = int(silence.total_seconds())
        found.append(ProcessLine(beat.name, beat.kind, max(seconds, 0), health))
    return found


def _lines() -> list[JobLine]:
    shop, runs = context.shop(), last_runs(context.reader())
    known: list[tuple[str, Any]] = [("", job) for job in core_jobs(shop.config.is_sandbox)]
    known += shop.plugins.contributions("jobs")
    zone = shop.settings().timezone
    return [
        JobLine(
            job.key,
            i18n.gettext(job.label),
            job.every_seconds,
            job.cron,
            plugin,
            runs.get(job.key),
            _is_late(runs.get(job.key), job, zone),
        )
        for plugin, job in known
    ]


def _is_late(run: Run | None, job: Any, zone: str) -> bool:
    if run is None:
        return False
    if job.cron:
        due_at = datetime.fromtimestamp(current_tick(job, zone), UTC)
        return run.started_at < due_at and now() - due_at > LATE
    return now() - run.started_at > timedelta(seconds=job.every_seconds * 2) + LATE
