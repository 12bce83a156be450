"""Which deliveries of a plugin may run now: due, locked for this process, and in their order.

A batch is locked first and marked done in the end (:func:`pick`). One by one, deliveries are looked
up together (:func:`look_up`) and each is taken by the very statement that marks it done
(:func:`take`), so that its transaction has little more to do than the plugin itself.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import DeliveryState, EventDelivery, OutboxEvent
from core.db.prepared import Prepared, among
from core.host.deliveries import MAX_DELAY_SECONDS
from core.kernel.clock import now
from core.kernel.values import dataclass

PENDING: Any = sa.literal_column(f"'{DeliveryState.PENDING.value}'")
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
    picked = [Picked(*row) for row in _pick.all(session, _values(plugin, limit))]
    if session.get_bind().dialect.name == "sqlite":
        return picked
    return _in_order(session, plugin, picked)


def look_up(session: Session, plugin: str, limit: int) -> list[Picked]:
    """The same deliveries, held by nobody: each may be run once :func:`take` says so."""
    return [Picked(*row) for row in _look.all(session, _values(plugin, limit))]


def mark_done(session: Session, plugin: str, seqs: Sequence[int]) -> None:
    """Mark picked deliveries done; this is their receipt."""
    _mark.change(session, {"of_plugin": plugin, "of_seqs": seqs, "at": now()})


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


def _values(plugin: str, limit: int) -> dict[str, Any]:
    return {**due_by(now()), "of_plugin": plugin, "most": limit}


def is_due(delivery: Any) -> sa.ColumnElement[bool]:
    """Whether a pending delivery's time has come, ``at`` and ``longest`` being given later.

    One that was never tried is always due, and so is one that would wait longer than the longest
    delay: then the clock went back, which a sandbox's may.
    """
    return sa.or_(
        delivery.tries == 0,
        delivery.next_try_at <= sa.bindparam("at"),
        delivery.next_try_at > sa.bindparam("longest"),
    )


def due_by(at: datetime) -> dict[str, datetime]:
    """The values that :func:`is_due` needs."""
    return {"at": at, "longest": at + timedelta(seconds=MAX_DELAY_SECONDS)}


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
            mine.c.state == PENDING,
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


def _due() -> sa.Select[Any]:
    """Deliveries whose time has come and that stand behind none that is parked or waits."""
    mine: Any = EventDelivery.__table__
    event: Any = OutboxEvent.__table__
    earlier = mine.alias("earlier")
    plugin: Any = sa.bindparam("of_plugin")
    is_behind = (
        sa.select(1)
        .select_from(earlier)
        .where(
            earlier.c.plugin == plugin,
            earlier.c.aggregate == mine.c.aggregate,
            earlier.c.event_seq < mine.c.event_seq,
            earlier.c.state != _DONE,
            sa.or_(earlier.c.state == _PARKED, ~is_due(earlier.c)),
        )
        .exists()
    )
    return (
        sa.select(mine.c.event_seq, mine.c.aggregate, mine.c.tries, event.c.name, event.c.payload)
        .select_from(mine.join(event, event.c.seq == mine.c.event_seq))
        .where(mine.c.plugin == plugin, mine.c.state == PENDING, is_due(mine.c), ~is_behind)
        .order_by(mine.c.event_seq)
        .limit(sa.bindparam("most"))
    )


def _marking() -> Prepared:
    table: Any = EventDelivery.__table__
    return Prepared(
        sa.update(table)
        .where(table.c.plugin == sa.bindparam("of_plugin"), among(table.c.event_seq, "of_seqs"))
        .values(
            state=DeliveryState.DONE,
            done_at=sa.bindparam("at"),
            tries=table.c.tries + 1,
            error=sa.null(),
        )
    )


_look = Prepared(_due())
_pick = Prepared(_due().with_for_update(of=EventDelivery.__table__, skip_locked=True))
_take, _mark = _taking(), _marking()
