"""Reading an order and keeping others from changing it until the unit of work ends."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel.errors import NotFound
from core.orders.services.tables import ORDER, Row

_COLUMNS = (
    ORDER.c.id,
    ORDER.c.order_no,
    ORDER.c.member_id,
    ORDER.c.state,
    ORDER.c.payment_state,
    ORDER.c.fulfilment_state,
    ORDER.c.freight_fen,
    ORDER.c.total_fen,
    ORDER.c.paid_fen,
    ORDER.c.refunded_fen,
    ORDER.c.open_after_sales,
    ORDER.c.expires_at,
    ORDER.c.received_at,
    ORDER.c.aftersale_until,
    ORDER.c.settled_at,
)
_locked = sa.select(*_COLUMNS).with_for_update()


def lock_order(session: Session, order_no: str, member_id: UUID | None = None) -> Row:
    """Lock an order by its public number. With ``member_id``: only that member's.

    Raises:
        NotFound: no such order, or somebody else's; the two are never told apart.
    """
    return _first(session, _owned(_locked.where(ORDER.c.order_no == order_no), member_id))


def lock_order_by_id(session: Session, order_id: UUID) -> Row:
    """Lock an order by its id.

    Raises:
        NotFound: no such order.
    """
    return _first(session, _locked.where(ORDER.c.id == order_id))


def read_order(session: Session, order_no: str, member_id: UUID | None = None) -> Row:
    """The same columns without a lock, for pages.

    Raises:
        NotFound: no such order, or somebody else's.
    """
    query = sa.select(*_COLUMNS).where(ORDER.c.order_no == order_no)
    return _first(session, _owned(query, member_id))


def _owned(query: sa.Select[Any], member_id: UUID | None) -> sa.Select[Any]:
    return query if member_id is None else query.where(ORDER.c.member_id == member_id)


def _first(session: Session, query: sa.Select[Any]) -> Row:
    row = session.connection().execute(query).first()
    if row is None:
        raise NotFound("orders.unknown", "There is no such order.")
    return row
