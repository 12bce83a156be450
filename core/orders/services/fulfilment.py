"""Parcels: shipped by staff, received by the shopper or by time."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.kernel.clock import now
from core.kernel.errors import Conflict, InvalidInput, Rejected
from core.kernel.ids import new_id
from core.kernel.text import squeeze
from core.orders.events import OrderReceived, OrderShipped
from core.orders.services.locking import lock_order
from core.orders.services.notices import tell_shipped
from core.orders.services.tables import ORDER, SHIPMENT, Row
from core.orders.services.timeline import SYSTEM, add_entries, entry_row
from core.orders.states import MONEY_IN, FulfilmentState, OrderState
from core.settings.rules import StoreSettings

_insert_shipment = sa.insert(SHIPMENT)
_long_shipped = (
    sa.select(ORDER.c.id, ORDER.c.order_no, ORDER.c.member_id)
    .where(
        ORDER.c.fulfilment_state == FulfilmentState.SHIPPED,
        ORDER.c.state == OrderState.PLACED,
        ORDER.c.payment_state.in_(MONEY_IN),
        ORDER.c.open_after_sales == 0,
        ORDER.c.settled_at.is_(None),
        ORDER.c.shipped_at <= sa.bindparam("before"),
    )
    .order_by(ORDER.c.shipped_at, ORDER.c.id)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True)
)


def ship(session: Session, order_no: str, *, carrier: str, tracking_no: str, actor: str) -> None:
    """Send the parcel of a paid order.

    Another parcel of an order that is on its way only adds its number and fires nothing. The
    shopper is told of each parcel by a message.

    Raises:
        NotFound: no such order.
        InvalidInput: carrier or number missing or too long.
        Rejected: not paid, wholly refunded, received, or a shopper waits for an answer about it.
    """
    parcel = _checked_parcel(carrier, tracking_no)
    order = lock_order(session, order_no)
    is_first = order.fulfilment_state == FulfilmentState.PENDING
    if order.payment_state not in MONEY_IN or order.state != OrderState.PLACED:
        raise Rejected("orders.not_shippable", "This order has nothing to ship.")
    if is_first and order.open_after_sales:
        raise Rejected("orders.after_sale_open", "Answer the open after-sale of this order first.")
    at = now()
    row = {"id": new_id(), "order_id": order.id, **parcel, "actor": actor, "at": at}
    session.connection().execute(_insert_shipment, row)
    message = "Shipped by %(carrier)s, number %(tracking_no)s"
    add_entries(session, [entry_row(order.id, "shipped", message, actor=actor, params=parcel)])
    tell_shipped(session, order.member_id, shipment_id=row["id"], order_no=order.order_no, **parcel)
    if not is_first:
        return
    _update(session, [order.id], fulfilment_state=FulfilmentState.SHIPPED, shipped_at=at)
    announce(
        session,
        OrderShipped(
            order_id=order.id, order_no=order.order_no, member_id=order.member_id, **parcel
        ),
    )


def confirm_receipt(
    session: Session,
    order_no: str,
    *,
    actor: str,
    settings: StoreSettings,
    member_id: UUID | None = None,
) -> None:
    """The parcel arrived; the after-sale window opens. A repeat does nothing.

    Raises:
        NotFound: no such order, or not this ``member_id``'s.
        Conflict: it was not shipped, or its money went back.
    """
    order = lock_order(session, order_no, member_id)
    if order.fulfilment_state == FulfilmentState.RECEIVED:
        return
    is_on_its_way = order.fulfilment_state == FulfilmentState.SHIPPED
    if not is_on_its_way or order.state != OrderState.PLACED:
        raise Conflict("orders.not_shipped", "This order is not on its way.")
    _receive(session, [order], settings, actor, "Receipt confirmed")


def auto_receive(session: Session, *, settings: StoreSettings, limit: int = 200) -> int:
    """Receive orders that left ``auto_receive_days`` ago; returns how many.

    Few statements whatever the number; safe with several workers. Orders with an open after-sale
    wait for its end.
    """
    before = now() - timedelta(days=settings.auto_receive_days)
    found = session.connection().execute(_long_shipped, {"before": before, "most": limit}).all()
    if found:
        _receive(session, found, settings, SYSTEM, "Received by itself after %(days)s days")
    return len(found)


def _receive(
    session: Session,
    orders: Sequence[Row],
    settings: StoreSettings,
    actor: str,
    message: str,
) -> None:
    at = now()
    until = at + timedelta(days=settings.aftersale_days)
    _update(
        session,
        [order.id for order in orders],
        fulfilment_state=FulfilmentState.RECEIVED,
        state=OrderState.COMPLETED,
        received_at=at,
        aftersale_until=until,
    )
    params = {"days": settings.auto_receive_days} if "%(days)s" in message else {}
    add_entries(
        session,
        [entry_row(order.id, "received", message, actor=actor, params=params) for order in orders],
    )
    facts = [
        OrderReceived(
            order_id=order.id,
            order_no=order.order_no,
            member_id=order.member_id,
            received_at=at,
            aftersale_until=until,
        )
        for order in orders
    ]
    announce(session, *facts)


def _update(session: Session, ids: Sequence[UUID], **values: Any) -> None:
    session.connection().execute(
        sa.update(ORDER).where(ORDER.c.id.in_(sorted(ids))).values(**values)
    )


def _checked_parcel(carrier: str, tracking_no: str) -> dict[str, str]:
    parcel = {"carrier": squeeze(carrier), "tracking_no": squeeze(tracking_no)}
    for name, limit in (("carrier", 40), ("tracking_no", 64)):
        if not 0 < len(parcel[name]) <= limit:
            raise InvalidInput(
                f"orders.{name}", "Give the carrier and the tracking number.", field=name
            )
    return parcel
