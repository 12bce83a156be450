"""When a job is due: every so many seconds since 1970, or at the times of a cron line."""

from datetime import datetime
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from croniter import croniter

from core.kernel.clock import now


class Scheduled(Protocol):
    """A job's schedule: one of the two says something."""

    @property
    def every_seconds(self) -> int:
        """Length of a tick; 0 with a cron line."""

    @property
    def cron(self) -> str:
        """Minute, hour, day, month, day of week; empty with a length."""


def current_tick(job: Scheduled, zone: str) -> int:
    """Start of the tick that the store's clock stands in, in unix seconds.

    For a cron line this is its newest time that has come, however long ago.

    Args:
        job: whose.
        zone: the store's time zone; cron lines are meant in it.
    """
    moment = int(now().timestamp())
    if not job.cron:
        return moment - moment % job.every_seconds
    return _newest(job.cron, zone, moment - moment % 60)


def is_frequent(job: Scheduled) -> bool:
    """Whether its ticks come so often that done ones are forgotten after minutes."""
    return not job.cron and job.every_seconds < 60


@lru_cache(maxsize=512)
def _newest(cron: str, zone: str, minute: int) -> int:
    """The newest time of a cron line up to and including a minute."""
    after = datetime.fromtimestamp(minute + 1, ZoneInfo(zone))
    return int(croniter(cron, after).get_prev(datetime).timestamp())
