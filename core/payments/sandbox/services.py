"""What the sandbox gateway does with its own tables. Nothing here commits."""

import time
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from core.db.prepared import Prepared, Row
from core.db.statements import changed
from core.kernel import clock
from core.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.kernel.ids import new_code, new_id, new_token
from core.payments.sandbox.models import SandboxCallback, SandboxNonce, SandboxPayment
from core.payments.sandbox.types import PAYER_LIMIT, Choice, Decision, SandboxState, SandboxView
from core.payments.types import StartRequest

_PAYMENT: Any = SandboxPayment.__table__
_CALLBACK: Any = SandboxCallback.__table__
_NONCE: Any = SandboxNonce.__table__
_NAMES = tuple(field.name for field in fields(SandboxView))
_COLUMNS = [_PAYMENT.c[name] for name in _NAMES]
_BY_ID, _BY_NO, _BY_TOKEN = (
    Prepared(sa.select(*_COLUMNS).where(column == sa.bindparam("value", type_=column.type)))
    for column in (_PAYMENT.c.id, _PAYMENT.c.payment_no, _PAYMENT.c.token)
)
_INSERT_CALLBACK = Prepared(
    sa.insert(_CALLBACK),
    ["id", "payment_id", "body", "is_forged", "state", "tries", "next_try_at", "answer",
     "created_at"],
)  # fmt: skip
_INSERT_NONCE = Prepared(  # SQLite is told the same
    postgresql.insert(_NONCE).on_conflict_do_nothing(), ["side", "nonce", "used_s"]
)
_INSERT_PAYMENT = Prepared(
    postgresql.insert(_PAYMENT).on_conflict_do_nothing(index_elements=["payment_no"]),
    [*_NAMES, "created_at"],
)
_DECIDED = ("state", "paid_fen", "due_at", "refund_mode", "payer")
_DECIDE = Prepared(
    sa.update(_PAYMENT)
    .where(
        _PAYMENT.c.id == sa.bindparam("payment_id"),
        _PAYMENT.c.state == SandboxState.WAITING,
        _PAYMENT.c.expires_at > sa.bindparam("now"),
    )
    .values({name: sa.bindparam(f"new_{name}") for name in _DECIDED})
)
_KEEP_NONCES_S = 1200
_SETTLED_AT_ONCE = 100


def use_nonce(session: Session, side: str, nonce: str) -> None:
    """Remember a nonce of a genuine message.

    Args:
        session: a unit of work; what the message asks for belongs into the same one.
        side: ``server`` or ``client``.
        nonce: as checked by ``wire.check``.

    Raises:
        Forbidden: it was used before: somebody plays an old message again.
    """
    row = {"side": side, "nonce": nonce, "used_s": int(time.time())}
    if not _INSERT_NONCE.change(session, row):
        raise Forbidden("sandbox.replayed", "This message has been used before.")


def prune_nonces(session: Session) -> int:
    """Forget nonces of messages that are too old to be accepted anyway; how many."""
    limit = int(time.time()) - _KEEP_NONCES_S
    return changed(session, sa.delete(_NONCE).where(_NONCE.c.used_s < limit))


def open_payment(session: Session, request: StartRequest) -> SandboxView:
    """Take a payment to be collected; the same number again answers as the first time.

    Raises:
        Conflict: the number was used for another amount.
    """
    view = SandboxView(
        id=new_id(),
        token=new_token(24),
        payment_no=request.payment_no,
        gateway_ref=f"SBX{new_code(20)}",
        subject=request.subject,
        amount_fen=request.amount_fen,
        paid_fen=0,
        refunded_fen=0,
        state=SandboxState.WAITING,
        notify_url=request.notify_url,
        return_url=request.return_url,
        expires_at=request.expires_at,
        due_at=None,
        refund_mode="at_once",
    )
    row = {name: getattr(view, name) for name in _NAMES} | {"created_at": clock.now()}
    if _INSERT_PAYMENT.change(session, row):
        return view
    known = find_payment(session, request.payment_no)
    if known.amount_fen != request.amount_fen:
        raise Conflict("sandbox.amount", "This payment number was used for another amount.")
    return known


def find_payment(session: Session, payment_no: str) -> SandboxView:
    """A payment by its number.

    Raises:
        NotFound: there is none.
    """
    return _one(session, _BY_NO, payment_no)


def payment_at(session: Session, token: str) -> SandboxView:
    """A payment by the token of its cashier page.

    Raises:
        NotFound: there is none.
    """
    return _one(session, _BY_TOKEN, token)


def decide(session: Session, payment: SandboxView, decision: Decision) -> SandboxView:
    """Let happen what the shopper chose; callbacks are queued, not sent.

    Raises:
        Conflict: the payment has ended, or its time is over.
        InvalidInput: a figure of the decision is out of range.
    """
    check_decision(decision)
    now = clock.now()
    after = replace(
        payment,
        **{"state": SandboxState.WAITING} | _outcome(payment, decision, now),
        refund_mode=decision.refunds.value,
        payer=decision.payer,
    )
    new = {f"new_{name}": getattr(after, name) for name in _DECIDED}
    if not _DECIDE.change(session, {"payment_id": payment.id, "now": now, **new}):
        raise Conflict("sandbox.ended", "This payment can no longer be changed.")
    repeats = decision.repeats if decision.choice == Choice.REPEAT else 1
    if decision.choice == Choice.FORGED:
        lie = {**_told(after), "state": SandboxState.PAID.value, "amount_fen": after.amount_fen}
        _queue(session, [_callback(after, lie, now, is_forged=True)])
    elif after.state != SandboxState.WAITING:
        _queue(session, [_callback(after, _told(after), now)] * repeats)
    return after


def check_decision(decision: Decision) -> None:
    """Refuse figures out of range.

    Raises:
        InvalidInput: names the field.
    """
    ranges = (
        ("delay_s", decision.delay_s, 1, 3600),
        ("repeats", decision.repeats, 2, 50),
        ("paid_fen", 1 if decision.paid_fen is None else decision.paid_fen, 1, 10**12),
    )
    for name, value, lowest, highest in ranges:
        if not lowest <= value <= highest:
            raise InvalidInput("sandbox.figure", "“%(field)s” is out of range.", field=name)
    if len(decision.payer) > PAYER_LIMIT:
        raise InvalidInput("sandbox.figure", "“%(field)s” is out of range.", field="payer")


def settle_waiting(session: Session) -> int:
    """Pay the delayed payments that are due and close the expired ones; how many changed."""
    now = clock.now()
    query = (
        sa.select(*_COLUMNS)
        .where(ending(now))
        .order_by(_PAYMENT.c.id)
        .limit(_SETTLED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    waiting = [_look(row) for row in session.execute(query)]
    for view in waiting:
        is_due = view.due_at is not None and view.due_at <= now
        values = (
            {"state": SandboxState.PAID.value, "paid_fen": view.amount_fen}
            if is_due
            else {"state": SandboxState.CLOSED.value}
        )
        changed(session, sa.update(_PAYMENT).where(_PAYMENT.c.id == view.id).values(values))
        after = _one(session, _BY_ID, view.id)
        _queue(session, [_callback(after, _told(after), now)])
    return len(waiting)


def ending(now: datetime) -> Any:
    """Whether a payment's delay or its time is over."""
    return sa.and_(
        _PAYMENT.c.state == SandboxState.WAITING,
        sa.or_(_PAYMENT.c.due_at <= now, _PAYMENT.c.expires_at <= now),
    )


def _outcome(payment: SandboxView, decision: Decision, now: datetime) -> dict[str, Any]:
    """What a decision changes of a payment that waits."""
    match decision.choice:
        case Choice.FAIL:
            return {"state": SandboxState.FAILED, "due_at": None}
        case Choice.LATER:
            return {"due_at": now + timedelta(seconds=decision.delay_s)}
        case Choice.FORGED:
            return {"due_at": None}
        case Choice.WRONG_AMOUNT:
            paid = decision.paid_fen or max(1, payment.amount_fen - 1)
            return {"state": SandboxState.PAID, "paid_fen": paid, "due_at": None}
        case _:
            paid = payment.amount_fen
            return {"state": SandboxState.PAID, "paid_fen": paid, "due_at": None}


def _told(view: SandboxView) -> dict[str, Any]:
    """What a callback tells of a payment."""
    return {
        "kind": "payment.changed",
        "payment_no": view.payment_no,
        "gateway_ref": view.gateway_ref,
        "state": view.state.value,
        "amount_fen": view.paid_fen,
        "reason": "declined at the sandbox" if view.state == SandboxState.FAILED else "",
        "payer": view.payer if view.state == SandboxState.PAID else "",
    }


def _callback(
    view: SandboxView, body: dict[str, Any], now: datetime, *, is_forged: bool = False
) -> dict[str, Any]:
    return {
        "payment_id": view.id,
        "body": body,
        "is_forged": is_forged,
        "state": "pending",
        "tries": 0,
        "next_try_at": now,
        "answer": "",
        "created_at": now,
    }


def _queue(session: Session, callbacks: Sequence[dict[str, Any]]) -> None:
    _INSERT_CALLBACK.many(session, [{**callback, "id": new_id()} for callback in callbacks])


def _one(session: Session, query: Prepared, value: object) -> SandboxView:
    row = query.first(session, {"value": value})
    if row is None:
        raise NotFound("sandbox.unknown", "The sandbox does not know this payment.")
    return _look(row)


def _look(row: Row | sa.Row[Any]) -> SandboxView:
    values = dict(zip(_NAMES, row, strict=True))
    return SandboxView(**values | {"state": SandboxState(values["state"])})
