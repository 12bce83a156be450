"""Reading orders: detail, a member's list, counts, the packing slip."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.prepared import Prepared
from core.kernel.clock import now
from core.kernel.errors import NotFound
from core.kernel.paging import Page
from core.orders.rules import can_ask_refund, order_status
from core.orders.services.after_sale_views import after_sales_of
from core.orders.services.frozen import read_chain, read_trace
from core.orders.services.lines import line_views
from core.orders.services.listing import counts, of_member, order_page
from core.orders.services.statuses import is_status
from core.orders.services.tables import ENTRY, ORDER, SHIPMENT, Row
from core.orders.states import FulfilmentState, OrderState, OrderStatus, PaymentState
from core.orders.types import (
    AddressView,
    OrderLineView,
    OrderSummary,
    OrderView,
    PackingSlip,
    ShipmentView,
    TimelineEntry,
)
from core.settings.rules import StoreSettings

STAFF_KINDS = ("note",)
"""Timeline entries that only staff reads, besides those of plugins."""


_ORDER_OF_NO = Prepared(
    sa.select(ORDER).where(ORDER.c.order_no == sa.bindparam("order_no", type_=sa.String()))
)
_of_order = ENTRY.c.order_id == sa.bindparam("order_id", type_=sa.Uuid())
_ENTRIES = Prepared(sa.select(ENTRY).where(_of_order).order_by(ENTRY.c.at, ENTRY.c.id))
_ENTRIES_FOR_SHOPPER = Prepared(
    sa.select(ENTRY)
    .where(_of_order, ENTRY.c.source == "core", *(ENTRY.c.kind != kind for kind in STAFF_KINDS))
    .order_by(ENTRY.c.at, ENTRY.c.id)
)


def order_detail(session: Session, order_no: str, *, member_id: UUID | None = None) -> OrderView:
    """One order, in at most seven statements.

    With ``member_id`` it is read as the shopper: only their own order, without uplines, without the
    staff's notes and without what plugins wrote into its story.

    Raises:
        NotFound: no such order, or not this member's; the two are never told apart.
    """
    row = _ORDER_OF_NO.first(session, {"order_no": order_no})
    if row is None or member_id not in {None, row.member_id}:
        raise NotFound("orders.unknown", "There is no such order.")
    is_staff = member_id is None
    return _view(session, row, line_views(session, [row.id])[row.id], is_staff=is_staff)


def list_orders(
    session: Session,
    member_id: UUID,
    *,
    status: OrderStatus | None = None,
    page: int = 1,
    per_page: int = 10,
) -> Page[OrderSummary]:
    """A member's orders, newest first."""
    wanted = [of_member(member_id)]
    if status is not None:
        wanted.append(is_status(status))
    return order_page(session, wanted, page, per_page)


def status_counts(session: Session, member_id: UUID) -> dict[OrderStatus, int]:
    """A member's orders per status, for the shortcuts of the member centre. One statement."""
    return counts(session, [of_member(member_id)])


def packing_slip(session: Session, order_no: str, *, settings: StoreSettings) -> PackingSlip:
    """What is printed and laid in the parcel: pieces and money that were given back are left out.

    Raises:
        NotFound: no such order.
    """
    order = order_detail(session, order_no)
    kept = tuple(line for line in order.lines if line.quantity > line.refunded_quantity)
    freight_back = order.refunded_fen - sum(line.refunded_fen for line in order.lines)
    return PackingSlip(
        order_id=order.order_id,
        order_no=order.order_no,
        shop_name=settings.shop_name,
        address=order.address,
        lines=kept,
        pieces=sum(line.quantity - line.refunded_quantity for line in kept),
        goods_fen=order.goods_fen,
        discount_fen=order.discount_fen,
        freight_fen=order.freight_fen - freight_back,
        total_fen=order.total_fen - order.refunded_fen,
        note=order.note,
        placed_at=order.placed_at,
        printed_at=now(),
    )


def _view(
    session: Session, row: Row, lines: tuple[OrderLineView, ...], *, is_staff: bool
) -> OrderView:
    status = order_status(row.state, row.payment_state, row.fulfilment_state)
    is_unpaid = status == OrderStatus.UNPAID
    may_ask = can_ask_refund(row.payment_state, row.settled_at, row.aftersale_until, now())
    return OrderView(
        order_id=row.id,
        order_no=row.order_no,
        member_id=row.member_id,
        status=status,
        state=OrderState(row.state),
        payment_state=PaymentState(row.payment_state),
        fulfilment_state=FulfilmentState(row.fulfilment_state),
        lines=lines,
        goods_fen=row.goods_fen,
        discount_fen=row.discount_fen,
        freight_fen=row.freight_fen,
        total_fen=row.total_fen,
        paid_fen=row.paid_fen,
        refunded_fen=row.refunded_fen,
        address=AddressView(**row.address),
        note=row.note,
        trace=read_trace(row.quote),
        chain=read_chain(row.chain) if is_staff else (),
        timeline=_timeline(session, row.id, is_staff=is_staff),
        shipments=_shipments(session, row),
        after_sales=after_sales_of(session, row),
        placed_at=row.placed_at,
        expires_at=row.expires_at,
        paid_at=row.paid_at,
        shipped_at=row.shipped_at,
        received_at=row.received_at,
        aftersale_until=row.aftersale_until,
        settled_at=row.settled_at,
        closed_at=row.closed_at,
        close_reason=row.close_reason,
        can_pay=is_unpaid and row.expires_at > now(),
        can_cancel=is_unpaid,
        can_receive=status == OrderStatus.TO_RECEIVE,
        can_ask_refund=may_ask and any(line.left_quantity or line.left_fen for line in lines),
    )


def _timeline(session: Session, order_id: UUID, *, is_staff: bool) -> tuple[TimelineEntry, ...]:
    entries = _ENTRIES if is_staff else _ENTRIES_FOR_SHOPPER
    rows = entries.all(session, {"order_id": order_id})
    return tuple(
        TimelineEntry(row.source, row.kind, row.message, row.params, row.actor, row.at)
        for row in rows
    )


def _shipments(session: Session, order: Row) -> tuple[ShipmentView, ...]:
    if order.shipped_at is None:
        return ()
    query = sa.select(SHIPMENT).where(SHIPMENT.c.order_id == order.id).order_by(SHIPMENT.c.at)
    rows = session.connection().execute(query)
    return tuple(ShipmentView(row.carrier, row.tracking_no, row.actor, row.at) for row in rows)
