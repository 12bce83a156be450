"""Money that the sandbox gives back, in the manner that was chosen for its payment."""

from datetime import timedelta
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.statements import changed
from core.kernel import clock
from core.kernel.errors import Conflict, Rejected
from core.kernel.ids import new_code, new_id
from core.payments.sandbox.models import SandboxPayment, SandboxRefund
from core.payments.sandbox.services import find_payment
from core.payments.sandbox.types import RefundMode, SandboxView
from core.payments.types import RefundRequest

_PAYMENT: Any = SandboxPayment.__table__
_REFUND: Any = SandboxRefund.__table__
_LATER = timedelta(seconds=5)
_FAILURES = 2


class RefundAnswer(StrEnum):
    """What the sandbox answers to a request for a refund."""

    DONE = "done"
    PENDING = "pending"
    UNAVAILABLE = "unavailable"


class Given(NamedTuple):
    """A refund's number at the sandbox, and what is answered."""

    gateway_ref: str
    answer: RefundAnswer


def give_back(session: Session, request: RefundRequest) -> Given:
    """Give money back once; the same number again only tells how far it is.

    Raises:
        NotFound: no such payment.
        Conflict: the number was used for another payment or amount.
        Rejected: more than what was paid and not yet given back, or refunds are refused.
    """
    payment = find_payment(session, request.payment_no)
    _lock(session, payment)
    known = session.execute(
        sa.select(_REFUND).where(_REFUND.c.refund_no == request.refund_no)
    ).one_or_none()
    if known is None:
        return _first(session, payment, request)
    if (known.payment_id, known.amount_fen) != (payment.id, request.amount_fen):
        raise Conflict("sandbox.refund", "This refund number was used for something else.")
    return _again(session, payment, known)


def _lock(session: Session, payment: SandboxView) -> None:
    """Let two requests about one payment wait for each other."""
    session.execute(sa.select(_PAYMENT.c.id).where(_PAYMENT.c.id == payment.id).with_for_update())


def _first(session: Session, payment: SandboxView, request: RefundRequest) -> Given:
    if payment.refund_mode == RefundMode.REFUSED:
        raise Rejected("sandbox.refused", "The sandbox was told to refuse refunds of this payment.")
    taken = changed(
        session,
        sa.update(_PAYMENT)
        .where(
            _PAYMENT.c.id == payment.id,
            _PAYMENT.c.refunded_fen + request.amount_fen <= _PAYMENT.c.paid_fen,
        )
        .values(refunded_fen=_PAYMENT.c.refunded_fen + request.amount_fen),
    )
    if not taken:
        raise Rejected("sandbox.too_much", "More would go back than was paid.")
    now = clock.now()
    is_done = payment.refund_mode == RefundMode.AT_ONCE
    given = Given(f"SBR{new_code(20)}", _answer(payment, is_done=is_done, asked=1))
    session.execute(
        sa.insert(_REFUND).values(
            id=new_id(),
            refund_no=request.refund_no,
            payment_id=payment.id,
            gateway_ref=given.gateway_ref,
            amount_fen=request.amount_fen,
            asked_count=1,
            created_at=now,
            done_at=now if is_done else None,
        )
    )
    return given


def _again(session: Session, payment: SandboxView, known: Any) -> Given:
    now = clock.now()
    asked = known.asked_count + 1
    is_done = (
        known.done_at is not None
        or (payment.refund_mode == RefundMode.LATER and now >= known.created_at + _LATER)
        or (payment.refund_mode == RefundMode.FLAKY and asked > _FAILURES)
    )
    done_at = known.done_at or (now if is_done else None)
    session.execute(
        sa.update(_REFUND)
        .where(_REFUND.c.id == known.id)
        .values(asked_count=asked, done_at=done_at)
    )
    return Given(known.gateway_ref, _answer(payment, is_done=is_done, asked=asked))


def _answer(payment: SandboxView, *, is_done: bool, asked: int) -> RefundAnswer:
    if is_done:
        return RefundAnswer.DONE
    is_failing = payment.refund_mode == RefundMode.FLAKY and asked <= _FAILURES
    return RefundAnswer.UNAVAILABLE if is_failing else RefundAnswer.PENDING
