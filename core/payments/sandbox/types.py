"""Values of the sandbox gateway."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from core.kernel.values import dataclass
from core.payments.types import PaymentOutcome


class SandboxState(StrEnum):
    """Where a payment stands at the sandbox. The last three are ends."""

    WAITING = "waiting"
    PAID = "paid"
    FAILED = "failed"
    CLOSED = "closed"


PAYER_LIMIT = 64
"""Characters of the account that a payment comes from."""

OUTCOMES = {
    SandboxState.WAITING: PaymentOutcome.PENDING,
    SandboxState.PAID: PaymentOutcome.SUCCEEDED,
    SandboxState.FAILED: PaymentOutcome.FAILED,
    SandboxState.CLOSED: PaymentOutcome.CLOSED,
}
"""How the store reads the sandbox's states."""


class Choice(StrEnum):
    """What the shopper, or a program, decides at the cashier.

    ``PAY`` and ``FAIL`` are what they say. ``LATER``: the money comes after a delay. ``REPEAT``:
    the callback comes many times. ``WRONG_AMOUNT``: another sum is really paid. ``FORGED``: nothing
    is paid, and a callback with a wrong signature says that it was.
    """

    PAY = "pay"
    FAIL = "fail"
    LATER = "later"
    REPEAT = "repeat"
    WRONG_AMOUNT = "wrong_amount"
    FORGED = "forged"


class RefundMode(StrEnum):
    """How refunds of a payment go: at once, a while later, after two failures, or never."""

    AT_ONCE = "at_once"
    LATER = "later"
    FLAKY = "flaky"
    REFUSED = "refused"


@dataclass(frozen=True)
class Decision:
    """A choice with its figures.

    Args:
        choice: what is to happen.
        delay_s: seconds until the money comes (``LATER``), 1 to 3600.
        repeats: how often the callback comes (``REPEAT``), 2 to 50.
        paid_fen: what is paid instead (``WRONG_AMOUNT``); one fen less than asked when missing.
        refunds: how refunds of this payment go later on.
        payer: the account that is paid from, as the gateway will tell it; at most 64 characters.
    """

    choice: Choice
    delay_s: int = 10
    repeats: int = 5
    paid_fen: int | None = None
    refunds: RefundMode = RefundMode.AT_ONCE
    payer: str = ""


@dataclass(frozen=True)
class SandboxView:
    """A payment as the sandbox's cashier and answers show it."""

    id: UUID
    token: str
    payment_no: str
    gateway_ref: str
    subject: str
    amount_fen: int
    paid_fen: int
    refunded_fen: int
    state: SandboxState
    notify_url: str
    return_url: str
    expires_at: datetime
    due_at: datetime | None
    refund_mode: str
    payer: str = ""
