"""RQ's worker as a thread of ours: no fork per job, no signal handlers, an end on demand."""

import logging
import threading
from typing import Any

from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from rq.timeouts import TimerDeathPenalty

from core.host.redis_link import RedisLink, connect, rq_queue

AGAIN_SECONDS = 5.0
_TTL = 16  # RQ waits for jobs for this less 15 seconds at a time, so a stop is seen within one

_log = logging.getLogger(__name__)


class ThreadWorker(SimpleWorker):
    """Runs jobs in the thread that calls ``work``, until ``stopping`` is set."""

    death_penalty_class = TimerDeathPenalty
    stopping: threading.Event

    def _install_signal_handlers(self) -> None:
        """Signals belong to the process, not to one of its threads."""

    def heartbeat(self, *args: Any, **kwargs: Any) -> None:
        """Say that the worker lives, or stop when asked to."""
        if self.stopping.is_set():
            raise StopRequested
        super().heartbeat(*args, **kwargs)


def serve(link: RedisLink, stopping: threading.Event) -> None:
    """Work RQ's queue until ``stopping``; without Redis look for it again every few seconds."""
    while not stopping.is_set():
        if link.is_up():
            try:
                _work(link, stopping)
            except Exception:  # noqa: BLE001 - the database loop does all of it meanwhile
                _log.exception("the RQ worker failed, starting it again")
        stopping.wait(AGAIN_SECONDS)


def _work(link: RedisLink, stopping: threading.Event) -> None:
    client = connect(link.url, answer_seconds=None)
    worker = ThreadWorker(
        [rq_queue(client)], connection=client, serializer=JSONSerializer, worker_ttl=_TTL
    )
    worker.stopping = stopping
    worker.log_job_description = False
    worker.work(logging_level="ERROR")
