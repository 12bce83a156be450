"""Review: by somebody else than who asked."""

from uuid import UUID

from sqlalchemy.orm import Session

from core.kernel import clock
from core.kernel.errors import Conflict, InvalidInput
from core.payouts.rules import WALLET_CHANNEL, PayoutState
from core.payouts.rules.channels import MANUAL
from core.payouts.services.paying import give_back, settle
from core.payouts.services.reviewers import keep_apart
from core.payouts.services.rows import PAYOUT_TABLE, lock_payout, move
from core.payouts.types import Review

_RELEASED = frozenset(
    {PayoutState.APPROVED, PayoutState.PAYING, PayoutState.WAITING, PayoutState.PAID}
)
_REFUSABLE = frozenset({PayoutState.REQUESTED, PayoutState.FAILED})


def approve(session: Session, payout_id: UUID, reviewer: str) -> Review:
    """Release a payout. The wallet channel pays in the same transaction; others by their job.

    What staff pay by hand waits for the next file.

    Approving twice changes nothing, and the answer says so.

    Args:
        session: the caller's unit of work.
        payout_id: a requested payout.
        reviewer: ``staff:<uuid>``.

    Raises:
        NotFound: no such payout.
        Forbidden: the reviewer asked for it, or is its recipient.
        Conflict: it was rejected before, or failed and waits for another try.
    """
    payout = lock_payout(session, PAYOUT_TABLE.c.id == payout_id)
    keep_apart(session, payout, reviewer)
    if payout.state in _RELEASED:
        return Review(payout, is_new=False)
    if payout.state != PayoutState.REQUESTED:
        raise Conflict("payout.decided", "This payout has been decided before.")
    at = clock.now()
    is_own = payout.channel == WALLET_CHANNEL
    is_sent = not is_own and payout.channel not in MANUAL
    payout = move(
        session,
        payout,
        PayoutState.APPROVED,
        actor=reviewer,
        at=at,
        reviewer=reviewer,
        reviewed_at=at,
        next_try_at=at if is_sent else None,
    )
    if is_own:
        payout = settle(session, payout, channel_ref=None, actor=reviewer)
    return Review(payout, is_new=True)


def reject(session: Session, payout_id: UUID, reviewer: str, reason: str) -> Review:
    """Refuse a requested or failed payout; the amount goes back to its account, once.

    Rejecting twice changes nothing, and the answer says so.

    Raises:
        NotFound: no such payout.
        Forbidden: the reviewer asked for it, or is its recipient.
        InvalidInput: no reason given.
        Conflict: it is approved, on its way or paid.
    """
    if not reason.strip():
        raise InvalidInput(
            "payout.reason", "Please give a reason; the member reads it.", field="reason"
        )
    payout = lock_payout(session, PAYOUT_TABLE.c.id == payout_id)
    keep_apart(session, payout, reviewer)
    if payout.state == PayoutState.REJECTED:
        return Review(payout, is_new=False)
    if payout.state not in _REFUSABLE:
        raise Conflict("payout.decided", "This payout has been decided before.")
    payout = give_back(
        session,
        payout,
        PayoutState.REJECTED,
        reason=reason.strip(),
        actor=reviewer,
        reviewer=reviewer,
        reviewed_at=clock.now(),
    )
    return Review(payout, is_new=True)
