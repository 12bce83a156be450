"""What to do with a gateway's word, and with money that does not fit."""

from uuid import UUID

from sqlalchemy.orm import Session

from core.payments.rules import Verdict
from core.payments.types import Attempt, Payable, PaymentResult


def record_result(session: Session, result: PaymentResult, *, payable: Payable) -> Verdict:
    """Judge a result and do everything payments have to do: attempt, ledger, suspense, facts.

    The order is locked by the caller, who then acts on :attr:`Verdict.PAID`. Announces
    ``PaymentSucceeded``, ``PaymentFailed`` or ``PaymentSuspended``.

    Raises:
        NotFound: no attempt has this payment number.
    """
    raise NotImplementedError


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
    raise NotImplementedError
