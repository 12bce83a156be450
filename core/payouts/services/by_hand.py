"""What staff say became of payouts that they pay by hand."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.statements import changed
from core.kernel import clock
from core.kernel.errors import Conflict, InvalidInput
from core.kernel.text import squeeze
from core.payouts.rules import OVER, PayoutState
from core.payouts.rules.channels import MANUAL
from core.payouts.services.batching import LINE_TABLE
from core.payouts.services.paying import settle
from core.payouts.services.reviewers import keep_apart
from core.payouts.services.rows import PAYOUT_TABLE, lock_payout, move
from core.payouts.types import PayoutView

MOST_REFERENCE = 80


def confirm_by_hand(
    session: Session,
    payout_no: str,
    *,
    channel: str,
    net_fen: int,
    reference: str,
    actor: str,
    batch_id: UUID | None = None,
) -> bool:
    """Staff saw the money leave: the payout is paid under the bank's reference.

    Args:
        session: the caller's unit of work.
        payout_no: the payout's number.
        channel: the channel it was paid through.
        net_fen: what was paid.
        reference: the bank's, Alipay's or WeChat's number of the transfer.
        actor: ``staff:<uuid>``.
        batch_id: the batch of which this is said; ``None``: whichever it stands in now.

    Returns:
        Whether this call made it so; ``False``: it was said before, with the same reference.

    Raises:
        NotFound: no payout of this channel has the number.
        Forbidden: the actor asked for it, or is its recipient.
        InvalidInput: no reference.
        Conflict: another amount, another reference than before, given back, or not in this batch
            any more.
    """
    reference = squeeze(reference)[:MOST_REFERENCE]
    if not reference:
        raise InvalidInput(
            "payout.reference", "Give the reference of the transfer.", field="reference"
        )
    payout = _paid_by_hand(session, payout_no, channel, actor)
    if net_fen != payout.net_fen:
        raise Conflict(
            "payout.amount",
            "%(number)s is over %(amount_fen)s; please check what was paid.",
            number=payout_no,
            amount_fen=payout.net_fen,
        )
    if payout.state == PayoutState.PAID:
        if payout.channel_ref != reference:
            raise Conflict(
                "payout.paid_before",
                "%(number)s was confirmed before under another reference.",
                number=payout_no,
            )
        return False
    _hold_to_batch(payout, batch_id)
    settle(session, payout, channel_ref=reference, actor=actor)
    _tell_line(session, payout, "paid", reference)
    return True


def fail_by_hand(
    session: Session,
    payout_no: str,
    *,
    channel: str,
    reason: str,
    actor: str,
    batch_id: UUID | None = None,
) -> bool:
    """The transfer did not go through; it can be sent again in another batch, or rejected.

    Returns:
        Whether this call made it so; ``False``: it was said before.

    Raises:
        NotFound: no payout of this channel has the number.
        Forbidden: the actor asked for it, or is its recipient.
        InvalidInput: no reason given.
        Conflict: it is paid or given back, or not in this batch any more.
    """
    reason = squeeze(reason)[:200]
    if not reason:
        raise InvalidInput(
            "payout.reason", "Please give a reason; the member reads it.", field="reason"
        )
    payout = _paid_by_hand(session, payout_no, channel, actor)
    _hold_to_batch(payout, batch_id)
    if payout.state == PayoutState.FAILED:
        return False
    move(
        session,
        payout,
        PayoutState.FAILED,
        actor=actor,
        at=clock.now(),
        reason=reason,
        next_try_at=None,
    )
    _tell_line(session, payout, "failed", reason)
    return True


def _paid_by_hand(session: Session, payout_no: str, channel: str, actor: str) -> PayoutView:
    payout = lock_payout(
        session,
        PAYOUT_TABLE.c.payout_no == payout_no,
        PAYOUT_TABLE.c.channel == channel,
        PAYOUT_TABLE.c.channel.in_(list(MANUAL)),
    )
    keep_apart(session, payout, actor)
    return payout


def _hold_to_batch(payout: PayoutView, batch_id: UUID | None) -> None:
    """Only what stands in a file, and is not over, can have been paid from it.

    Raises:
        Conflict: it is paid or given back, in no batch, or meanwhile in another.
    """
    if payout.state in OVER:
        raise Conflict("payout.decided", "This payout has been decided before.")
    if payout.batch_id is None or batch_id not in {None, payout.batch_id}:
        raise Conflict(
            "payout.not_in_batch",
            "%(number)s does not stand in this file (any more); please look at it by itself.",
            number=payout.payout_no,
        )


def _tell_line(session: Session, payout: PayoutView, outcome: str, note: str) -> None:
    changed(
        session,
        sa.update(LINE_TABLE)
        .where(LINE_TABLE.c.batch_id == payout.batch_id, LINE_TABLE.c.payout_id == payout.id)
        .values(outcome=outcome, note=note, told_at=clock.now()),
    )
