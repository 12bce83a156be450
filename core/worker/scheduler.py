"""The scheduler: looks which ticks are due and has each run once, by RQ or by itself."""

import logging
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait

from core.host.jobs import core_jobs
from core.host.redis_link import RedisLink
from core.host.schedule import current_tick
from core.host.shop import Shop
from core.worker import ticks
from core.worker.jobs import Runnable, jobs_of, run_asked, run_tick

RUN_TICK = "core.worker.tasks.run_tick"
PATIENCE_SECONDS = 2.0
"""How long a tick handed to RQ may lie before the scheduler runs it itself."""

LOOK_AGAIN_SECONDS = 5.0
"""How often a tick is looked at that somebody else holds; its process may have died."""

THREADS = 3
"""Of the house's jobs, and as many of plugins': a job of theirs that never ends holds no other up
than theirs."""

_log = logging.getLogger(__name__)


class Scheduler:
    """Any number may run, in any number of processes: a tick's row lets one of them have it.

    Args:
        shop: the process's shop.
        link: the way to Redis; ticks go through RQ while it answers.
    """

    def __init__(self, shop: Shop, link: RedisLink | None = None) -> None:
        self._shop = shop
        self._link = link or RedisLink("")
        self._look_at: dict[str, tuple[int, float]] = {}
        self._handed: dict[str, tuple[int, float]] = {}
        self._running: dict[str, Future[bool]] = {}
        self._house = ThreadPoolExecutor(THREADS, thread_name_prefix="banyan-job")
        self._plugins = ThreadPoolExecutor(THREADS, thread_name_prefix="banyan-plugin-job")

    def step(self) -> int:
        """Hand over or start what is due now; returns how many ticks this process started."""
        self._look_after_runs()
        with self._shop.database.read() as session:
            asked = ticks.asked_for(session)
        started = 0
        of_house = {job.key for job in core_jobs(self._shop.config.is_sandbox)}
        for run_id, key in asked:
            if key not in self._running:
                pool = self._house if key in of_house else self._plugins
                self._running[key] = pool.submit(run_asked, self._shop, run_id)
                started += 1
        for job, tick in self._due():
            if not self._hand_over(job, tick):
                pool = self._plugins if job.plugin else self._house
                self._running[job.key] = pool.submit(run_tick, self._shop, job.key, tick)
                started += 1
        return started

    def _look_after_runs(self) -> None:
        """Forget those that ended; what they could not note with their tick is logged."""
        for key, run in self._running.items():
            if run.done() and not run.cancelled() and (error := run.exception()):
                _log.error("job %s: how it ended could not be noted", key, exc_info=error)
        self._running = {key: run for key, run in self._running.items() if not run.done()}

    def finish(self, seconds: float | None = None) -> None:
        """Wait for the ticks that this process runs; raises what the database raised in them."""
        for run in self._running.values():
            run.result(seconds)

    def close(self, seconds: float = 0.0) -> None:
        """Start nothing more, and wait a while for ticks that run; they end by themselves."""
        for pool in (self._house, self._plugins):
            pool.shutdown(wait=False, cancel_futures=True)
        wait([run for run in self._running.values() if not run.cancelled()], seconds)

    def _due(self) -> Iterator[tuple[Runnable, int]]:
        zone = self._shop.settings().timezone
        for job in jobs_of(self._shop).values():
            tick = current_tick(job, zone)
            seen, look_at = self._look_at.get(job.key, (None, 0.0))
            if job.key in self._running or (seen == tick and time.monotonic() < look_at):
                continue
            with self._shop.database.read() as session:
                standing = ticks.standing(session, job.key, tick)
                if job.cron and standing is ticks.Standing.FREE:
                    standing = ticks.since_switched_on(session, job.plugin, tick)
            if standing is ticks.Standing.FREE:
                yield job, tick
            else:
                is_over = standing is ticks.Standing.OVER
                again = float("inf") if is_over else time.monotonic() + LOOK_AGAIN_SECONDS
                self._look_at[job.key] = tick, again

    def _hand_over(self, job: Runnable, tick: int) -> bool:
        """Give a tick to RQ; ``False`` when there is none, or it let the tick lie too long."""
        if not self._link.is_configured:
            return False
        handed, handed_at = self._handed.get(job.key, (None, 0.0))
        if handed == tick:
            return time.monotonic() - handed_at < PATIENCE_SECONDS
        job_id = f"tick-{job.key}-{tick}".replace(".", "-")
        if not self._link.enqueue(RUN_TICK, job.key, tick, job_id=job_id):
            return False
        self._handed[job.key] = tick, time.monotonic()
        return True
