"""A worker process: the relay, the scheduler and, where Redis answers, RQ's worker.

Three threads that share nothing but the shop. Each looks at the database by itself, so losing Redis
costs a fifth of a second a fact and nothing else.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable

import sqlalchemy as sa

from core.db.statements import changed, insert_or
from core.host.models import ProcessBeat
from core.host.redis_link import RedisLink
from core.host.shop import Shop
from core.kernel.clock import now
from core.worker.relay import Relay
from core.worker.scheduler import Scheduler

RELAY_SECONDS = 0.2
SCHEDULER_SECONDS = 0.5
BEAT_SECONDS = 5.0
TROUBLE_SECONDS = 1.0
STOP_SECONDS = 10.0
BREATH_SECONDS = 0.01
"""Between two batches on SQLite, so that a shopper waiting for the write lock gets it."""

_log = logging.getLogger(__name__)
_current: "WorkerProcess | None" = None


def current() -> "WorkerProcess | None":
    """The worker of this process, for what RQ calls by name."""
    return _current


class WorkerProcess:
    """Runs background work until it is told to stop.

    Args:
        shop: the process's shop, on a database that is at the code's schema version.
    """

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.link = RedisLink(shop.config.redis_url)
        self.relay = Relay(shop.database, shop.plugins)
        self._scheduler = Scheduler(shop, self.link)
        self._stopping = threading.Event()
        self._awake = threading.Event()
        self._name = f"{socket.gethostname()[:40]}:{os.getpid()}"

    def wake(self) -> None:
        """Have the relay look at the outbox now."""
        self._awake.set()

    def stop(self) -> None:
        """End every loop after what it is doing; safe in a signal handler."""
        self._stopping.set()
        self._awake.set()

    def run(self) -> None:
        """Work until :meth:`stop`. Returns when the threads ended, or after ten seconds."""
        global _current
        _current = self
        threads = [
            threading.Thread(target=self._loop, args=arguments, name=f"banyan-{arguments[0]}")
            for arguments in (
                ("relay", self._relay_step),
                ("scheduler", self._scheduler_step),
            )
        ]
        if self.link.is_configured:
            threads.append(threading.Thread(target=self._serve_rq, name="banyan-rq"))
        for thread in threads:
            thread.daemon = True
            thread.start()
        self._stopping.wait()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._scheduler.close(max(0.0, deadline - time.monotonic()))
        _current = None

    def _serve_rq(self) -> None:
        from core.worker.rq_worker import serve  # RQ is loaded only where Redis is configured

        serve(self.link, self._stopping)

    def _relay_step(self) -> None:
        self._awake.clear()
        if self.relay.step().is_idle:
            self._awake.wait(RELAY_SECONDS)
        elif self.shop.database.is_sqlite:
            time.sleep(BREATH_SECONDS)

    def _beat_for_redis(self) -> None:
        """Let “banyan doctor” know that this process has a Redis, maybe a private one."""
        if self.link.is_configured and self.link.is_up():
            self._beat("redis")

    def _scheduler_step(self) -> None:
        self._scheduler.step()
        self._stopping.wait(SCHEDULER_SECONDS)

    def _loop(self, kind: str, step: Callable[[], None]) -> None:
        beaten_at = float("-inf")
        while not self._stopping.is_set():
            try:
                if time.monotonic() - beaten_at >= BEAT_SECONDS:
                    self._beat(kind)
                    if kind == "scheduler":
                        self._beat_for_redis()
                    beaten_at = time.monotonic()
                step()
            except sa.exc.OperationalError as error:
                _log.error("%s: the database does not answer: %s", kind, error.orig)
                self._stopping.wait(TROUBLE_SECONDS)
            except Exception:  # noqa: BLE001 - the loop outlives every fault
                _log.exception("%s failed, going on", kind)
                self._stopping.wait(TROUBLE_SECONDS)

    def _beat(self, kind: str) -> None:
        row = {"name": f"{self._name}:{kind}", "kind": kind, "beat_at": now()}
        with self.shop.database.write() as session:
            insert = insert_or(session, ProcessBeat.__table__).values(row)
            changed(
                session,
                insert.on_conflict_do_update(
                    index_elements=["name"], set_={"beat_at": row["beat_at"]}
                ),
            )
