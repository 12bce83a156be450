"""How the making of posters goes: what waits, how long it took, what could not be made and why."""

import statistics
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.values import dataclass
from plugins.poster.models import Poster
from plugins.poster.services.posters import FAILED, READY, WAITING

LATEST = 200
LATE = timedelta(minutes=1)
"""A poster that waits for longer tells that no worker runs."""


@dataclass(frozen=True)
class Workshop:
    """The state of making.

    Args:
        oldest_at: since when the poster waits that has waited longest; ``None``: none waits.
        byte_count: of the files of all posters that are ready.
        day_count: posters made within a day.
        median_seconds: from asking to finished, over the latest that succeeded at once.
        slowest_seconds: the longest of them.
    """

    waiting: int
    ready: int
    failed: int
    oldest_at: datetime | None
    byte_count: int
    day_count: int
    median_seconds: float
    slowest_seconds: float

    @property
    def megabytes(self) -> int:
        """What the files take, in whole millions of bytes, rounded up."""
        return -(-self.byte_count // 1_000_000)

    @property
    def is_late(self) -> bool:
        """Whether something waits for so long that nobody seems to be at work."""
        return self.oldest_at is not None and self.oldest_at < now() - LATE


@dataclass(frozen=True)
class Failure:
    """A poster that could not be made. ``error`` is for technicians, in English."""

    id: UUID
    member_id: UUID
    template_id: UUID
    asked_at: datetime
    tries: int
    error: str


def workshop(session: Session) -> Workshop:
    """How making goes. Two statements."""
    at = now()
    is_today = sa.case((Poster.ready_at >= at - timedelta(days=1), 1), else_=0)
    rows = session.execute(
        sa.select(
            Poster.state,
            sa.func.count().label("posters"),
            sa.func.sum(Poster.byte_count).label("bytes"),
            sa.func.sum(is_today).label("today"),
            sa.func.min(Poster.asked_at).label("oldest"),
        ).group_by(Poster.state)
    ).all()
    found = {row.state: row for row in rows}
    latest = session.execute(
        sa.select(Poster.asked_at, Poster.ready_at)
        .where(Poster.state == READY, Poster.tries == 1)
        .order_by(Poster.id.desc())
        .limit(LATEST)
    ).all()
    seconds = [
        (row.ready_at - row.asked_at).total_seconds() for row in latest if row.ready_at is not None
    ]
    waiting, ready = found.get(WAITING), found.get(READY)
    return Workshop(
        waiting=waiting.posters if waiting else 0,
        ready=ready.posters if ready else 0,
        failed=found[FAILED].posters if FAILED in found else 0,
        oldest_at=waiting.oldest if waiting else None,
        byte_count=int(ready.bytes or 0) if ready else 0,
        day_count=int(ready.today or 0) if ready else 0,
        median_seconds=statistics.median(seconds) if seconds else 0.0,
        slowest_seconds=max(seconds, default=0.0),
    )


def failures(session: Session, limit: int = 50) -> Sequence[Failure]:
    """Posters that could not be made, the latest first. One statement."""
    rows = session.execute(
        sa.select(
            Poster.id,
            Poster.member_id,
            Poster.template_id,
            Poster.asked_at,
            Poster.tries,
            Poster.error,
        )
        .where(Poster.state == FAILED)
        .order_by(Poster.asked_at.desc(), Poster.id)
        .limit(limit)
    )
    return [Failure(*row) for row in rows]


def failed_count(session: Session) -> int:
    """How many posters could not be made. One statement."""
    counted = sa.select(sa.func.count()).select_from(Poster).where(Poster.state == FAILED)
    return session.scalar(counted) or 0


def try_again(session: Session) -> int:
    """Have all posters that could not be made tried once more. Returns how many."""
    ids = session.execute(
        sa.update(Poster)
        .where(Poster.state == FAILED)
        .values(state=WAITING, tries=0, due_at=now(), asked_at=now(), error="")
        .returning(Poster.id)
    )
    return len(ids.all())
