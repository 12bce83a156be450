"""Refunds: asked for once, retried with growing delays, booked once when the gateway confirms."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from core.payments.types import RefundView


def request_refund(
    session: Session, *, key: str, attempt_id: UUID, amount_fen: int, reason: str
) -> RefundView:
    """Ask for money to go back; the job sends it to the gateway.

    A repeated key answers with the refund of the first call. The caller holds the order's lock.

    Raises:
        Conflict: the key was used for another amount or attempt.
        Rejected: ``refund.too_much``: more than what was received and is not on its way back yet.
        NotFound: no such attempt.
    """
    raise NotImplementedError


def refund_succeeded(session: Session, refund_id: UUID, *, gateway_ref: str = "") -> bool:
    """The gateway gave the money back: book it, announce ``PaymentRefunded``, settle suspense.

    The caller locks the order before, when it is going to change it.

    Returns:
        Whether this call made it so; ``False``: it was known already and nothing happened.
    """
    raise NotImplementedError


def refund_failed(session: Session, refund_id: UUID, why: str, *, permanent: bool) -> None:
    """Note a failed try: it is tried again later, or waits for staff when that cannot help."""
    raise NotImplementedError


def retry_refund(session: Session, refund_id: UUID) -> None:
    """Staff ask for another try now, under the same number."""
    raise NotImplementedError


def find_refund(session: Session, refund_id: UUID) -> RefundView:
    """Read a refund.

    Raises:
        NotFound: no such refund.
    """
    raise NotImplementedError


def refunds_of(session: Session, order_id: UUID) -> list[RefundView]:
    """Refunds of an order, oldest first."""
    raise NotImplementedError


def due_refunds(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """Pending refunds whose time has come, longest due first."""
    raise NotImplementedError
