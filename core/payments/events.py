"""Facts of payments."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class PaymentSucceeded(Event):
    """Money of one attempt arrived as asked; fires once an attempt, together with ``OrderPaid``.

    Not fired for money that went to suspense (``PaymentSuspended``).
    """

    aggregate = "order_id"
    order_id: UUID
    attempt_id: UUID
    gateway: str
    amount_fen: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PaymentFailed(Event):
    """The gateway says that an attempt failed; the order may still be paid by another.

    Not fired when an attempt simply runs out of time, nor when the gateway does not answer.

    Args:
        gateway: key of the gateway, ``plugin.name`` for those of plugins.
        reason: the gateway's own words; may be empty.
    """

    aggregate = "order_id"
    order_id: UUID
    attempt_id: UUID
    gateway: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PaymentSuspended(Event):
    """Money arrived that fits no order as it should; it goes back by itself.

    ``kind``: ``wrong_amount``, ``dead_order`` or ``second_payment``. Fires once an attempt. Not
    fired when the refund of it is done.
    """

    aggregate = "order_id"
    order_id: UUID
    attempt_id: UUID
    kind: str
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class PaymentRefunded(Event):
    """The gateway confirmed that money went back, of an after-sale or from suspense.

    Fires once a refund. Not fired when it is sent, nor when it fails.
    """

    aggregate = "order_id"
    order_id: UUID
    refund_id: UUID
    amount_fen: int
    at: datetime
