"""Orders that end unpaid: cancelled by somebody, or expired."""

from uuid import UUID

from sqlalchemy.orm import Session


def cancel_order(
    session: Session, order_no: str, *, actor: str, reason: str, member_id: UUID | None = None
) -> None:
    """Cancel an unpaid order and free its stock. With ``member_id``: only that member's.

    Raises:
        NotFound: no such order, or not this member's.
        Conflict: it is paid; only an after-sale gives money back.
    """
    raise NotImplementedError


def expire_unpaid(session: Session, *, limit: int = 200) -> int:
    """End orders whose time to pay ran out; returns how many. Safe with several workers."""
    raise NotImplementedError
