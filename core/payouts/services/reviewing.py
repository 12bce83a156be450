"""Review: by somebody else than who asked."""

from uuid import UUID

from sqlalchemy.orm import Session

from core.payouts.types import PayoutView


def approve(session: Session, payout_id: UUID, reviewer: str) -> PayoutView:
    """Release a payout. The wallet channel pays in the same transaction; others by their job.

    Approving twice changes nothing.

    Args:
        session: the caller's unit of work.
        payout_id: a requested payout.
        reviewer: ``staff:<uuid>``.

    Raises:
        NotFound: no such payout.
        Forbidden: the reviewer asked for it, or is its recipient.
        Conflict: it was rejected before.
    """
    raise NotImplementedError


def reject(session: Session, payout_id: UUID, reviewer: str, reason: str) -> PayoutView:
    """Refuse a requested or failed payout; the amount goes back to its account, once.

    Raises:
        NotFound: no such payout.
        InvalidInput: no reason given.
        Conflict: it is approved, on its way or paid.
    """
    raise NotImplementedError
