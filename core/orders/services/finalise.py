"""Finalise: the one function that confirms a payment, whoever learned of it.

Callback, return page, poll and staff all call :func:`confirm_payment`. It locks the order first, so
repeats and rivals wait for each other; the second one sees what the first did and does nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog import services as catalog
from core.db.outbox import announce
from core.db.prepared import Prepared
from core.kernel.clock import now
from core.kernel.errors import InvariantError, NotFound
from core.kernel.events import Event
from core.kernel.values import dataclass
from core.orders.events import ChainLink, LineFact, OrderPaid
from core.orders.services.frozen import read_chain
from core.orders.services.tables import LINE, ORDER, Row
from core.orders.services.timeline import SYSTEM, add_entries, entry_row
from core.orders.states import OrderState, PaymentState
from core.orders.types import ConfirmOutcome, ConfirmVerdict, Extensions
from core.payments import services as payments
from core.payments.models import PaymentAttempt
from core.payments.rules import Verdict, judge
from core.payments.types import Payable, PaymentResult
from core.settings.services import load_settings
from core.sharing import services as sharing
from core.stock import services as stock

_ORDER_COLUMNS = (
    ORDER.c.id.label("order_id"),
    ORDER.c.order_no,
    ORDER.c.member_id,
    ORDER.c.state,
    ORDER.c.payment_state,
    ORDER.c.goods_fen,
    ORDER.c.freight_fen,
    ORDER.c.total_fen,
    ORDER.c.chain,
    ORDER.c.plan_versions,
    ORDER.c.placed_at,
    ORDER.c.binds_at_payment,
)
_LINE_COLUMNS = (
    LINE.c.id.label("line_id"),
    LINE.c.product_id,
    LINE.c.sku_id,
    LINE.c.category_id,
    LINE.c.quantity,
    LINE.c.paid_fen,
    LINE.c.cost_fen,
)
_with_lines = (
    sa.select(*_ORDER_COLUMNS, *_LINE_COLUMNS)
    .join(LINE, LINE.c.order_id == ORDER.c.id)
    .order_by(LINE.c.position)
    .with_for_update(of=ORDER)
)
_by_payment = Prepared(
    _with_lines.join(
        PaymentAttempt.__table__, PaymentAttempt.__table__.c.order_id == ORDER.c.id
    ).where(PaymentAttempt.__table__.c.payment_no == sa.bindparam("payment_no"))
)
_by_id = Prepared(_with_lines.where(ORDER.c.id == sa.bindparam("order")))
_mark_paid = Prepared(
    sa.update(ORDER)
    .where(
        ORDER.c.id == sa.bindparam("order"),
        ORDER.c.state == OrderState.PLACED,
        ORDER.c.payment_state == PaymentState.PENDING,
    )
    .values(
        payment_state=PaymentState.PAID,
        paid_fen=sa.bindparam("paid"),
        paid_at=sa.bindparam("at"),
    )
)
_VERDICTS = {
    Verdict.REPEATED: ConfirmVerdict.REPEATED,
    Verdict.FAILED: ConfirmVerdict.FAILED,
    Verdict.CLOSED: ConfirmVerdict.FAILED,
    Verdict.PENDING: ConfirmVerdict.PENDING,
    Verdict.WRONG_AMOUNT: ConfirmVerdict.SUSPENDED,
    Verdict.DEAD_ORDER: ConfirmVerdict.SUSPENDED,
    Verdict.SECOND_PAYMENT: ConfirmVerdict.SUSPENDED,
}


def confirm_payment(
    session: Session, result: PaymentResult, *, extensions: Extensions | None = None
) -> ConfirmOutcome:
    """Take a gateway's word about a payment.

    Money that fits makes the order paid, once: stock is taken, the receipt booked, ``OrderPaid``
    and ``PaymentSucceeded`` announced. Money that does not fit (wrong amount, dead order, second
    payment) goes to suspense and back. Word that was heard before changes nothing.

    Args:
        session: the unit of work.
        result: what the gateway says, already verified.
        extensions: the enabled plugins, asked before a first payment binds a referral.

    Raises:
        NotFound: no attempt has this payment number.
    """
    order = _locked(session, _by_payment, {"payment_no": result.payment_no})
    attempt = payments.lock_attempt(session, result.payment_no)
    verdict = judge(attempt, result, order.payable)
    if verdict == Verdict.PAID:
        succeeded = payments.mark_succeeded(session, attempt, result)
        payments.book_receipt(session, attempt)
        _bind(session, order, extensions or Extensions())
        _settle(session, order, now(), [succeeded])
        return order.outcome(ConfirmVerdict.CONFIRMED, is_paid=True)
    payments.record_result(session, result, payable=order.payable)
    return order.outcome(_VERDICTS[verdict], is_paid=order.payable.is_paid)


def pay_nothing(session: Session, order_id: UUID) -> None:
    """Make an order of 0 fen paid: no gateway, no receipt, everything else as with money."""
    _settle(session, _locked(session, _by_id, {"order": order_id}), now(), [])


@dataclass(frozen=True)
class _Locked:
    """An order under its lock, with its lines."""

    row: Row
    lines: Sequence[Row]

    @property
    def payable(self) -> Payable:
        is_paid = self.row.payment_state not in {PaymentState.NONE, PaymentState.PENDING}
        return Payable(
            order_id=self.row.order_id,
            total_fen=self.row.total_fen,
            is_open=self.row.state == OrderState.PLACED,
            is_paid=is_paid,
        )

    def outcome(self, verdict: ConfirmVerdict, *, is_paid: bool) -> ConfirmOutcome:
        return ConfirmOutcome(verdict, self.row.order_id, self.row.order_no, is_paid)

    def paid_fact(self, at: datetime) -> OrderPaid:
        row = self.row
        return OrderPaid(
            order_id=row.order_id,
            order_no=row.order_no,
            member_id=row.member_id,
            goods_fen=row.goods_fen,
            freight_fen=row.freight_fen,
            total_fen=row.total_fen,
            lines=tuple(
                LineFact(
                    line_id=line.line_id,
                    product_id=line.product_id,
                    sku_id=line.sku_id,
                    category_id=line.category_id,
                    quantity=line.quantity,
                    paid_fen=line.paid_fen,
                    cost_fen=line.cost_fen,
                )
                for line in self.lines
            ),
            chain=tuple(
                ChainLink(level=level, member_id=member_id)
                for level, member_id in read_chain(row.chain)
            ),
            plan_versions=row.plan_versions,
            placed_at=row.placed_at,
            paid_at=at,
        )


def _locked(session: Session, query: Prepared, values: dict[str, Any]) -> _Locked:
    rows = query.all(session, values)
    if not rows:
        raise NotFound("payments.unknown", "There is no such payment.")
    return _Locked(rows[0], rows)


def _bind(session: Session, order: _Locked, extensions: Extensions) -> None:
    """Let the first payment bind its member; the order's own uplines stay as they were frozen."""
    if not order.row.binds_at_payment:
        return
    paid_before = sa.exists().where(
        ORDER.c.member_id == order.row.member_id, ORDER.c.paid_at.is_not(None)
    )
    sharing.bind_on_payment(
        session,
        order.row.member_id,
        settings=load_settings(session),
        check=extensions.check,
        is_first=not session.connection().scalar(sa.select(paid_before)),
    )


def _settle(session: Session, order: _Locked, at: datetime, facts: Sequence[Event]) -> None:
    """Everything that being paid means."""
    order_id, total = order.row.order_id, order.row.total_fen
    if _mark_paid.change(session, {"order": order_id, "paid": total, "at": at}) != 1:
        raise InvariantError("orders.paid_twice", "An order cannot be paid twice.")
    params = {"amount_fen": total}
    add_entries(session, [entry_row(order_id, "paid", "Paid %(amount_fen)s", params=params, at=at)])
    announce(session, order.paid_fact(at), *facts)
    stock.take(session, str(order_id), actor=SYSTEM)
    sold: dict[UUID, int] = {}
    for line in order.lines:
        sold[line.product_id] = sold.get(line.product_id, 0) + line.quantity
    catalog.count_sold(session, sold)
