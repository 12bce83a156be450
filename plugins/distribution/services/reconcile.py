"""Catching up with orders whose facts were missed while the plugin was switched off.

Facts that happen while a plugin is off are not delivered. Commissions accrued before must still
follow their goods: they freeze, settle and shrink by what the orders themselves say.
"""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.orders import OrderProgress, progress_of
from plugins.distribution.models import Commission
from plugins.distribution.services.accrual import advance, reverse_to

BATCH = 500


def orders_to_check(session: Session, after: UUID | None, limit: int = BATCH) -> Sequence[UUID]:
    """Orders with commissions that are not fully reversed, by id, a batch after ``after``."""
    query = (
        sa.select(Commission.order_id)
        .where(Commission.reversed_fen < Commission.amount_fen)
        .group_by(Commission.order_id)
        .order_by(Commission.order_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Commission.order_id > after)
    return session.scalars(query).all()


def catch_up(session: Session, order_ids: Sequence[UUID]) -> int:
    """Bring the commissions of these orders to where their orders stand.

    Returns:
        How many orders needed anything.
    """
    return sum(_catch_up_one(session, progress) for progress in progress_of(session, order_ids))


def _catch_up_one(session: Session, progress: OrderProgress) -> bool:
    changed = 0
    if progress.received_at is not None:
        changed += advance(session, progress.order_id, "frozen", progress.received_at)
    if progress.settled_at is not None:
        changed += advance(session, progress.order_id, "available", progress.settled_at)
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
