"""Values that cross the gateway's door, parsed and checked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
    """The state of a payment as the gateway tells it, by callback or by query."""

    payment_no: str
    gateway_ref: str
    outcome: PaymentOutcome
    amount_fen: int
    reason: str = ""


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
