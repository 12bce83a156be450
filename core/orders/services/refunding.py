"""What an order learns when its money is back: counters, stock, states, the fact."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.kernel.clock import now
from core.orders.events import AfterSaleClosed, LineRefund, OrderRefunded
from core.orders.rules import returns_stock
from core.orders.services.locking import lock_order_by_id
from core.orders.services.tables import AFTER_SALE, AFTER_SALE_LINE, LINE, ORDER, Row
from core.orders.services.timeline import SYSTEM, add_entries, entry_row
from core.orders.states import AfterSaleState, FulfilmentState, OrderState, PaymentState
from core.payments import services as payments
from core.stock import services as stock

KEY_PREFIX = "after_sale:"
REFUNDED_REASON = "All money went back"
"""Reason of a wholly refunded order, a catalogue entry."""


_sale_lines = (
    sa.select(
        LINE.c.id,
        LINE.c.sku_id,
        LINE.c.quantity.label("ordered"),
        LINE.c.paid_fen,
        LINE.c.refunded_quantity,
        LINE.c.refunded_fen,
        sa.func.coalesce(AFTER_SALE_LINE.c.quantity, 0).label("quantity"),
        sa.func.coalesce(AFTER_SALE_LINE.c.amount_fen, 0).label("amount_fen"),
        AFTER_SALE_LINE.c.order_line_id.is_not(None).label("is_named"),
    )
    .outerjoin(
        AFTER_SALE_LINE,
        sa.and_(
            AFTER_SALE_LINE.c.order_line_id == LINE.c.id,
            AFTER_SALE_LINE.c.after_sale_id == sa.bindparam("sale"),
        ),
    )
    .where(LINE.c.order_id == sa.bindparam("order"))
    .order_by(LINE.c.position)
)
_give_back = (
    sa.update(LINE)
    .where(LINE.c.id == sa.bindparam("line"))
    .values(
        refunded_quantity=LINE.c.refunded_quantity + sa.bindparam("pieces"),
        refunded_fen=LINE.c.refunded_fen + sa.bindparam("amount"),
    )
)
_close_sale = (
    sa.update(AFTER_SALE)
    .where(AFTER_SALE.c.id == sa.bindparam("sale"), AFTER_SALE.c.state == AfterSaleState.APPROVED)
    .values(state=AfterSaleState.REFUNDED, closed_at=sa.bindparam("at"))
    .returning(AFTER_SALE.c.kind, AFTER_SALE.c.amount_fen, AFTER_SALE.c.freight_fen)
)


def refund_done(session: Session, refund_id: UUID) -> None:
    """The gateway gave a refund back: book it and, when it was an after-sale's, close that, once.

    Locks the order before the refund, as payments expect. A repeat does nothing. Hand this to
    ``payments`` ``run_refund`` and ``run_due_refunds`` as ``settle``.

    Raises:
        NotFound: no such refund.
    """
    refund = payments.find_refund(session, refund_id)
    order = lock_order_by_id(session, refund.order_id)
    if not payments.refund_succeeded(session, refund_id):
        return
    if refund.key.startswith(KEY_PREFIX):
        finish(session, UUID(refund.key.removeprefix(KEY_PREFIX)), order)
        return
    message = "%(amount_fen)s that did not fit this order went back"
    params = {"amount_fen": refund.amount_fen}
    add_entries(session, [entry_row(order.id, "money_returned", message, params=params)])


def finish(session: Session, after_sale_id: UUID, order: Row) -> None:
    """Close an approved after-sale whose money is back; the order is locked by the caller."""
    at, connection = now(), session.connection()
    sale = connection.execute(_close_sale, {"sale": after_sale_id, "at": at}).first()
    if sale is None:
        return
    lines = connection.execute(_sale_lines, {"sale": after_sale_id, "order": order.id}).all()
    named = [line for line in lines if line.is_named]
    if named:
        connection.execute(
            _give_back,
            [
                {"line": line.id, "pieces": line.quantity, "amount": line.amount_fen}
                for line in sorted(named, key=lambda line: line.id)
            ],
        )
    is_full = _update_order(session, order, sale, lines, at)
    params = {"amount_fen": sale.amount_fen}
    add_entries(
        session, [entry_row(order.id, "refunded", "Refunded %(amount_fen)s", params=params)]
    )
    announce(session, *_facts(order, after_sale_id, sale, named, is_full=is_full, at=at))
    if returns_stock(sale.kind, order.fulfilment_state):
        _restock(session, order.id, after_sale_id, named)


def _update_order(
    session: Session,
    order: Row,
    sale: Row,
    lines: Sequence[Row],
    at: datetime,
) -> bool:
    """Move the order's counters and states; returns whether all its money (or goods) is back."""
    refunded = order.refunded_fen + sale.amount_fen
    is_all_back = all(line.refunded_quantity + line.quantity == line.ordered for line in lines)
    is_full = refunded == order.paid_fen and (order.paid_fen > 0 or is_all_back)
    values: dict[str, Any] = {
        "refunded_fen": refunded,
        "open_after_sales": ORDER.c.open_after_sales - 1,
        "payment_state": PaymentState.REFUNDED if is_full else PaymentState.PARTIALLY_REFUNDED,
    }
    is_unsent = order.fulfilment_state == FulfilmentState.PENDING
    if is_full or (is_unsent and is_all_back):
        values |= {"closed_at": at, "close_reason": REFUNDED_REASON}
        if order.state == OrderState.PLACED:
            values["state"] = OrderState.CANCELLED
        if order.settled_at is None:
            values["aftersale_until"] = None
    session.connection().execute(sa.update(ORDER).where(ORDER.c.id == order.id).values(**values))
    return is_full


def _facts(
    order: Row,
    after_sale_id: UUID,
    sale: Row,
    lines: Sequence[Row],
    *,
    is_full: bool,
    at: datetime,
) -> tuple[OrderRefunded, AfterSaleClosed]:
    refunds = tuple(
        LineRefund(
            line_id=line.id,
            quantity=line.quantity,
            amount_fen=line.amount_fen,
            line_refunded_fen=line.refunded_fen + line.amount_fen,
            line_paid_fen=line.paid_fen,
        )
        for line in lines
    )
    whose = {"order_id": order.id, "order_no": order.order_no, "member_id": order.member_id}
    refunded = OrderRefunded(
        **whose,
        after_sale_id=after_sale_id,
        amount_fen=sale.amount_fen,
        freight_fen=sale.freight_fen,
        lines=refunds,
        is_full=is_full,
        at=at,
    )
    closed = AfterSaleClosed(**whose, after_sale_id=after_sale_id, outcome=AfterSaleState.REFUNDED)
    return refunded, closed


def _restock(session: Session, order_id: UUID, after_sale_id: UUID, lines: Sequence[Row]) -> None:
    pieces: dict[UUID, int] = {}
    for line in lines:
        if line.quantity:
            pieces[line.sku_id] = pieces.get(line.sku_id, 0) + line.quantity
    if pieces:
        key = f"{KEY_PREFIX}{after_sale_id}"
        stock.put_back(session, str(order_id), pieces, key=key, actor=SYSTEM)
