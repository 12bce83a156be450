"""Money of an order by staff's hand: confirm a payment, give money back, send a refund again."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import request

from core.kernel.clock import now
from core.kernel.errors import InvalidInput, Rejected, ShopError
from core.kernel.money import parse_yuan
from core.kernel.values import dataclass
from core.orders.services import (
    after_sale_offer,
    approve_after_sale,
    confirm_payment,
    open_by_staff,
    order_detail,
    refund_done,
)
from core.orders.states import AfterSaleKind
from core.orders.types import AfterSaleOffer, ConfirmVerdict
from core.payments.services import retry_refund, start_attempt
from core.payments.types import PaymentOutcome, PaymentResult
from core.web import context
from core.web.access import access
from core.web.admin.answers import Answer, done, refused
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.forms.orders import ConfirmPaymentForm, RefundForm
from core.web.admin.queries.payments import refund_place
from core.web.admin.render import render_admin_page
from core.web.admin.views.orders.detail import show_order

MANUAL = "manual"
"""Gateway key of money that staff confirm: transfers, cash."""


@dataclass(frozen=True)
class LineInput:
    """What was typed for one line of a refund."""

    pieces: str = ""
    amount: str = ""


@admin.post("/orders/<order_no>/confirm-payment")
@access("staff:payment.confirm")
def confirm_by_hand(order_no: str) -> Answer:
    """Money came outside every gateway; the same function confirms it as for a callback."""
    form = ConfirmPaymentForm(request.form)
    if not form.validate():
        return show_order(order_no, opened="pay", pay_form=form), 422
    try:
        _confirm(order_no, str(form.reference.data), int(form.amount_fen.data or 0))
    except ShopError as error:
        return refused(error, show_order, order_no=order_no, opened="pay", pay_form=form)
    return done(f"/admin/orders/{order_no}", "The payment is confirmed.")


def _confirm(order_no: str, reference: str, amount_fen: int) -> None:
    found = order_detail(context.reader(), order_no)
    if amount_fen != found.total_fen:
        raise InvalidInput(
            "payment.amount",
            "The order asks for %(total_fen)s. Confirm only the whole amount.",
            field="amount_fen",
            total_fen=found.total_fen,
        )
    with context.writing() as session:
        attempt = start_attempt(
            session,
            order_id=found.order_id,
            amount_fen=found.total_fen,
            gateway_key=MANUAL,
            expires_at=now() + timedelta(days=1),
        )
        result = PaymentResult(attempt.payment_no, reference, PaymentOutcome.SUCCEEDED, amount_fen)
        outcome = confirm_payment(session, result, extensions=context.shop().extensions())
        if outcome.verdict is not ConfirmVerdict.CONFIRMED:
            raise Rejected(
                "payment.not_open", "This order no longer waits for a payment; nothing was booked."
            )
        record(
            session,
            "payment.confirm",
            "order",
            order_no,
            after={"reference": reference, "amount_fen": amount_fen},
        )


@admin.get("/orders/<order_no>/refund")
@access("staff:aftersale.decide")
def refund_page(order_no: str) -> str:
    """Money back by the store's own decision."""
    return _show(order_no, RefundForm(), {})


@admin.post("/orders/<order_no>/refund")
@access("staff:aftersale.decide")
def refund(order_no: str) -> Answer:
    """Open an after-sale for the shopper and agree to it at once; the gateway is asked by a job."""
    form = RefundForm(request.form)
    typed = _typed()
    if not form.validate():
        return _show(order_no, form, typed), 422
    try:
        offer = after_sale_offer(context.reader(), order_no)
        wants, amounts = _wants(offer, typed)
        with context.writing() as session:
            after_sale_id = open_by_staff(
                session,
                order_no=order_no,
                kind=AfterSaleKind(form.kind.data),
                wants=wants,
                reason=form.reason.data or "",
                note=form.note.data or "",
                actor=context.staff().actor,
                amounts=amounts or None,
                freight_fen=form.freight_fen.data or 0,
            )
            approve_after_sale(session, after_sale_id, actor=context.staff().actor)
            record(
                session,
                "order.refund",
                "order",
                order_no,
                after={
                    "reason": form.reason.data,
                    "refunded": _in_words(offer, wants, amounts),
                    "freight_fen": form.freight_fen.data or 0,
                },
            )
    except ShopError as error:
        left = form.refuse(error)
        return _show(order_no, form, typed, errors=left), error.status
    return done(f"/admin/orders/{order_no}", "The refund is on its way through the gateway.")


def _show(order_no: str, form: RefundForm, typed: dict[UUID, LineInput], errors: Any = ()) -> str:
    session = context.reader()
    return render_admin_page(
        "orders/refund.html",
        here="orders",
        order=order_detail(session, order_no),
        offer=after_sale_offer(session, order_no),
        form=form,
        typed=typed,
        blank=LineInput(),
        errors=list(errors),
    )


def _typed() -> dict[UUID, LineInput]:
    found = {}
    for name in request.form:
        if name.startswith("pieces-"):
            try:
                line_id = UUID(name.removeprefix("pieces-"))
            except ValueError:
                continue
            amount = request.form.get(f"amount-{line_id}", "")
            found[line_id] = LineInput(request.form[name].strip(), amount.strip())
    return found


def _wants(
    offer: AfterSaleOffer, typed: dict[UUID, LineInput]
) -> tuple[dict[UUID, int], dict[UUID, int]]:
    """Pieces and amounts by line, of the lines where something was typed."""
    wants: dict[UUID, int] = {}
    amounts: dict[UUID, int] = {}
    for line in offer.lines:
        given = typed.get(line.line_id, LineInput())
        if given.pieces in ("", "0") and given.amount in ("", "0"):
            continue
        if not (given.pieces or "0").isdecimal():
            raise Rejected("after_sale.pieces", "Give whole pieces, such as 1.")
        wants[line.line_id] = int(given.pieces or 0)
        if given.amount:
            try:
                amounts[line.line_id] = parse_yuan(given.amount)
            except ValueError:
                raise Rejected(
                    "after_sale.amount", "Give an amount in yuan, such as 12.50."
                ) from None
    if not wants:
        raise Rejected("after_sale.empty", "Say for at least one line what goes back.")
    return wants, amounts


def _in_words(
    offer: AfterSaleOffer, wants: dict[UUID, int], amounts: dict[UUID, int]
) -> dict[str, dict[str, int]]:
    """What goes back, by the titles of the lines, for the audit log."""
    found: dict[str, dict[str, int]] = {}
    for line in offer.lines:
        if line.line_id in wants:
            label = " / ".join((line.title, *line.options.values()))
            found[label] = {"pieces": wants[line.line_id]}
            if line.line_id in amounts:
                found[label]["amount_fen"] = amounts[line.line_id]
    return found


@admin.post("/refunds/<uuid:refund_id>/retry")
@access("staff:payment.confirm")
def send_refund_again(refund_id: UUID) -> Answer:
    """Ask the gateway again, under the same number."""
    order_no = _order_no_of(refund_id)
    with context.writing() as session:
        retry_refund(session, refund_id)
        record(session, "refund.retry", "refund", refund_id)
    return done(f"/admin/orders/{order_no}", "The refund is sent to the gateway again.")


@admin.post("/refunds/<uuid:refund_id>/by-hand")
@access("staff:payment.confirm")
def refunded_by_hand(refund_id: UUID) -> Answer:
    """Money that came by hand went back by hand."""
    order_no = _order_no_of(refund_id, gateway=MANUAL)
    with context.writing() as session:
        refund_done(session, refund_id)
        record(session, "refund.by_hand", "refund", refund_id)
    return done(f"/admin/orders/{order_no}", "The refund is booked as paid back.")


def _order_no_of(refund_id: UUID, gateway: str | None = None) -> str:
    session = context.reader()
    order_no, came_by = refund_place(session, refund_id)
    if gateway is not None and came_by != gateway:
        raise Rejected(
            "refund.gateway", "This money came through a gateway and goes back through it."
        )
    return order_no
