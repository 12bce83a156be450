"""Which deliveries of a plugin may run now: due, locked for this process, and in their order."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from core.db.outbox import DeliveryState, EventDelivery, OutboxEvent
from core.host.deliveries import MAX_DELAY_SECONDS
from core.kernel.clock import now


@dataclass(frozen=True)
class Picked:
    """A delivery that this process holds the lock of."""

    seq: int
    aggregate: str
    tries: int
    name: str
    payload: dict[str, Any]


def pick(session: Session, plugin: str, limit: int) -> list[Picked]:
    """Lock due deliveries, oldest first, none of them behind one of its aggregate that must wait.

    On SQLite the write lock is the lock. On PostgreSQL what others hold is skipped.
    """
    at = now()
    query = (
        sa.select(
            EventDelivery.event_seq,
            EventDelivery.aggregate,
            EventDelivery.tries,
            OutboxEvent.name,
            OutboxEvent.payload,
        )
        .join(OutboxEvent, OutboxEvent.seq == EventDelivery.event_seq)
        .where(
            EventDelivery.plugin == plugin,
            EventDelivery.state == DeliveryState.PENDING,
            is_due(EventDelivery, at),
            ~_is_behind(plugin, at),
        )
        .order_by(EventDelivery.event_seq)
        .limit(limit)
        .with_for_update(of=EventDelivery, skip_locked=True)
    )
    picked = [Picked(*row) for row in session.execute(query)]
    if session.get_bind().dialect.name == "sqlite":
        return picked
    return _in_order(session, plugin, picked)


def is_due(delivery: Any, at: datetime) -> sa.ColumnElement[bool]:
    """Whether a pending delivery's time has come.

    One that was never tried is always due, and so is one that would wait longer than the longest
    delay: then the clock went back, which a sandbox's may.
    """
    return sa.or_(
        delivery.tries == 0,
        delivery.next_try_at <= at,
        delivery.next_try_at > at + timedelta(seconds=MAX_DELAY_SECONDS),
    )


def _is_behind(plugin: str, at: datetime) -> Any:
    """Whether an earlier delivery of the aggregate is parked or waits for its next try."""
    earlier = aliased(EventDelivery)
    return (
        sa.select(1)
        .where(
            earlier.plugin == plugin,
            earlier.aggregate == EventDelivery.aggregate,
            earlier.event_seq < EventDelivery.event_seq,
            earlier.state != DeliveryState.DONE,
            sa.or_(earlier.state == DeliveryState.PARKED, ~is_due(earlier, at)),
        )
        .exists()
    )


def _in_order(session: Session, plugin: str, picked: list[Picked]) -> list[Picked]:
    """Leave out what stands behind a delivery that another relay holds at this moment."""
    if not picked:
        return []
    held = {item.seq for item in picked}
    open_rows = session.execute(
        sa.select(EventDelivery.aggregate, EventDelivery.event_seq)
        .where(
            EventDelivery.plugin == plugin,
            EventDelivery.state != DeliveryState.DONE,
            EventDelivery.aggregate.in_({item.aggregate for item in picked}),
            EventDelivery.event_seq <= picked[-1].seq,
        )
        .order_by(EventDelivery.event_seq)
    )
    blocked: set[str] = set()
    allowed: set[int] = set()
    for aggregate, seq in open_rows:
        if seq in held and aggregate not in blocked:
            allowed.add(seq)
        else:
            blocked.add(aggregate)
    return [item for item in picked if item.seq in allowed]
