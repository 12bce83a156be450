"""The way to Redis: short limits, no retries, and a pause after a failure.

Redis is a wake-up call here, never the truth: whoever asks must go on without an answer.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import redis
    import rq

QUEUE = "banyan"
CONNECT_SECONDS = 0.2
ANSWER_SECONDS = 0.3
PAUSE_SECONDS = 5.0

T = TypeVar("T")
_log = logging.getLogger(__name__)


class RedisLink:
    """Calls to one Redis, skipped for :data:`PAUSE_SECONDS` after one fails.

    So a Redis that refuses or stays silent costs one caller half a second at most, once in a while.

    Args:
        url: address; empty: there is no Redis, and every call answers ``None`` at once.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._client: redis.Redis | None = None
        self._open_until = float("-inf")
        self._lock = threading.Lock()

    @property
    def is_configured(self) -> bool:
        """Whether the installation names a Redis."""
        return bool(self.url)

    def is_up(self) -> bool:
        """Whether Redis answers now."""
        return self.call(lambda client: client.ping()) is True

    def enqueue(self, function: str, *args: object, job_id: str, timeout: int = 600) -> bool:
        """Put a job on RQ's queue by its dotted name, unless one of that id waits or runs.

        Returns:
            Whether Redis has it; ``False`` changes nothing but the time until somebody looks.
        """
        return self.call(lambda client: _enqueue(client, function, args, job_id, timeout)) is True

    def call(self, act: Callable[["redis.Redis"], T]) -> T | None:
        """What ``act`` answers, or ``None`` when Redis cannot be reached or failed just now."""
        if not self.url or time.monotonic() < self._open_until:
            return None
        from redis.exceptions import RedisError

        try:
            return act(self._connected())
        except (RedisError, OSError) as error:
            self._open_until = time.monotonic() + PAUSE_SECONDS
            _log.warning("Redis does not answer, going on without it: %s", error)
            return None

    def _connected(self) -> "redis.Redis":
        with self._lock:
            if self._client is None:
                self._client = connect(self.url)
            return self._client


def connect(url: str, *, answer_seconds: float | None = ANSWER_SECONDS) -> "redis.Redis":
    """A client with the house's limits; it connects at its first command.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://``.
        answer_seconds: how long a command may take; ``None`` for commands that block.
    """
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return redis.Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=answer_seconds,
        retry=Retry(NoBackoff(), 0),
    )


def rq_queue(client: "redis.Redis") -> "rq.Queue":
    """The house's queue; jobs travel as JSON, never as pickles."""
    import rq
    from rq.serializers import JSONSerializer

    return rq.Queue(QUEUE, connection=client, serializer=JSONSerializer)


def _enqueue(
    client: "redis.Redis", function: str, args: tuple[object, ...], job_id: str, timeout: int
) -> bool:
    from rq.exceptions import DuplicateJobError

    try:
        rq_queue(client).enqueue_call(
            function,
            args=args,
            job_id=job_id,
            unique=True,
            timeout=timeout,
            result_ttl=0,
            failure_ttl=0,
            ttl=300,
        )
    except DuplicateJobError:
        return True
    return True
