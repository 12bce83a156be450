"""Values that cross the gateway's door, parsed and checked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class PaymentOutcome(StrEnum):
    """What a gateway says about a payment."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CLOSED = "closed"


@dataclass(frozen=True)
class StartRequest:
    """Ask to collect a sum. ``payment_no`` is our number and the gateway's idempotency key."""

    payment_no: str
    amount_fen: int
    subject: str
    notify_url: str
    return_url: str
    expires_at: datetime


@dataclass(frozen=True)
class StartResult:
    """The gateway took the request."""

    gateway_ref: str
    pay_url: str


@dataclass(frozen=True)
class PaymentResult:
    """The state of a payment as the gateway tells it, by callback or by query.

    ``payer`` tells apart the accounts that pay, where the gateway says so: an id of its own that is
    the same each time, else a number or mailbox. Only a mark of it is kept.
    """

    payment_no: str
    gateway_ref: str
    outcome: PaymentOutcome
    amount_fen: int
    reason: str = ""
    payer: str = ""


@dataclass(frozen=True)
class RefundRequest:
    """Ask for money to go back. ``refund_no`` is the idempotency key."""

    refund_no: str
    payment_no: str
    gateway_ref: str
    amount_fen: int
    reason: str


@dataclass(frozen=True)
class RefundResult:
    """What became of a refund: ``succeeded`` or ``pending``; failure raises ``UpstreamError``."""

    refund_no: str
    gateway_ref: str
    is_done: bool


class AttemptState(StrEnum):
    """Where a payment attempt stands. ``SUSPENDED``: money came, did not fit, and goes back."""

    CREATED = "created"
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CLOSED = "closed"
    SUSPENDED = "suspended"


@dataclass(frozen=True)
class Attempt:
    """A payment attempt as services hand it out: a look, not a row.

    ``refunded_fen`` counts what is on its way back and what is back.
    """

    id: UUID
    payment_no: str
    order_id: UUID
    gateway: str
    amount_fen: int
    state: AttemptState
    gateway_ref: str | None
    pay_url: str | None
    received_fen: int
    refunded_fen: int
    failure: str
    created_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None

    @property
    def has_money(self) -> bool:
        """Whether money of this attempt was counted, fitting or not."""
        return self.state in {AttemptState.SUCCEEDED, AttemptState.SUSPENDED}

    @property
    def refundable_fen(self) -> int:
        """What can still be asked back."""
        return self.received_fen - self.refunded_fen


@dataclass(frozen=True)
class Payable:
    """The order as payments see it, read under its lock.

    Args:
        total_fen: what is asked.
        is_open: it still waits for its payment (not cancelled, not expired).
        is_paid: it is paid, by whichever attempt.
    """

    order_id: UUID
    total_fen: int
    is_open: bool
    is_paid: bool


class RefundState(StrEnum):
    """Where a refund stands. ``FAILED`` waits for staff; the money is still owed."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True)
class RefundView:
    """A refund as services hand it out. ``key`` says what for: ``after_sale:<id>``."""

    id: UUID
    refund_no: str
    key: str
    attempt_id: UUID
    order_id: UUID
    amount_fen: int
    reason: str
    state: RefundState
    gateway_ref: str | None
    tries: int
    next_try_at: datetime | None
    failure: str
    created_at: datetime
    done_at: datetime | None
