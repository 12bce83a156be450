"""Orders that end unpaid: cancelled by somebody, or expired."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.kernel.clock import now
from core.kernel.errors import Conflict
from core.orders.events import OrderCancelled
from core.orders.rules import tidy_note
from core.orders.services.locking import lock_order
from core.orders.services.tables import ORDER, Row
from core.orders.services.timeline import add_entries, entry_row
from core.orders.states import OrderState, PaymentState
from core.payments import services as payments
from core.stock import services as stock

EXPIRED_REASON = "Time to pay ran out"
"""Reason of an expired order, a catalogue entry."""

_UNPAID = (ORDER.c.state == OrderState.PLACED, ORDER.c.payment_state == PaymentState.PENDING)
_overdue = (
    sa.select(ORDER.c.id, ORDER.c.order_no, ORDER.c.member_id)
    .where(*_UNPAID, ORDER.c.expires_at <= sa.bindparam("at"))
    .order_by(ORDER.c.expires_at, ORDER.c.id)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True)
)


def cancel_order(
    session: Session, order_no: str, *, actor: str, reason: str, member_id: UUID | None = None
) -> None:
    """Cancel an unpaid order and free its stock; a repeat does nothing.

    Money that comes all the same goes to suspense and back. A paid order is never cancelled: its
    money goes back through an after-sale.

    Args:
        session: the unit of work.
        order_no: which order.
        actor: who cancels.
        reason: told to the shopper, cut at 200 characters.
        member_id: the shopper who asks; somebody else's order is not found.

    Raises:
        NotFound: no such order, or not this member's.
        Conflict: it is paid or over.
    """
    order = lock_order(session, order_no, member_id)
    if order.state == OrderState.CANCELLED:
        return
    if order.state != OrderState.PLACED or order.payment_state != PaymentState.PENDING:
        raise Conflict("orders.not_cancellable", "This order can no longer be cancelled.")
    entry = entry_row(order.id, "cancelled", "Order cancelled", actor=actor)
    _close(session, [order], OrderState.CANCELLED, tidy_note(reason), [entry])


def expire_unpaid(session: Session, *, limit: int = 200) -> int:
    """End orders whose time to pay ran out; returns how many. Safe with several workers.

    Few statements whatever the number. Orders that somebody is paying or cancelling at this moment
    are left to the next round.
    """
    found = session.connection().execute(_overdue, {"at": now(), "most": limit}).all()
    if found:
        entries = [entry_row(row.id, "expired", EXPIRED_REASON) for row in found]
        _close(session, found, OrderState.EXPIRED, EXPIRED_REASON, entries)
    return len(found)


def _close(
    session: Session,
    orders: Sequence[Row],
    state: OrderState,
    reason: str,
    entries: Sequence[dict[str, Any]],
) -> None:
    """End locked, unpaid orders: state, attempts, stock, story, facts."""
    ids = sorted(order.id for order in orders)
    session.connection().execute(_closing(ids, state, reason, now()))
    payments.close_attempts(session, ids)
    add_entries(session, entries)
    facts = [
        OrderCancelled(
            order_id=order.id, order_no=order.order_no, member_id=order.member_id, reason=reason
        )
        for order in orders
    ]
    announce(session, *facts)
    stock.release_many(session, [str(order_id) for order_id in ids])


def _closing(ids: Sequence[UUID], state: OrderState, reason: str, at: datetime) -> sa.Update:
    return (
        sa.update(ORDER)
        .where(ORDER.c.id.in_(ids), *_UNPAID)
        .values(state=state, closed_at=at, close_reason=reason)
    )
