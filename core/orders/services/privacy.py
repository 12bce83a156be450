"""What orders tell and do when a member asks for a copy of their data or to be forgotten."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.statements import changed
from core.kernel.errors import Rejected
from core.members.services import declare_erase_check, declare_eraser, declare_export
from core.members.services.signals import declare_signals
from core.orders.services.cart import member_cart
from core.orders.services.storing import ADDRESS_PARTS
from core.orders.services.tables import AFTER_SALE, CART_LINE, LINE, ORDER
from core.orders.states import OrderState
from core.payments.models import PaymentAttempt
from core.payments.services import forget_payers

_NOWHERE = dict.fromkeys(ADDRESS_PARTS, "")


_PAYER: Any = (
    sa.select(PaymentAttempt.payer)
    .where(PaymentAttempt.order_id == ORDER.c.id, PaymentAttempt.payer != "")
    .limit(1)
    .scalar_subquery()
    .label("payer_mark")
)


def _open_orders(session: Session, member_id: UUID) -> None:
    """Refuse while an order is on its way or a wish for money back is not answered."""
    count = session.execute(
        sa.select(sa.func.count())
        .select_from(ORDER)
        .where(
            ORDER.c.member_id == member_id,
            sa.or_(ORDER.c.state == OrderState.PLACED, ORDER.c.open_after_sales > 0),
        )
    ).scalar_one()
    if count:
        raise Rejected("orders.open", "Orders that are not finished yet: %(count)s.", count=count)


def _forget(session: Session, member_id: UUID) -> None:
    """Keep orders for the books; empty who received and paid them, words, and the bag."""
    changed(
        session,
        sa.update(ORDER)
        .where(ORDER.c.member_id == member_id)
        .values(address=_NOWHERE, receiver_name="", receiver_phone="", note=""),
    )
    changed(
        session,
        sa.update(AFTER_SALE).where(AFTER_SALE.c.member_id == member_id).values(note="", answer=""),
    )
    changed(session, sa.delete(CART_LINE).where(CART_LINE.c.owner == member_cart(member_id)))
    forget_payers(session, sa.select(ORDER.c.id).where(ORDER.c.member_id == member_id))


def _export(session: Session, member_id: UUID) -> list[dict[str, Any]]:
    """Every order with its lines, oldest first; two statements."""
    orders = session.execute(
        sa.select(
            ORDER.c.id,
            ORDER.c.order_no,
            ORDER.c.state,
            ORDER.c.payment_state,
            ORDER.c.fulfilment_state,
            ORDER.c.total_fen,
            ORDER.c.refunded_fen,
            ORDER.c.address,
            ORDER.c.note,
            ORDER.c.placed_at,
            _PAYER,
        )
        .where(ORDER.c.member_id == member_id)
        .order_by(ORDER.c.placed_at)
    ).mappings()
    lines: dict[UUID, list[dict[str, Any]]] = {}
    rows = session.execute(
        sa.select(LINE.c.order_id, LINE.c.title, LINE.c.quantity, LINE.c.paid_fen)
        .join(ORDER, ORDER.c.id == LINE.c.order_id)
        .where(ORDER.c.member_id == member_id)
        .order_by(LINE.c.order_id, LINE.c.position)
    )
    for order_id, title, quantity, paid_fen in rows:
        line = {"title": title, "quantity": quantity, "paid_fen": paid_fen}
        lines.setdefault(order_id, []).append(line)
    return [
        {name: value for name, value in order.items() if name != "id"}
        | {"lines": lines.get(order["id"], [])}
        for order in orders
    ]


def _payers() -> Any:
    """Marks of the accounts that members paid their orders from."""
    return (
        sa.select(ORDER.c.member_id, PaymentAttempt.payer)
        .join(PaymentAttempt, PaymentAttempt.order_id == ORDER.c.id)
        .where(PaymentAttempt.payer != "")
    )


declare_erase_check("orders", _open_orders)
declare_eraser("orders", _forget)
declare_export("orders", _export)
declare_signals("payers", _payers)
