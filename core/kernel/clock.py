"""The store's clock: aware UTC, and in sandbox mode a number of seconds ahead of the real one.

Every process reads the offset from the database with the other shared counters (``core.db.state``)
and sets it here; rules and services ask :func:`now` and never ``datetime.now``.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_FIRST, _LAST = date(2, 1, 1), date(9998, 12, 31)

_offset = timedelta()


def now() -> datetime:
    """The current time of the store, aware, in UTC."""
    return datetime.now(UTC) + _offset


def set_offset(seconds: float) -> None:
    """Put the clock ``seconds`` ahead of the machine's; only sandbox mode stores another than 0."""
    global _offset
    _offset = timedelta(seconds=seconds)


def offset_seconds() -> float:
    """How far the clock is ahead of the machine's, in seconds."""
    return _offset.total_seconds()


def local_date(at: datetime, zone: str) -> date:
    """The calendar day of ``at`` in the store's time zone."""
    return at.astimezone(ZoneInfo(zone)).date()


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """First instant of a calendar day in the store's zone and first instant of the next, in UTC.

    Days that no calendar in use reaches are taken as the first or last that can be told everywhere.
    """
    day = min(max(day, _FIRST), _LAST)
    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=ZoneInfo(zone))
    return start.astimezone(UTC), end.astimezone(UTC)
