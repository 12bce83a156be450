"""Payment attempts: prepared, started at the gateway, ended by its word."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from core.payments.events import PaymentSucceeded
from core.payments.types import Attempt, PaymentResult, StartResult


def start_attempt(
    session: Session,
    *,
    order_id: UUID,
    amount_fen: int,
    gateway_key: str,
    expires_at: datetime,
) -> Attempt:
    """Prepare a payment; the gateway is asked afterwards, with no transaction open.

    An attempt of the same order, gateway and amount that is still open is handed out again, so
    that going back and paying again does not open a second one.
    """
    raise NotImplementedError


def attach_start(session: Session, payment_no: str, started: StartResult) -> None:
    """Keep what the gateway answered; nothing happens when the payment has moved on meanwhile."""
    raise NotImplementedError


def find_attempt(session: Session, payment_no: str) -> Attempt:
    """Read an attempt without locking it.

    Raises:
        NotFound: no attempt has this number.
    """
    raise NotImplementedError


def lock_attempt(session: Session, payment_no: str) -> Attempt:
    """Read an attempt and keep others from changing it until the unit of work ends.

    Lock its order before it (``find_attempt`` tells which): refunds lock in that order too.

    Raises:
        NotFound: no attempt has this number.
    """
    raise NotImplementedError


def mark_succeeded(session: Session, attempt: Attempt, result: PaymentResult) -> PaymentSucceeded:
    """The money came as asked.

    Returns:
        The fact, **not yet announced**: the caller announces it together with its own.

    Raises:
        Conflict: money of this attempt was counted before.
    """
    raise NotImplementedError


def mark_failed(session: Session, attempt: Attempt, result: PaymentResult) -> None:
    """The gateway says that the payment failed; announces it. A repeat does nothing."""
    raise NotImplementedError


def mark_closed(session: Session, attempt: Attempt) -> None:
    """The gateway closed the payment without money. A repeat does nothing."""
    raise NotImplementedError


def close_attempts(session: Session, order_ids: Sequence[UUID]) -> int:
    """End the open attempts of orders that are cancelled or expired; how many there were.

    Money that comes all the same goes to suspense.
    """
    raise NotImplementedError


def book_receipt(session: Session, attempt: Attempt) -> UUID | None:
    """Book what the attempt received: from sales to ``gateway:<key>``. Once an attempt."""
    raise NotImplementedError


def attempts_of(session: Session, order_id: UUID) -> list[Attempt]:
    """Attempts of an order, oldest first."""
    raise NotImplementedError


def attempts_to_query(session: Session, *, before: datetime, limit: int) -> list[Attempt]:
    """Started attempts from before an instant: their callback may be lost, so ask the gateway."""
    raise NotImplementedError
