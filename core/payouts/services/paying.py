"""What a channel says about a payout."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.db.statements import changed
from core.kernel import clock
from core.kernel.errors import Conflict
from core.payouts.events import PayoutSucceeded
from core.payouts.rules import PAYOUT_TRIES, PayoutState, pay_delay
from core.payouts.services.rows import PAYOUT_TABLE, book_step, lock_payout, move, pay_legs
from core.payouts.types import PayoutView

_ACTOR = "system"


def settle(
    session: Session, payout: PayoutView, *, channel_ref: str | None, actor: str = _ACTOR
) -> PayoutView:
    """A locked payout is paid: book it and announce ``PayoutSucceeded``."""
    at = clock.now()
    payout = move(
        session,
        payout,
        PayoutState.PAID,
        actor=actor,
        at=at,
        paid_at=at,
        next_try_at=None,
        channel_ref=channel_ref or payout.channel_ref,
    )
    book_step(session, payout, "paid", pay_legs(payout), actor=actor)
    announce(
        session,
        PayoutSucceeded(
            payout_id=payout.id,
            member_id=payout.member_id,
            source_kind=payout.source_kind,
            amount_fen=payout.amount_fen,
            net_fen=payout.net_fen,
        ),
    )
    return payout


def claim_payout(session: Session, payout_id: UUID) -> PayoutView | None:
    """Take a due payout for one try; the next try is put off before the channel is called.

    Returns:
        The payout, now ``paying``; ``None`` when it is not due: done, or somebody else's.
    """
    at = clock.now()
    payout = lock_payout(session, PAYOUT_TABLE.c.id == payout_id)
    due = session.execute(
        sa.select(PAYOUT_TABLE.c.next_try_at).where(PAYOUT_TABLE.c.id == payout_id)
    ).scalar()
    if payout.state not in {PayoutState.APPROVED, PayoutState.PAYING} or due is None or due > at:
        return None
    again: dict[str, Any] = {
        "tries": payout.tries + 1,
        "next_try_at": at + pay_delay(payout.tries + 1),
    }
    if payout.state == PayoutState.APPROVED:
        return move(session, payout, PayoutState.PAYING, actor=_ACTOR, at=at, **again)
    changed(session, sa.update(PAYOUT_TABLE).where(PAYOUT_TABLE.c.id == payout_id).values(again))
    return payout


def payout_waits(session: Session, payout_id: UUID, channel_ref: str) -> None:
    """The channel took it and the recipient has to confirm; news comes by callback or query."""
    payout = lock_payout(session, PAYOUT_TABLE.c.id == payout_id)
    if payout.state == PayoutState.PAYING:
        move(
            session,
            payout,
            PayoutState.WAITING,
            actor=_ACTOR,
            at=clock.now(),
            channel_ref=channel_ref,
            next_try_at=None,
        )


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
    payout = lock_payout(
        session, PAYOUT_TABLE.c.payout_no == payout_no, PAYOUT_TABLE.c.channel == channel
    )
    if net_fen != payout.net_fen or payout.channel_ref not in {None, channel_ref}:
        raise Conflict("payout.mismatch", "The channel speaks of another amount or number.")
    if payout.state == PayoutState.PAID:
        return False
    settle(session, payout, channel_ref=channel_ref)
    return True


def payout_failed(session: Session, payout_id: UUID, why: str, *, permanent: bool) -> None:
    """The channel could not pay: tried again later, or left to staff when that cannot help.

    The amount stays reserved. What is not on its way any more is left alone.
    """
    payout = lock_payout(session, PAYOUT_TABLE.c.id == payout_id)
    if payout.state not in {PayoutState.PAYING, PayoutState.WAITING}:
        return
    if permanent or payout.state == PayoutState.WAITING or payout.tries >= PAYOUT_TRIES:
        move(
            session,
            payout,
            PayoutState.FAILED,
            actor=_ACTOR,
            at=clock.now(),
            reason=why,
            next_try_at=None,
        )
    else:
        changed(
            session,
            sa.update(PAYOUT_TABLE).where(PAYOUT_TABLE.c.id == payout_id).values(reason=why[:200]),
        )


def retry_payout(session: Session, payout_id: UUID, reviewer: str) -> None:
    """Send a failed payout again, under the same number.

    Raises:
        NotFound: no such payout.
        Conflict: it has not failed.
    """
    payout = lock_payout(session, PAYOUT_TABLE.c.id == payout_id)
    if payout.state != PayoutState.FAILED:
        raise Conflict("payout.not_failed", "Only a failed payout can be sent again.")
    at = clock.now()
    move(session, payout, PayoutState.APPROVED, actor=reviewer, at=at, tries=0, next_try_at=at)
