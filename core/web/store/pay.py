"""The cashier and what came of a payment.

No transaction is open while a gateway is called. The return page only reads; asking the gateway
is a POST of its own, which script sends by itself.
"""

import flask
from flask import request
from werkzeug.wrappers import Response

from core.kernel.clock import now
from core.kernel.errors import UpstreamError
from core.orders.services import confirm_payment, order_detail
from core.orders.types import OrderView
from core.payments.gateways import Gateway
from core.payments.services import attach_start, attempts_of, start_attempt
from core.payments.types import Attempt, AttemptState, StartRequest
from core.web import context, flash, headers, i18n
from core.web.access import access
from core.web.gateways import gateways
from core.web.render import render_store_page

bp = flask.Blueprint("store_pay", __name__)


def _order(order_no: str) -> OrderView:
    return order_detail(context.reader(), order_no, member_id=context.member().subject_id)


@bp.get("/pay/<order_no>")
@access("member")
def cashier(order_no: str) -> str | Response:
    """Choose how to pay."""
    order = _order(order_no)
    if not order.can_pay:
        return flask.redirect(f"/pay/{order_no}/result", 303)
    return _page(order)


def _page(order: OrderView) -> str:
    headers.allow("form-action", "https:")  # the form's answer leads to the gateway's own page
    return render_store_page(
        "pay.html",
        subject=order,
        order=order,
        gateways=gateways().all(),
        seconds_left=max(0, int((order.expires_at - now()).total_seconds())),
    )


@bp.post("/pay/<order_no>")
@access("member")
def pay(order_no: str) -> Response:
    """Open a payment at the chosen gateway and send the shopper there."""
    order = _order(order_no)
    if not order.can_pay:
        return flask.redirect(f"/pay/{order_no}/result", 303)
    gateway = gateways().get(request.form.get("gateway", ""))
    with context.writing() as session:
        attempt = start_attempt(
            session,
            order_id=order.order_id,
            amount_fen=order.total_fen,
            gateway_key=gateway.key,
            expires_at=order.expires_at,
        )
    try:
        return flask.redirect(_pay_url(order, attempt, gateway), 303)
    except UpstreamError:
        flash.say("The payment service does not answer. Please try again in a moment.", "error")
        return flask.redirect(f"/pay/{order_no}", 303)


def _pay_url(order: OrderView, attempt: Attempt, gateway: Gateway) -> str:
    if attempt.pay_url and attempt.state == AttemptState.STARTED:
        return attempt.pay_url
    started = gateway.start(
        StartRequest(
            payment_no=attempt.payment_no,
            amount_fen=attempt.amount_fen,
            subject=_subject(order),
            notify_url=context.external_url(f"/notify/{gateway.key}"),
            return_url=context.external_url(f"/pay/{order.order_no}/result"),
            expires_at=attempt.expires_at,
        )
    )
    with context.writing() as session:
        attach_start(session, attempt.payment_no, started)
    return started.pay_url


def _subject(order: OrderView) -> str:
    name = context.shop().settings().name_in(i18n.locale())
    return f"{name} {order.order_no}"[:60]


@bp.get("/pay/<order_no>/result")
@access("member")
def result(order_no: str) -> str | Response:
    """What came of it; while it is open the page comes back by itself."""
    order = _order(order_no)
    text = request.args.get("n", "0")
    polls = min(int(text), 1000) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    state = _state(order)
    title, sentence = _WORDS[state]
    return render_store_page(
        "pay_result.html",
        subject=order,
        order=order,
        state=state,
        polls=polls,
        title=i18n.gettext(title),
        text=i18n.gettext(sentence),
    )


_WORDS = {
    "paid": ("Payment received", "Thank you. The store is told and packs your parcel."),
    "waiting": (
        "Waiting for the payment",
        "This page comes back by itself as soon as the payment service tells us.",
    ),
    "failed": ("The payment did not go through", "No money was taken. You can try again."),
    "suspended": (
        "Another amount than that of the order came",
        "It goes back to you by itself. You can pay the order again.",
    ),
    "closed": ("This order is closed", "It can no longer be paid. Money that was taken goes back."),
}


def _state(order: OrderView) -> str:
    if order.paid_fen or (order.paid_at is not None):
        return "paid"
    if not order.can_pay:
        return "closed"
    states = {attempt.state for attempt in attempts_of(context.reader(), order.order_id)}
    if not states or states & {AttemptState.CREATED, AttemptState.STARTED}:
        return "waiting"
    return "suspended" if AttemptState.SUSPENDED in states else "failed"


@bp.post("/pay/<order_no>/check")
@access("member")
def check(order_no: str) -> Response:
    """Ask the gateways what became of the open payments; the answer confirms like a callback."""
    order = _order(order_no)
    attempts = attempts_of(context.reader(), order.order_id)
    context.close_reader()
    registry = gateways()
    for attempt in attempts:
        if attempt.state != AttemptState.STARTED:
            continue
        try:
            answer = registry.get(attempt.gateway).query(attempt.payment_no)
        except UpstreamError:
            flash.say("The payment service does not answer. Please try again in a moment.", "warn")
            continue
        with context.writing() as session:
            confirm_payment(session, answer, extensions=context.shop().extensions())
    return flask.redirect(f"/pay/{order_no}/result?n=1", 303)
