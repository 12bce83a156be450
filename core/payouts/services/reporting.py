"""What a channel tells about a payout: by its answer, a query or a callback. Repeats are no-ops."""

from sqlalchemy.orm import Session

from core.kernel.errors import Conflict
from core.payouts.rules import PayoutState
from core.payouts.services.paying import (
    UNCLAIMED,
    give_back,
    payout_failed,
    payout_waits,
    settle,
)
from core.payouts.services.rows import PAYOUT_TABLE, lock_payout
from core.payouts.types import PayOutcome, PayoutView, PayResult, PayStatus


def payout_confirmed(
    session: Session, payout_no: str, *, channel: str, channel_ref: str, net_fen: int
) -> bool:
    """The recipient has the money, says the channel: by answer, callback or query.

    Returns:
        Whether this call made it so; ``False``: it was known already.

    Raises:
        NotFound: no payout of this channel has the number.
        Conflict: amount or reference differ from what was sent, or the money went back to the
            member meanwhile; nothing is changed.
    """
    status = PayStatus(payout_no, channel_ref, PayOutcome.PAID, net_fen)
    return payout_reported(session, status, channel=channel)


def payout_reported(session: Session, status: PayStatus, *, channel: str) -> bool:
    """Do what a channel's word comes to.

    Paid is booked. Unclaimed gives the amount back, once, with a step and ``PayoutFailed``. Failed
    waits for staff. Waiting is noted. Unknown changes nothing.

    Args:
        session: the caller's unit of work.
        status: as the channel said it, and found genuine.
        channel: the key of the channel that speaks; another one's payouts do not exist for it.

    Returns:
        Whether this call changed the payout.

    Raises:
        NotFound: no payout of this channel has the number.
        Conflict: amount or reference differ from what was sent, or it was paid or given back before
            and the channel now says otherwise; nothing is changed.
    """
    payout = lock_payout(
        session, PAYOUT_TABLE.c.payout_no == status.payout_no, PAYOUT_TABLE.c.channel == channel
    )
    if status.outcome == PayOutcome.UNKNOWN:
        return False
    if status.net_fen != payout.net_fen or payout.channel_ref not in {None, status.channel_ref}:
        raise Conflict("payout.mismatch", "The channel speaks of another amount or number.")
    before = payout.state
    _carry_out(session, payout, status)
    return lock_payout(session, PAYOUT_TABLE.c.id == payout.id).state != before


def _carry_out(session: Session, payout: PayoutView, status: PayStatus) -> None:
    if status.outcome == PayOutcome.PAID:
        if payout.state != PayoutState.PAID:
            settle(session, payout, channel_ref=status.channel_ref)
    elif status.outcome == PayOutcome.UNCLAIMED:
        _return_unclaimed(session, payout)
    elif status.outcome == PayOutcome.FAILED:
        _hold_to_open(payout)
        payout_failed(session, payout.id, status.reason or "The channel refused.", permanent=True)
    else:
        payout_waits(session, payout.id, PayResult(status.channel_ref, False))


def _return_unclaimed(session: Session, payout: PayoutView) -> None:
    """The recipient of a locked payout can no longer confirm: give the amount back, once."""
    _hold_to_open(payout)
    if payout.state in {PayoutState.PAYING, PayoutState.WAITING}:
        give_back(session, payout, PayoutState.RETURNED, reason=UNCLAIMED)


def _hold_to_open(payout: PayoutView) -> None:
    """What was paid cannot turn out to have failed.

    Raises:
        Conflict: it is paid.
    """
    if payout.state == PayoutState.PAID:
        raise Conflict("payout.paid", "This payout is paid already.")
