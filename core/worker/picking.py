"""Which deliveries of a plugin may run now: due, locked for this process, and in their order.

A batch is locked first and marked done in the end (:func:`pick`). One by one, deliveries are looked
up together (:func:`look_up`) and each is taken by the very statement that marks it done
(:func:`take`), so that its transaction has little more to do than the plugin itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from core.db.outbox import DeliveryState, EventDelivery, OutboxEvent
from core.db.prepared import Prepared
from core.host.deliveries import MAX_DELAY_SECONDS
from core.kernel.clock import now

_PENDING: Any = sa.literal_column(f"'{DeliveryState.PENDING.value}'")
_DONE: Any = sa.literal_column(f"'{DeliveryState.DONE.value}'")
_PARKED: Any = sa.literal_column(f"'{DeliveryState.PARKED.value}'")
"""States as part of the statement's text: with values given later no index of a part is found."""


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
    query = _due(plugin, limit).with_for_update(of=EventDelivery, skip_locked=True)
    picked = [Picked(*row) for row in session.execute(query)]
    if session.get_bind().dialect.name == "sqlite":
        return picked
    return _in_order(session, plugin, picked)


def look_up(session: Session, plugin: str, limit: int) -> list[Picked]:
    """The same deliveries, held by nobody: each may be run once :func:`take` says so."""
    return [Picked(*row) for row in session.execute(_due(plugin, limit))]


def take(session: Session, plugin: str, item: Picked) -> bool:
    """Mark a delivery done; whether it was to be done now, and by nobody else.

    It is not while an earlier one of its aggregate is open, nor when somebody else tried it since.
    """
    values = {
        "of_plugin": plugin,
        "of_seq": item.seq,
        "of_aggregate": item.aggregate,
        "seen_tries": item.tries,
        "at": now(),
    }
    return bool(_take.change(session, values))


def _due(plugin: str, limit: int) -> sa.Select[Any]:
    at = now()
    return (
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
            EventDelivery.state == _PENDING,
            is_due(EventDelivery, at),
            ~_is_behind(plugin, at),
        )
        .order_by(EventDelivery.event_seq)
        .limit(limit)
    )


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
            earlier.state != _DONE,
            sa.or_(earlier.state == _PARKED, ~is_due(earlier, at)),
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
            EventDelivery.state != _DONE,
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


def _taking() -> Prepared:
    table: Any = EventDelivery.__table__
    mine, earlier = table.alias("mine"), table.alias("earlier")
    plugin: Any = sa.bindparam("of_plugin")
    seq: Any = sa.bindparam("of_seq")
    is_behind = (
        sa.select(1)
        .select_from(earlier)
        .where(
            earlier.c.plugin == plugin,
            earlier.c.aggregate == sa.bindparam("of_aggregate"),
            earlier.c.event_seq < seq,
            earlier.c.state != _DONE,
        )
        .exists()
    )
    free = (
        sa.select(mine.c.event_seq)
        .where(
            mine.c.plugin == plugin,
            mine.c.event_seq == seq,
            mine.c.state == _PENDING,
            mine.c.tries == sa.bindparam("seen_tries"),
            ~is_behind,
        )
        .with_for_update(skip_locked=True)
    )
    statement = (
        sa.update(table)
        .where(table.c.plugin == plugin, table.c.event_seq == free.scalar_subquery())
        .values(
            state=DeliveryState.DONE,
            done_at=sa.bindparam("at"),
            tries=table.c.tries + 1,
            error=sa.null(),
        )
    )
    return Prepared(statement)


_take = _taking()
