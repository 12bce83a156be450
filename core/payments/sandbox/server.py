"""The sandbox's side of the wire: from a signed request to a signed answer. No Flask."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.db.engine import Database
from core.kernel.errors import InvalidInput, NotFound, ShopError
from core.kernel.values import dataclass
from core.payments.sandbox import refunds, services, wire
from core.payments.sandbox.refunds import RefundAnswer
from core.payments.sandbox.types import (
    PAYER_LIMIT,
    Choice,
    Decision,
    RefundMode,
    SandboxState,
    SandboxView,
)
from core.payments.types import RefundRequest, StartRequest

PREFIX = "/sandbox/api/"
CASHIER = "/sandbox/pay/"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What goes back over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class SandboxServer:
    """Answers requests of shops.

    Args:
        database: holds the sandbox's tables; each request is one unit of work.
        key: who may ask.
    """

    def __init__(self, database: Database, key: wire.Key) -> None:
        self._database = database
        self._key = key

    def handle(
        self, path: str, headers: Mapping[str, str], body: bytes, *, base_url: str = ""
    ) -> Answer:
        """Answer one request; never raises for what the caller did wrong.

        Args:
            path: such as ``/sandbox/api/payments``.
            headers: as they came.
            body: as it came.
            base_url: what the cashier's address starts with; empty: the address is a path.
        """
        nonce = ""
        try:
            message = wire.check(self._key, headers, body)
            nonce = message.nonce
            status, answer = self._act(path, message, base_url)
        except ShopError as error:
            if error.status >= 500:
                raise
            status, answer = error.status, {"code": error.code, "message": str(error)}
            answer["kind"] = "error"
        encoded = wire.encode({**answer, "request_nonce": nonce})
        return Answer(status, wire.sign(self._key, encoded), encoded)

    def _act(self, path: str, message: wire.Message, base_url: str) -> tuple[int, dict[str, Any]]:
        route = _ROUTES.get(path.removeprefix(PREFIX)) if path.startswith(PREFIX) else None
        if route is None:
            raise NotFound("sandbox.path", "The sandbox has no such address.")
        kind, act = route
        if message.body.get("kind") != kind:
            raise InvalidInput("sandbox.kind", "This address takes messages of another kind.")
        with self._database.write() as session:
            services.use_nonce(session, "server", message.nonce)
            return act(session, message.body, base_url)


def _create(session: Session, body: dict[str, Any], base_url: str) -> tuple[int, dict[str, Any]]:
    view = services.open_payment(
        session,
        StartRequest(
            payment_no=_text(body, "payment_no", 32),
            amount_fen=_fen(body, "amount_fen"),
            subject=_text(body, "subject", 120),
            notify_url=_url(body, "notify_url"),
            return_url=_url(body, "return_url"),
            expires_at=_instant(body, "expires_at"),
        ),
    )
    return 200, {**_state(view), "pay_url": f"{base_url}{CASHIER}{view.token}"}


def _query(session: Session, body: dict[str, Any], _base: str) -> tuple[int, dict[str, Any]]:
    return 200, _state(services.find_payment(session, _text(body, "payment_no", 32)))


def _decide(session: Session, body: dict[str, Any], _base: str) -> tuple[int, dict[str, Any]]:
    payment = services.find_payment(session, _text(body, "payment_no", 32))
    decision = Decision(
        choice=_choice(body, "choice", Choice),
        delay_s=_number(body, "delay_s", 10),
        repeats=_number(body, "repeats", 5),
        paid_fen=_fen(body, "paid_fen") if "paid_fen" in body else None,
        refunds=_choice({"refunds": "at_once", **body}, "refunds", RefundMode),
        payer=_text(body, "payer", PAYER_LIMIT) if "payer" in body else "",
    )
    return 200, _state(services.decide(session, payment, decision))


def _refund(session: Session, body: dict[str, Any], _base: str) -> tuple[int, dict[str, Any]]:
    request = RefundRequest(
        refund_no=_text(body, "refund_no", 32),
        payment_no=_text(body, "payment_no", 32),
        gateway_ref="",
        amount_fen=_fen(body, "amount_fen"),
        reason=str(body.get("reason", ""))[:120],
    )
    given = refunds.give_back(session, request)
    if given.answer == RefundAnswer.UNAVAILABLE:
        message = "The sandbox was told not to answer yet. Try again later."
        return 503, {"kind": "error", "code": "sandbox.unavailable", "message": message}
    return 200, {
        "kind": "refund.state",
        "refund_no": request.refund_no,
        "gateway_ref": given.gateway_ref,
        "amount_fen": request.amount_fen,
        "state": given.answer.value,
    }


_Act = Callable[[Session, dict[str, Any], str], tuple[int, dict[str, Any]]]
_ROUTES: dict[str, tuple[str, _Act]] = {
    "payments": ("payment.create", _create),
    "payments/query": ("payment.query", _query),
    "payments/decide": ("payment.decide", _decide),
    "refunds": ("refund.create", _refund),
}


def _state(view: SandboxView) -> dict[str, Any]:
    return {
        "kind": "payment.state",
        "payment_no": view.payment_no,
        "gateway_ref": view.gateway_ref,
        "state": view.state.value,
        "amount_fen": view.amount_fen,
        "paid_fen": view.paid_fen,
        "refunded_fen": view.refunded_fen,
        "payer": view.payer if view.state == SandboxState.PAID else "",
    }


# --- fields of a request -----------------------------------------------------------------------


def _bad(name: str) -> InvalidInput:
    return InvalidInput("sandbox.field", "“%(field)s” is missing or cannot be used.", field=name)


def _text(body: dict[str, Any], name: str, limit: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= limit:
        raise _bad(name)
    return value


def _url(body: dict[str, Any], name: str) -> str:
    value = _text(body, name, 500)
    if not value.startswith(("http://", "https://", "/")) or value.startswith("//"):
        raise _bad(name)
    return value


def _fen(body: dict[str, Any], name: str) -> int:
    value = _number(body, name, None)
    if not 0 < value <= 10**12:
        raise _bad(name)
    return value


def _number(body: dict[str, Any], name: str, default: int | None) -> int:
    value = body.get(name, default)
    if type(value) is not int:
        raise _bad(name)
    return value


def _instant(body: dict[str, Any], name: str) -> datetime:
    try:
        value = datetime.fromisoformat(_text(body, name, 40))
    except ValueError:
        raise _bad(name) from None
    if value.tzinfo is None:
        raise _bad(name)
    return value


def _choice(body: dict[str, Any], name: str, kind: Callable[[str], Any]) -> Any:
    try:
        return kind(_text(body, name, 20))
    except ValueError:
        raise _bad(name) from None
