"""Callbacks of gateways and payout channels: verified, then confirmed by the one function."""

import json
from typing import Any

import flask
from flask import request
from werkzeug.wrappers import Response

from core.host.ports import payout_channels_of
from core.kernel.errors import Forbidden, NotFound
from core.orders.services import confirm_payment
from core.payments.gateways import Gateway
from core.payments.services import note_notice
from core.payments.types import PaymentResult
from core.payouts.services import payout_reported
from core.web import context
from core.web.access import access
from core.web.gateways import gateways

bp = flask.Blueprint("store_notify", __name__)

MOST_BYTES = 64 * 1024


@bp.post("/notify/<key>")
@access("notify")
def notify(key: str) -> Response:
    """A gateway tells what became of a payment; the same notice again changes nothing."""
    gateway = gateways().get(key)
    body = request.get_data(cache=False) if (request.content_length or 0) <= MOST_BYTES else b""
    answer = _verified(gateway, body)
    with context.writing() as session:
        try:
            outcome = confirm_payment(
                session, answer, extensions=context.shop().extensions()
            ).verdict
        except NotFound:
            outcome = None
        note_notice(
            session,
            gateway=key,
            payment_no=answer.payment_no,
            is_genuine=True,
            outcome=outcome or "unknown",
            body=_readable(body),
            payer=answer.payer,
        )
    return flask.jsonify({"code": "ok"})


@bp.post("/notify/payouts/<key>")
@access("notify")
def notify_payout(key: str) -> Response:
    """A payout channel tells what became of a number; the same notice again changes nothing."""
    channel = payout_channels_of(context.shop()).get(key)
    if channel is None:
        raise NotFound("web.not_found", "There is nothing here.")
    body = request.get_data(cache=False) if (request.content_length or 0) <= MOST_BYTES else b""
    status = channel.read_notice(dict(request.headers), body)
    with context.writing() as session:
        payout_reported(session, status, channel=key)
    return flask.jsonify({"code": "ok"})


def _verified(gateway: Gateway, body: bytes) -> PaymentResult:
    try:
        return gateway.read_notice(dict(request.headers), body)
    except Forbidden:
        content = _readable(body)
        with context.writing() as session:
            note_notice(
                session,
                gateway=gateway.key,
                payment_no=str(content.get("payment_no", "")),
                is_genuine=False,
                outcome="forged",
                body=content,
            )
        raise


def _readable(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):  # no JSON, or nested beyond reason
        return {"text": body[:2000].decode("utf-8", "replace")}
    return content if isinstance(content, dict) else {"content": content}
