"""``banyan jobs``: scheduled work, when it last ran, and running it now."""

import time

import click
import sqlalchemy as sa

from core.cli.reporting import json_option, opened_shop, report, table
from core.host.models import JobRun
from core.worker.jobs import jobs_of, run_now


@click.group()
def jobs() -> None:
    """Scheduled work."""


@jobs.command("list")
@json_option
def list_jobs(as_json: bool) -> None:
    """Every job that runs now, with its last tick."""
    newest = sa.select(JobRun.job, sa.func.max(JobRun.tick).label("tick")).group_by(JobRun.job)
    last = newest.subquery()
    query = sa.select(JobRun).join(
        last, sa.and_(JobRun.job == last.c.job, JobRun.tick == last.c.tick)
    )
    with opened_shop() as shop:
        with shop.database.read() as session:
            runs = {run.job: run for run in session.scalars(query)}
        found = []
        for job in jobs_of(shop).values():
            run = runs.get(job.key)
            found.append(
                {
                    "key": job.key,
                    "every_seconds": job.every_seconds,
                    "state": run.state if run else None,
                    "started_at": run.started_at if run else None,
                    "finished_at": run.finished_at if run else None,
                    "error": run.error if run else "",
                }
            )
    columns = ("key", "every_seconds", "state", "started_at")
    rows = [["-" if f[name] is None else f[name] for name in columns] for f in found]
    report({"jobs": found}, table(["Job", "Every s", "State", "Started"], rows), as_json=as_json)


@jobs.command("run")
@click.argument("key")
@json_option
def run_job(key: str, as_json: bool) -> None:
    """Run the job KEY now, in this process."""
    with opened_shop() as shop:
        if key not in jobs_of(shop):
            raise click.BadParameter(f"no job is called {key}", param_hint="KEY")
        began = time.monotonic()
        run_now(shop, key)
        seconds = round(time.monotonic() - began, 3)
    report({"job": key, "seconds": seconds}, f"{key}: done in {seconds} s", as_json=as_json)
