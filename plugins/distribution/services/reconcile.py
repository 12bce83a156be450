"""Catching up with orders whose facts were missed while the plugin was switched off.

Facts that happen while a plugin is off are not delivered. Commissions accrued before must still
follow their goods: they freeze, settle and shrink by what the orders themselves say. What was paid
for while the plugin was off earns nothing.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.orders import OrderProgress, progress_of, refunded_orders
from plugins.distribution.models import Commission, Mark
from plugins.distribution.services.accrual import freeze_order, reverse_to
from plugins.distribution.services.locking import lock_commissions
from plugins.distribution.services.settlement import mark_order

BATCH = 500
OVERLAP = timedelta(hours=1)
"""How far each run looks back behind the last one: refunds that were being written meanwhile."""
_MARK = "reconciled"
_BEGINNING = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def open_orders(session: Session, after: UUID | None, limit: int = BATCH) -> Sequence[UUID]:
    """Orders whose commissions are neither settled nor due, by id, a batch after ``after``."""
    query = (
        sa.select(Commission.order_id)
        .where(
            Commission.state.in_(("pending", "frozen")),
            Commission.due_at.is_(None),
            Commission.reversed_fen < Commission.amount_fen,
        )
        .group_by(Commission.order_id)
        .order_by(Commission.order_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Commission.order_id > after)
    return session.scalars(query).all()


def orders_to_check(session: Session, after: UUID | None, limit: int = BATCH) -> Sequence[UUID]:
    """Orders refunded since the last complete run, by id, a batch after ``after``."""
    at = session.scalar(sa.select(Mark.at).where(Mark.name == _MARK))
    since = at - OVERLAP if at else _BEGINNING
    return refunded_orders(session, since=since, after=after, limit=limit)


def remember_run(session: Session, started_at: datetime) -> None:
    """Every order was looked at by a run that began then; the next one starts from there."""
    mark = session.get(Mark, _MARK)
    if mark is None:
        session.add(Mark(name=_MARK, at=started_at))
    else:
        mark.at = started_at
    session.flush()


def catch_up(session: Session, order_ids: Sequence[UUID]) -> int:
    """Bring the commissions of these orders to where their orders stand.

    All their rows are locked before any account moves, as facts told meanwhile lock them: neither
    waits for the other in a circle.

    Returns:
        How many orders needed anything.
    """
    if not order_ids:
        return 0
    rows = session.execute(
        sa.select(
            Commission.order_id,
            Commission.order_line_id,
            sa.case((Commission.due_at.is_(None), Commission.state), else_="due"),
            Commission.refunded_fen,
        ).where(Commission.order_id.in_(list(order_ids)))
    ).all()
    states: dict[UUID, set[str]] = defaultdict(set)
    refunded: dict[UUID, int] = {}
    for order_id, line_id, state, fen in rows:
        states[order_id].add(state)
        refunded[line_id] = fen
    behind = [
        progress
        for progress in progress_of(session, [each for each in order_ids if each in states])
        if _is_behind(progress, states[progress.order_id], refunded)
    ]
    lock_commissions(session, Commission.order_id.in_([progress.order_id for progress in behind]))
    return sum(_catch_up_one(session, progress) for progress in behind)


def _is_behind(progress: OrderProgress, states: set[str], refunded: dict[UUID, int]) -> bool:
    return (
        (progress.received_at is not None and "pending" in states)
        or (progress.settled_at is not None and bool(states & {"pending", "frozen"}))
        or any(line.refunded_fen > refunded.get(line.line_id, FULL) for line in progress.lines)
    )


FULL = 1 << 62
"""Stands for lines on which nobody earns: no refund of theirs is ever behind."""


def _catch_up_one(session: Session, progress: OrderProgress) -> bool:
    changed = 0
    if progress.received_at is not None:
        changed += freeze_order(session, progress.order_id, progress.received_at)
    if progress.settled_at is not None:
        changed += mark_order(session, progress.order_id, progress.settled_at)
    refunded = {
        line.line_id: (line.refunded_fen, line.paid_fen)
        for line in progress.lines
        if line.refunded_fen
    }
    total = sum(fen for fen, _ in refunded.values())
    changed += reverse_to(
        session,
        refunded,
        key=f"distribution:catch_up:{progress.order_id}:{total}",
        reference=f"order:{progress.order_id}",
        at=now(),
    )
    return changed > 0
