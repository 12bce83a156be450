"""Reading an order and keeping others from changing it until the unit of work ends."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel.errors import NotFound
from core.orders.models import Order

_order = Order.__table__
_COLUMNS = (
    _order.c.id,
    _order.c.order_no,
    _order.c.member_id,
    _order.c.state,
    _order.c.payment_state,
    _order.c.fulfilment_state,
    _order.c.freight_fen,
    _order.c.total_fen,
    _order.c.paid_fen,
    _order.c.refunded_fen,
    _order.c.open_after_sales,
    _order.c.expires_at,
    _order.c.received_at,
    _order.c.aftersale_until,
    _order.c.settled_at,
)
_locked = sa.select(*_COLUMNS).with_for_update()


def lock_order(session: Session, order_no: str, member_id: UUID | None = None) -> sa.Row[Any]:
    """Lock an order by its public number. With ``member_id``: only that member's.

    Raises:
        NotFound: no such order, or somebody else's; the two are never told apart.
    """
    return _first(session, _owned(_locked.where(_order.c.order_no == order_no), member_id))


def lock_order_by_id(session: Session, order_id: UUID) -> sa.Row[Any]:
    """Lock an order by its id.

    Raises:
        NotFound: no such order.
    """
    return _first(session, _locked.where(_order.c.id == order_id))


def read_order(session: Session, order_no: str, member_id: UUID | None = None) -> sa.Row[Any]:
    """The same columns without a lock, for pages.

    Raises:
        NotFound: no such order, or somebody else's.
    """
    query = sa.select(*_COLUMNS).where(_order.c.order_no == order_no)
    return _first(session, _owned(query, member_id))


def _owned(query: sa.Select[Any], member_id: UUID | None) -> sa.Select[Any]:
    return query if member_id is None else query.where(_order.c.member_id == member_id)


def _first(session: Session, query: sa.Select[Any]) -> sa.Row[Any]:
    row = session.connection().execute(query).first()
    if row is None:
        raise NotFound("orders.unknown", "There is no such order.")
    return row
