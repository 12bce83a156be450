"""Deliveries of facts as the merchant sees them: what waits, what is parked, and running it again.

The relay (``core.worker.relay``) does the work; here is what web, worker and command line share.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import DeliveryState, EventDelivery, OutboxEvent
from core.host.models import PluginChange
from core.kernel.clock import now
from core.kernel.errors import Conflict, NotFound
from core.kernel.values import dataclass

MAX_TRIES = 8
"""A delivery that failed this often is parked until somebody replays it."""

MAX_DELAY_SECONDS = 3600


@dataclass(frozen=True)
class DeliveryView:
    """One fact on its way to one plugin."""

    event_seq: int
    event_id: UUID
    plugin: str
    name: str
    aggregate: str
    state: str
    tries: int
    next_try_at: datetime
    error: str
    at: datetime
    payload: dict[str, Any]


@dataclass(frozen=True)
class Backlog:
    """What waits: facts not yet fanned out, deliveries per plugin and state."""

    undispatched: int
    pending: dict[str, int]
    parked: dict[str, int]
    oldest_at: datetime | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits; parked deliveries do not count."""
        return not self.undispatched and not self.pending


def delay_seconds(tries: int) -> int:
    """How long to wait after the ``tries``-th failure: 2, 4, 8 … seconds, at most an hour."""
    return min(1 << tries, MAX_DELAY_SECONDS)


def backlog(session: Session) -> Backlog:
    """What waits, in two statements."""
    waiting = session.execute(
        sa.select(sa.func.count(), sa.func.min(OutboxEvent.at)).where(
            OutboxEvent.dispatched_at.is_(None)
        )
    ).one()
    counts: dict[str, dict[str, int]] = {"pending": {}, "parked": {}}
    rows = session.execute(
        sa.select(EventDelivery.plugin, EventDelivery.state, sa.func.count())
        .where(EventDelivery.state != DeliveryState.DONE)
        .group_by(EventDelivery.plugin, EventDelivery.state)
    )
    for plugin, state, count in rows:
        counts[state][plugin] = count
    return Backlog(waiting[0], counts["pending"], counts["parked"], waiting[1])


def open_deliveries(
    session: Session, *, state: str | None = None, plugin: str | None = None, limit: int = 100
) -> list[DeliveryView]:
    """Deliveries that are not done, oldest first."""
    query = (
        sa.select(EventDelivery, OutboxEvent)
        .join(OutboxEvent, OutboxEvent.seq == EventDelivery.event_seq)
        .where(EventDelivery.state != DeliveryState.DONE)
        .order_by(EventDelivery.event_seq, EventDelivery.plugin)
        .limit(limit)
    )
    if state is not None:
        query = query.where(EventDelivery.state == state)
    if plugin is not None:
        query = query.where(EventDelivery.plugin == plugin)
    return [
        DeliveryView(
            event_seq=event.seq,
            event_id=event.id,
            plugin=delivery.plugin,
            name=event.name,
            aggregate=event.aggregate,
            state=delivery.state,
            tries=delivery.tries,
            next_try_at=delivery.next_try_at,
            error=delivery.error or "",
            at=event.at,
            payload=event.payload,
        )
        for delivery, event in session.execute(query)
    ]


def replay(session: Session, plugin: str, event_seq: int | None = None) -> int:
    """Let parked deliveries be tried again, as if for the first time.

    Args:
        session: unit of work.
        plugin: whose.
        event_seq: which; all that are parked when missing.

    Returns:
        How many will be tried again.

    Raises:
        Conflict: the one asked for is not parked. What is done is never done again.
    """
    query = (
        sa.update(EventDelivery)
        .where(EventDelivery.plugin == plugin, EventDelivery.state == DeliveryState.PARKED)
        .values(state=DeliveryState.PENDING, tries=0, next_try_at=now())
        .execution_options(synchronize_session=False)
    )
    if event_seq is not None:
        query = query.where(EventDelivery.event_seq == event_seq)
    changed = int(session.execute(query).rowcount)  # type: ignore[attr-defined]
    if event_seq is not None and not changed:
        raise Conflict("events.not_parked", "This delivery is not parked any more.")
    return changed


def skip(session: Session, plugin: str, event_seq: int, *, actor: str, reason: str) -> None:
    """Give a parked delivery up for good, so that later facts of its aggregate go on.

    Raises:
        NotFound: no such delivery is parked.
    """
    changed = session.execute(
        sa.update(EventDelivery)
        .where(
            EventDelivery.plugin == plugin,
            EventDelivery.event_seq == event_seq,
            EventDelivery.state == DeliveryState.PARKED,
        )
        .values(state=DeliveryState.DONE, done_at=now(), error=f"skipped by {actor}: {reason}")
        .execution_options(synchronize_session=False)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise NotFound("events.unknown_delivery", "There is no such parked delivery.")
    detail = {"event_seq": event_seq, "reason": reason}
    session.add(
        PluginChange(plugin=plugin, kind="skipped", detail=detail, actor=actor[:64], at=now())
    )
    session.flush()
