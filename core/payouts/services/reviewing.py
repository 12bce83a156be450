"""Review: by somebody else than who asked."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.kernel import clock
from core.kernel.errors import Conflict, Forbidden, InvalidInput
from core.ledger.services import member_owner
from core.members.models import Member
from core.payouts.events import PayoutFailed
from core.payouts.rules import WALLET_CHANNEL, PayoutState
from core.payouts.services.paying import settle
from core.payouts.services.rows import PAYOUT_TABLE, book_step, lock_payout, move, return_legs
from core.payouts.types import PayoutView, Review
from core.staff.models import Staff

_RELEASED = frozenset(
    {PayoutState.APPROVED, PayoutState.PAYING, PayoutState.WAITING, PayoutState.PAID}
)
_REFUSABLE = frozenset({PayoutState.REQUESTED, PayoutState.FAILED})


def approve(session: Session, payout_id: UUID, reviewer: str) -> Review:
    """Release a payout. The wallet channel pays in the same transaction; others by their job.

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
    _keep_apart(session, payout, reviewer)
    if payout.state in _RELEASED:
        return Review(payout, is_new=False)
    if payout.state != PayoutState.REQUESTED:
        raise Conflict("payout.decided", "This payout has been decided before.")
    at = clock.now()
    is_own = payout.channel == WALLET_CHANNEL
    payout = move(
        session,
        payout,
        PayoutState.APPROVED,
        actor=reviewer,
        at=at,
        reviewer=reviewer,
        reviewed_at=at,
        next_try_at=None if is_own else at,
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
    _keep_apart(session, payout, reviewer)
    if payout.state == PayoutState.REJECTED:
        return Review(payout, is_new=False)
    if payout.state not in _REFUSABLE:
        raise Conflict("payout.decided", "This payout has been decided before.")
    at = clock.now()
    payout = move(
        session,
        payout,
        PayoutState.REJECTED,
        actor=reviewer,
        at=at,
        reason=reason.strip(),
        reviewer=reviewer,
        reviewed_at=at,
        next_try_at=None,
    )
    book_step(session, payout, "returned", return_legs(payout), actor=reviewer)
    announce(
        session,
        PayoutFailed(
            payout_id=payout.id,
            member_id=payout.member_id,
            source_kind=payout.source_kind,
            amount_fen=payout.amount_fen,
            reason=payout.reason,
        ),
    )
    return Review(payout, is_new=True)


def _keep_apart(session: Session, payout: PayoutView, reviewer: str) -> None:
    """Nobody reviews their own payout: as requester, as member, or as staff with that mailbox.

    Raises:
        Forbidden: the reviewer is too close.
    """
    is_close = reviewer in {payout.requested_by, member_owner(payout.member_id)}
    if not is_close and reviewer.startswith("staff:"):
        is_close = session.execute(
            sa.select(
                sa.exists().where(
                    Staff.id == UUID(reviewer.removeprefix("staff:")),
                    Member.id == payout.member_id,
                    Staff.email == Member.email,
                )
            )
        ).scalar_one()
    if is_close:
        raise Forbidden("payout.own", "Somebody else has to review this payout.")
