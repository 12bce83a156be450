"""Decisions about payments. Plain Python."""

from datetime import datetime, timedelta
from enum import StrEnum

from core.kernel.states import StateMachine
from core.payments.types import Attempt, AttemptState, Payable, PaymentOutcome, PaymentResult


class Verdict(StrEnum):
    """What a gateway's word means for the order it is about."""

    PAID = "paid"
    REPEATED = "repeated"
    FAILED = "failed"
    CLOSED = "closed"
    PENDING = "pending"
    WRONG_AMOUNT = "wrong_amount"
    DEAD_ORDER = "dead_order"
    SECOND_PAYMENT = "second_payment"

    @property
    def is_suspense(self) -> bool:
        """Whether money came that does not fit and must go back."""
        return self in _SUSPENSE


_SUSPENSE = frozenset({Verdict.WRONG_AMOUNT, Verdict.DEAD_ORDER, Verdict.SECOND_PAYMENT})

ATTEMPT = StateMachine[AttemptState](
    "payment",
    {
        AttemptState.CREATED: frozenset(AttemptState) - {AttemptState.CREATED},
        AttemptState.STARTED: frozenset(AttemptState) - {AttemptState.CREATED},
        # Gateways report success after failure and after the order is gone.
        AttemptState.FAILED: frozenset({AttemptState.SUCCEEDED, AttemptState.SUSPENDED}),
        AttemptState.CLOSED: frozenset({AttemptState.SUCCEEDED, AttemptState.SUSPENDED}),
    },
)
_MONEY_CAME = frozenset({AttemptState.SUCCEEDED, AttemptState.SUSPENDED})
_REFUND_DELAYS_S = (10, 30, 120, 600, 1800, 3600, 10_800, 21_600)
REFUND_TRIES = 20
"""After so many tries (about three days) a refund waits for staff."""
_QUERY_DELAY = timedelta(seconds=30)


SUSPENSE_ACCOUNT = "suspense"
"""Platform account of money that is kept apart until it is back."""
SALES_ACCOUNT = "sales"
"""Platform account of what shoppers paid; it stands below zero: the store gave goods for it."""


def gateway_account(gateway: str) -> str:
    """Platform account of the money that lies at a gateway."""
    return f"gateway:{gateway}"


def judge(attempt: Attempt, result: PaymentResult, payable: Payable) -> Verdict:
    """What a result means, given the attempt and the order as they stand under their locks.

    Money that was counted before is never counted again, whatever the result says now.
    """
    if attempt.state in _MONEY_CAME:
        return Verdict.REPEATED
    if result.outcome == PaymentOutcome.PENDING:
        return Verdict.PENDING
    if result.outcome == PaymentOutcome.SUCCEEDED:
        return _judge_money(attempt, result, payable)
    target = Verdict.FAILED if result.outcome == PaymentOutcome.FAILED else Verdict.CLOSED
    return Verdict.REPEATED if attempt.state in {"failed", "closed"} else target


def _judge_money(attempt: Attempt, result: PaymentResult, payable: Payable) -> Verdict:
    if payable.is_paid:
        return Verdict.SECOND_PAYMENT
    if not payable.is_open:
        return Verdict.DEAD_ORDER
    if result.amount_fen != attempt.amount_fen or result.amount_fen != payable.total_fen:
        return Verdict.WRONG_AMOUNT
    return Verdict.PAID


def refund_delay(tries: int) -> timedelta:
    """How long to wait after the ``tries``-th attempt to refund: 10 s growing to six hours."""
    return timedelta(seconds=_REFUND_DELAYS_S[min(tries, len(_REFUND_DELAYS_S)) - 1])


def next_query(created_at: datetime, at: datetime) -> datetime:
    """When to ask the gateway again about a payment of that age: 30 s, then ever more rarely."""
    return at + max(_QUERY_DELAY, (at - created_at) / 2)
