"""Facts of payments."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class PaymentSucceeded(Event):
    """Money of one attempt arrived as asked. Not fired for money that went to suspense."""

    aggregate = "order_id"
    order_id: UUID
    attempt_id: UUID
    gateway: str
    amount_fen: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PaymentFailed(Event):
    """The gateway says that an attempt failed."""

    aggregate = "order_id"
    order_id: UUID
    attempt_id: UUID
    gateway: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PaymentSuspended(Event):
    """Money arrived that fits no order as it should; it goes back by itself."""

    aggregate = "order_id"
    order_id: UUID
    attempt_id: UUID
    kind: str
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class PaymentRefunded(Event):
    """The gateway confirmed that money went back."""

    aggregate = "order_id"
    order_id: UUID
    refund_id: UUID
    amount_fen: int
    at: datetime
