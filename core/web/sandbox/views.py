"""Addresses of the sandbox gateway. Nothing here exists outside sandbox installations."""

from typing import Any, cast
from urllib.parse import urlsplit

import flask
from flask import request
from werkzeug.wrappers import Response

from core.host.shop import Shop
from core.kernel import clock
from core.kernel.errors import InvalidInput, ShopError
from core.kernel.money import format_yuan, parse_yuan
from core.kernel.text import squeeze
from core.payments.sandbox import services
from core.payments.sandbox.client import open_sandbox, sandbox_key
from core.payments.sandbox.delivery import deliver_callbacks
from core.payments.sandbox.server import CASHIER, PREFIX, SandboxServer
from core.payments.sandbox.types import Choice, Decision, RefundMode, SandboxState, SandboxView
from core.web import context, headers, i18n
from core.web.access import access
from core.web.gateways import add_gateway
from core.web.sandbox.sending import here_or_http

_MOST_BYTES = 64 * 1024
_AT_ONCE = 50
"""Callbacks delivered before the shopper goes back; what is left is the worker's."""


def blueprint(shop: Shop) -> flask.Blueprint:
    """The sandbox's addresses; registering it also makes the sandbox a way to pay.

    Raises:
        ConfigError: the installation is no sandbox.
    """
    gateway = open_sandbox(shop.config, shop.database)
    area = flask.Blueprint("sandbox", __name__, template_folder="templates")
    area.record_once(lambda state: add_gateway(cast(flask.Flask, state.app), gateway))
    area.add_url_rule(f"{PREFIX}<path:_path>", "api", api, methods=["POST"])
    area.add_url_rule(f"{CASHIER}<token>", "cashier", cashier, methods=["GET"])
    area.add_url_rule(f"{CASHIER}<token>", "decide", decide, methods=["POST"])
    area.add_url_rule("/sandbox/sandbox.css", "style", style, methods=["GET"])
    return area


@access("notify")
def api(_path: str) -> Response:
    """Signed requests of shops; see ``docs/sandbox-gateway.md``."""
    shop = context.shop()
    body = request.get_data(cache=False) if (request.content_length or 0) <= _MOST_BYTES else b""
    answer = SandboxServer(shop.database, sandbox_key(shop.config)).handle(
        request.path, dict(request.headers), body, base_url=context.external_url("")
    )
    return flask.Response(answer.body, answer.status, dict(answer.headers))


@access("public")
def style() -> Response:
    """The page's own style sheet."""
    return flask.send_from_directory(
        f"{flask.current_app.blueprints['sandbox'].root_path}/static", "sandbox.css", max_age=3600
    )


@access("sandbox")
def cashier(token: str) -> str:
    """The page where the shopper decides what is to happen."""
    return _page(services.payment_at(context.reader(), token))


@access("sandbox")
def decide(token: str) -> Any:
    """Let it happen, tell the shop, and send the shopper back to it."""
    with context.shop().database.read() as session:
        payment = services.payment_at(session, token)
    try:
        with context.writing() as session:
            payment = services.decide(session, payment, _decision())
    except ShopError as error:
        return _page(payment, i18n.translate_error(error)), error.status
    shop = context.shop()
    deliver_callbacks(
        shop.database,
        sandbox_key(shop.config),
        send=here_or_http(flask.current_app, request.host),
        payment_id=payment.id,
        limit=_AT_ONCE,
    )
    _allow_return(payment)
    return flask.redirect(payment.return_url, 303)


def _page(payment: SandboxView, problem: str = "") -> str:
    _allow_return(payment)
    is_over = payment.expires_at <= clock.now() and payment.state == SandboxState.WAITING
    return flask.render_template(
        "sandbox/cashier.html",
        payment=payment,
        state="closed" if is_over else payment.state.value,
        problem=problem,
        another_yuan=format_yuan(max(1, payment.amount_fen - 1)),
        refund_modes=list(RefundMode),
        lang="zh-CN" if i18n.locale() == i18n.CHINESE else "en",
    )


def _allow_return(payment: SandboxView) -> None:
    """Let the form lead back to a shop at another address."""
    parts = urlsplit(payment.return_url)
    if parts.netloc and parts.netloc != request.host:
        headers.allow("form-action", f"{parts.scheme}://{parts.netloc}")


def _decision() -> Decision:
    """What the form says.

    Raises:
        InvalidInput: a figure that is none.
    """
    form = request.form
    try:
        return Decision(
            choice=Choice(form.get("choice", "")),
            delay_s=int(form.get("delay_s") or 10),
            repeats=int(form.get("repeats") or 5),
            paid_fen=parse_yuan(form["paid_yuan"]) if form.get("paid_yuan") else None,
            refunds=RefundMode(form.get("refunds") or RefundMode.AT_ONCE),
            payer=squeeze(form.get("payer", "")),
        )
    except ValueError:
        raise InvalidInput(
            "sandbox.figure", "“%(field)s” is out of range.", field="choice"
        ) from None
