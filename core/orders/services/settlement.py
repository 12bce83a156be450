"""Settlement: the after-sale window is over and nothing is open, so commissions may be paid."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.kernel.clock import now
from core.orders.events import OrderSettled
from core.orders.services.tables import ORDER
from core.orders.services.timeline import add_entries, entry_row
from core.orders.states import FulfilmentState

_due = (
    sa.select(ORDER.c.id, ORDER.c.order_no, ORDER.c.member_id)
    .where(
        ORDER.c.fulfilment_state == FulfilmentState.RECEIVED,
        ORDER.c.settled_at.is_(None),
        ORDER.c.aftersale_until <= sa.bindparam("at"),
        ORDER.c.open_after_sales == 0,
    )
    .order_by(ORDER.c.aftersale_until, ORDER.c.id)
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
        sa.update(ORDER)
        .where(ORDER.c.id.in_([row.id for row in found]), ORDER.c.settled_at.is_(None))
        .values(settled_at=at)
    )
    add_entries(session, [entry_row(row.id, "settled", "After-sale time is over") for row in found])
    facts = [
        OrderSettled(order_id=row.id, order_no=row.order_no, member_id=row.member_id, settled_at=at)
        for row in found
    ]
    announce(session, *facts)
    return len(found)
