"""Settlement: the after-sale window is over and nothing is open, so commissions may be paid."""

from sqlalchemy.orm import Session


def settle_due(session: Session, *, limit: int = 500) -> int:
    """Settle due orders; returns how many. Set-based, safe with several workers at once."""
    raise NotImplementedError
