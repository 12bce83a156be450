"""Running jobs: which there are now, and one tick of one of them."""

import logging
import traceback
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from uuid import UUID

from core.host.faults import is_of_the_keyboard
from core.host.jobs import core_jobs
from core.host.shop import Shop
from core.host.work import Work
from core.kernel.values import dataclass
from core.worker import ticks

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Runnable:
    """A job ready to run: core's own (``plugin`` empty) or a plugin's."""

    key: str
    every_seconds: int
    run: Callable[[Work], None]
    plugin: str = ""
    cron: str = ""


def jobs_of(shop: Shop) -> Mapping[str, Runnable]:
    """Every job that has to run now, by key: core's, and those of plugins that take part."""
    found = {
        job.key: Runnable(job.key, job.every_seconds, job.run)
        for job in core_jobs(shop.config.is_sandbox)
    }
    for plugin, job in shop.plugins.contributions("jobs"):
        found[job.key] = Runnable(job.key, job.every_seconds, job.run, plugin, job.cron)
    return found


def run_tick(shop: Shop, key: str, tick: int) -> bool:
    """Run one tick, unless somebody else has it or the job is gone or its plugin off.

    Returns:
        Whether this call ran it, to whatever end; failures are kept with the tick.
    """
    job = jobs_of(shop).get(key)
    if job is None:
        return False
    claimed = ticks.claim(shop.database, key, tick)
    if claimed is None:
        return False
    ticks.finish(shop.database, claimed, _run(shop, job, claimed))
    return True


def run_asked(shop: Shop, run_id: UUID) -> bool:
    """Run what somebody asked for, unless another process has it.

    Returns:
        Whether this call ran it.
    """
    claimed = ticks.claim_asked(shop.database, run_id)
    if claimed is None:
        return False
    job = jobs_of(shop).get(claimed.job)
    error = _run(shop, job, claimed) if job is not None else "There is no such job any more."
    ticks.finish(shop.database, claimed, error)
    return True


def run_now(shop: Shop, key: str) -> Any:
    """Run a job at once, outside its ticks: for tests and the command line."""
    job = jobs_of(shop)[key]
    job.run(Work(shop, shop.plugins.settings_of(job.plugin)))


def _timed(shop: Shop, job: Runnable) -> AbstractContextManager[Any]:
    return shop.plugins.faults.timed(job.plugin, f"job:{job.key}") if job.plugin else nullcontext()


def _run(shop: Shop, job: Runnable, tick: ticks.Tick) -> str:
    def note(done: int, total: int | None) -> None:
        ticks.beat(shop.database, tick, done, total)

    work = Work(shop, shop.plugins.settings_of(job.plugin) if job.plugin else None, note)
    try:
        with _timed(shop, job):
            job.run(work)
    except BaseException as error:  # a job may raise anything; the others go on
        if is_of_the_keyboard(error):
            raise
        _log.exception("job %s failed", job.key)
        if job.plugin:
            shop.plugins.faults.record(job.plugin, f"job:{job.key}", error)
        return traceback.format_exc()
    return ""
