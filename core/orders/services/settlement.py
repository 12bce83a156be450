"""Settlement: the after-sale window is over and nothing is open, so commissions may be paid."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.kernel.clock import now
from core.orders.events import OrderSettled
from core.orders.models import Order
from core.orders.services.timeline import add_entries, entry_row
from core.orders.states import FulfilmentState

_order = Order.__table__
_due = (
    sa.select(_order.c.id, _order.c.order_no, _order.c.member_id)
    .where(
        _order.c.fulfilment_state == FulfilmentState.RECEIVED,
        _order.c.settled_at.is_(None),
        _order.c.aftersale_until <= sa.bindparam("at"),
        _order.c.open_after_sales == 0,
    )
    .order_by(_order.c.aftersale_until, _order.c.id)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True)
)


def settle_due(session: Session, *, limit: int = 500) -> int:
    """Settle orders whose window is over; returns how many.

    Four statements whatever the number. Two workers at once share the work: on PostgreSQL each
    skips what the other has locked, on SQLite the second waits and finds them settled. Orders with
    an open after-sale wait; wholly refunded ones have no window and are never settled.
    """
    at = now()
    connection = session.connection()
    found = connection.execute(_due, {"at": at, "most": limit}).all()
    if not found:
        return 0
    connection.execute(
        sa.update(_order)  # type: ignore[arg-type]
        .where(_order.c.id.in_([row.id for row in found]), _order.c.settled_at.is_(None))
        .values(settled_at=at)
    )
    add_entries(session, [entry_row(row.id, "settled", "After-sale time is over") for row in found])
    facts = [
        OrderSettled(order_id=row.id, order_no=row.order_no, member_id=row.member_id, settled_at=at)
        for row in found
    ]
    announce(session, *facts)
    return len(found)
