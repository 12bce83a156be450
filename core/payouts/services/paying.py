"""Trying to pay through a channel, and giving up."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.db.statements import changed
from core.kernel import clock
from core.kernel.errors import Conflict
from core.payouts.events import PayoutFailed, PayoutSucceeded
from core.payouts.rules import CLAIM_GRACE, LOOK_EVERY, PAYOUT_TRIES, PayoutState, pay_delay
from core.payouts.rules.channels import MANUAL, without_account
from core.payouts.services.reviewers import keep_apart
from core.payouts.services.rows import (
    PAYOUT_TABLE,
    book_step,
    lock_payout,
    move,
    pay_legs,
    return_legs,
)
from core.payouts.types import PayoutView, PayResult

SYSTEM = "system"
UNCLAIMED = "The recipient did not confirm in time; the amount is back."
_UNDER_WAY = frozenset({PayoutState.APPROVED, PayoutState.PAYING, PayoutState.WAITING})


def settle(
    session: Session, payout: PayoutView, *, channel_ref: str | None, actor: str = SYSTEM
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


def give_back(
    session: Session,
    payout: PayoutView,
    target: PayoutState,
    *,
    reason: str,
    actor: str = SYSTEM,
    **values: Any,
) -> PayoutView:
    """A locked payout ends with its amount back on its account: once, with ``PayoutFailed``."""
    payout = move(
        session,
        payout,
        target,
        actor=actor,
        at=clock.now(),
        reason=reason,
        next_try_at=None,
        **values,
    )
    book_step(session, payout, "returned", return_legs(payout), actor=actor)
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
    return payout


def claim_payout(session: Session, payout_id: UUID) -> PayoutView | None:
    """Take a due payout for one try or one look; the next is put off before the channel is called.

    Returns:
        The payout, now ``paying`` or still waiting for its recipient; ``None`` when it is not due:
        done, or somebody else's.
    """
    at = clock.now()
    payout = lock_payout(session, PAYOUT_TABLE.c.id == payout_id)
    due = payout.next_try_at
    if payout.state not in _UNDER_WAY or due is None or due > at:
        return None
    if payout.state == PayoutState.WAITING:
        _set(session, payout_id, next_try_at=at + LOOK_EVERY)
        return payout
    tries = payout.tries + 1
    again: dict[str, Any] = {"tries": tries, "next_try_at": at + pay_delay(tries)}
    if payout.state == PayoutState.APPROVED:
        return move(session, payout, PayoutState.PAYING, actor=SYSTEM, at=at, **again)
    _set(session, payout_id, **again)
    return lock_payout(session, PAYOUT_TABLE.c.id == payout_id)


def payout_waits(session: Session, payout_id: UUID, result: PayResult) -> None:
    """The channel took it and the recipient has to confirm; news comes by callback or query."""
    payout = lock_payout(session, PAYOUT_TABLE.c.id == payout_id)
    if payout.state != PayoutState.PAYING:
        return
    at = clock.now()
    move(
        session,
        payout,
        PayoutState.WAITING,
        actor=SYSTEM,
        at=at,
        channel_ref=result.channel_ref,
        confirm_url=_safe_link(result.confirm_url),
        expires_at=result.expires_at,
        next_try_at=at + LOOK_EVERY,
    )


def wait_for_the_clock(session: Session, payout_id: UUID) -> None:
    """Look after a payout whose channel cannot be asked: what it said of the end is believed.

    An hour after ``expires_at`` nobody can confirm any more and the amount goes back. Without an
    end only a callback tells.
    """
    payout = lock_payout(session, PAYOUT_TABLE.c.id == payout_id)
    if payout.state != PayoutState.WAITING:
        return
    over_at = payout.expires_at and payout.expires_at + CLAIM_GRACE
    if over_at is not None and over_at <= clock.now():
        give_back(session, payout, PayoutState.RETURNED, reason=UNCLAIMED)
    else:
        _set(session, payout_id, next_try_at=over_at)


def _safe_link(url: str) -> str:
    """A link that may stand on the member's page; anything else is left out."""
    is_own = url.startswith("/") and not url.startswith(("//", "/\\"))
    return url if len(url) <= 500 and (is_own or url.startswith("https://")) else ""


def payout_failed(session: Session, payout_id: UUID, why: str, *, permanent: bool) -> None:
    """The channel could not pay: tried again later, or left to staff when that cannot help.

    The amount stays reserved. What is not on its way any more is left alone.
    """
    payout = lock_payout(session, PAYOUT_TABLE.c.id == payout_id)
    if payout.state not in {PayoutState.PAYING, PayoutState.WAITING}:
        return
    why = without_account(why, payout.account)
    if permanent or payout.state == PayoutState.WAITING or payout.tries >= PAYOUT_TRIES:
        move(
            session,
            payout,
            PayoutState.FAILED,
            actor=SYSTEM,
            at=clock.now(),
            reason=why,
            next_try_at=None,
        )
    else:
        _set(session, payout_id, reason=why[:200])


def retry_payout(session: Session, payout_id: UUID, reviewer: str) -> None:
    """Send a failed payout again, under the same number; paid by hand it waits for the next file.

    Raises:
        NotFound: no such payout.
        Forbidden: the reviewer asked for it, or is its recipient.
        Conflict: it has not failed.
    """
    payout = lock_payout(session, PAYOUT_TABLE.c.id == payout_id)
    keep_apart(session, payout, reviewer)
    if payout.state != PayoutState.FAILED:
        raise Conflict("payout.not_failed", "Only a failed payout can be sent again.")
    at = clock.now()
    move(
        session,
        payout,
        PayoutState.APPROVED,
        actor=reviewer,
        at=at,
        tries=0,
        next_try_at=None if payout.channel in MANUAL else at,
        channel_ref=None,
        batch_id=None,
        confirm_url="",
        expires_at=None,
    )


def _set(session: Session, payout_id: UUID, **values: Any) -> None:
    changed(session, sa.update(PAYOUT_TABLE).where(PAYOUT_TABLE.c.id == payout_id).values(**values))
