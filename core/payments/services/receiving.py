"""What to do with a gateway's word, and with money that does not fit."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.kernel import clock
from core.kernel.ids import new_id
from core.ledger.services import PLATFORM, Leg, book
from core.payments.events import PaymentSuspended
from core.payments.models import Suspense
from core.payments.rules import SUSPENSE_ACCOUNT, Verdict, gateway_account, judge
from core.payments.services.attempts import (
    book_receipt,
    lock_attempt,
    mark_closed,
    mark_failed,
    mark_received,
    mark_succeeded,
)
from core.payments.services.refunds import request_refund
from core.payments.types import Attempt, AttemptState, Payable, PaymentResult

_SUSPENSE: Any = Suspense.__table__


def record_result(session: Session, result: PaymentResult, *, payable: Payable) -> Verdict:
    """Judge a result and do everything payments have to do: attempt, ledger, suspense, facts.

    The order is locked by the caller, who then acts on :attr:`Verdict.PAID`. Announces
    ``PaymentSucceeded``, ``PaymentFailed`` or ``PaymentSuspended``.

    Raises:
        NotFound: no attempt has this payment number.
    """
    attempt = lock_attempt(session, result.payment_no)
    verdict = judge(attempt, result, payable)
    if verdict is Verdict.PAID:
        fact = mark_succeeded(session, attempt, result)
        book_receipt(session, attempt)
        announce(session, fact)
    elif verdict.is_suspense:
        suspend(session, attempt, verdict, result.amount_fen, gateway_ref=result.gateway_ref)
    elif verdict is Verdict.FAILED:
        mark_failed(session, attempt, result)
    elif verdict is Verdict.CLOSED:
        mark_closed(session, attempt)
    return verdict


def suspend(
    session: Session, attempt: Attempt, kind: str, amount: int, *, gateway_ref: str | None = None
) -> UUID:
    """Keep money that fits no order apart and send it back once.

    Marks the attempt, books ``amount`` fen from suspense to the gateway's account, asks for the
    refund and announces ``PaymentSuspended``.

    Args:
        session: the unit of work that holds the order and the attempt.
        attempt: where the money came in.
        kind: ``wrong_amount``, ``dead_order`` or ``second_payment``.
        amount: fen that really came.
        gateway_ref: the gateway's number, when the attempt has none yet.

    Returns:
        Id of the suspense row.

    Raises:
        Conflict: money of this attempt was counted before.
    """
    mark_received(session, attempt, AttemptState.SUSPENDED, amount, gateway_ref)
    suspense_id = new_id()
    session.execute(
        sa.insert(_SUSPENSE).values(
            id=suspense_id,
            attempt_id=attempt.id,
            kind=str(kind),
            amount_fen=amount,
            state="refunding",
            at=clock.now(),
        )
    )
    book(
        session,
        key=f"suspense:{suspense_id}",
        kind="suspense",
        reference=f"order:{attempt.order_id}",
        actor="system",
        legs=(
            Leg(PLATFORM, gateway_account(attempt.gateway), amount),
            Leg(PLATFORM, SUSPENSE_ACCOUNT, -amount),
        ),
    )
    request_refund(
        session,
        key=f"suspense:{suspense_id}",
        attempt_id=attempt.id,
        amount_fen=amount,
        reason=str(kind),
    )
    announce(
        session,
        PaymentSuspended(
            order_id=attempt.order_id, attempt_id=attempt.id, kind=str(kind), amount_fen=amount
        ),
    )
    return suspense_id
