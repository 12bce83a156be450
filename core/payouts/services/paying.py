"""What a channel says about a payout."""

from uuid import UUID

from sqlalchemy.orm import Session


def payout_confirmed(
    session: Session, payout_no: str, *, channel: str, channel_ref: str, net_fen: int
) -> bool:
    """The recipient has the money, says the channel: by answer, callback or query.

    Returns:
        Whether this call made it so; ``False``: it was known already.

    Raises:
        NotFound: no payout of this channel has the number.
        Conflict: amount or reference differ from what was sent; nothing is changed.
    """
    raise NotImplementedError


def payout_failed(session: Session, payout_id: UUID, why: str, *, permanent: bool) -> None:
    """The channel could not pay: tried again later, or left to staff when that cannot help."""
    raise NotImplementedError


def retry_payout(session: Session, payout_id: UUID, reviewer: str) -> None:
    """Send a failed payout again, under the same number."""
    raise NotImplementedError
