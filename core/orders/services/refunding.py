"""What an order learns when its money is back: counters, stock, states, the fact."""

from uuid import UUID

from sqlalchemy.orm import Session


def refund_done(session: Session, refund_id: UUID) -> None:
    """The gateway gave a refund back: close its after-sale and tell everybody, once."""
    raise NotImplementedError
