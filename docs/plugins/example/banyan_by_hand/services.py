"""What one may do with gifts and with money moved by hand. Nothing here commits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from banyan_by_hand.models import Gift, GiftProduct, Sending, Transfer
from core.api.clock import now
from core.api.errors import NotFound, Rejected
from core.api.orders import OrderView

REFUND, PAYOUT = "refund", "payout"


@dataclass(frozen=True)
class Waiting:
    """What waits for somebody's hands."""

    gifts: int
    transfers: int
    sendings: int


# --- products and gifts ------------------------------------------------------------------------


def offer_wrap(session: Session, product_ids: Collection[UUID]) -> int:
    """Let products be wrapped; returns how many could not before."""
    known = wrappable(session, product_ids)
    new = [GiftProduct(product_id=each) for each in set(product_ids) - known]
    session.add_all(new)
    session.flush()
    return len(new)


def withdraw_wrap(session: Session, product_ids: Collection[UUID]) -> int:
    """Let products be wrapped no more; returns how many could before."""
    gone = sa.delete(GiftProduct).where(GiftProduct.product_id.in_(list(product_ids)))
    return int(session.execute(gone).rowcount)  # type: ignore[attr-defined]


def wrappable(session: Session, product_ids: Collection[UUID]) -> set[UUID]:
    """Which of these products can be wrapped."""
    ids = sa.select(GiftProduct.product_id).where(GiftProduct.product_id.in_(list(product_ids)))
    return set(session.scalars(ids)) if product_ids else set()


def ask_for_wrap(session: Session, order: OrderView, words: str) -> None:
    """Note the words for the card; asking again changes them.

    Raises:
        Rejected: nothing in the order can be wrapped, it is not paid, or already wrapped or sent.
    """
    if not order.paid_fen or order.shipped_at or order.closed_at:
        raise Rejected("by_hand.late", "Only paid orders that were not sent yet can be wrapped.")
    gift = session.get(Gift, order.order_id)
    if gift is not None and gift.wrapped_at:
        raise Rejected("by_hand.wrapped", "It is wrapped already.")
    if not wrappable(session, {line.product_id for line in order.lines}):
        raise Rejected("by_hand.nothing", "Nothing in this order can be wrapped.")
    if gift is None:
        gift = Gift(
            order_id=order.order_id,
            order_no=order.order_no,
            member_id=order.member_id,
            asked_at=now(),
        )
        session.add(gift)
    gift.words = words
    session.flush()


def mark_wrapped(session: Session, order_ids: Collection[UUID]) -> int:
    """Gifts were wrapped; orders that nobody wants wrapped are left alone."""
    done = (
        sa.update(Gift)
        .where(Gift.order_id.in_(list(order_ids)), Gift.wrapped_at.is_(None))
        .values(wrapped_at=now())
        .execution_options(synchronize_session=False)
    )
    return int(session.execute(done).rowcount)  # type: ignore[attr-defined]


def gift_of(session: Session, order_id: UUID) -> Gift | None:
    """The gift of an order."""
    return session.get(Gift, order_id)


def gift_and_offer(session: Session, order: OrderView) -> tuple[Gift | None, bool]:
    """The gift of an order, and whether anything in it can be wrapped. One statement."""
    wanted = [line.product_id for line in order.lines]
    offered = sa.exists().where(GiftProduct.product_id.in_(wanted))
    always = sa.select(sa.literal(1)).subquery()
    query = sa.select(Gift, offered).select_from(always)
    gift, is_offered = session.execute(query.outerjoin(Gift, Gift.order_id == order.order_id)).one()
    return gift, bool(is_offered)


def gifts_of(session: Session, order_ids: Collection[UUID]) -> Mapping[UUID, datetime | None]:
    """Orders that are gifts, with when each was wrapped. One statement."""
    rows = session.execute(
        sa.select(Gift.order_id, Gift.wrapped_at).where(Gift.order_id.in_(list(order_ids)))
    )
    return {row.order_id: row.wrapped_at for row in rows}


def gift_counts(session: Session, member_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """How many gifts members gave. One statement."""
    rows = session.execute(
        sa.select(Gift.member_id, sa.func.count())
        .where(Gift.member_id.in_(list(member_ids)))
        .group_by(Gift.member_id)
    )
    return {row[0]: row[1] for row in rows}


def newest_gifts(session: Session, member_id: UUID, limit: int = 5) -> Sequence[Gift]:
    """A member's newest gifts."""
    query = sa.select(Gift).where(Gift.member_id == member_id)
    return session.scalars(query.order_by(Gift.asked_at.desc()).limit(limit)).all()


def find_gifts(session: Session, text: str, limit: int) -> Sequence[Gift]:
    """Gifts by the words on their cards."""
    query = sa.select(Gift).where(Gift.words.icontains(text, autoescape=True))
    return session.scalars(query.order_by(Gift.asked_at.desc()).limit(limit)).all()


def forget_words(session: Session, member_ids: Collection[UUID]) -> int:
    """Delete the words that members wrote."""
    query = sa.update(Gift).where(Gift.member_id.in_(list(member_ids)), Gift.words != "")
    changed = session.execute(query.values(words="").execution_options(synchronize_session=False))
    return int(changed.rowcount)  # type: ignore[attr-defined]


def tidy(session: Session, keep_days: int) -> int:
    """Delete the words of gifts that were wrapped long enough ago."""
    query = sa.update(Gift).where(
        Gift.wrapped_at < now() - timedelta(days=keep_days), Gift.words != ""
    )
    changed = session.execute(query.values(words="").execution_options(synchronize_session=False))
    return int(changed.rowcount)  # type: ignore[attr-defined]


# --- money ---------------------------------------------------------------------------------------


def transfer_of(session: Session, payment_no: str) -> Transfer:
    """A transfer.

    Raises:
        NotFound: there is none of this number.
    """
    found = session.get(Transfer, payment_no)
    if found is None:
        raise NotFound("by_hand.transfer", "There is no such transfer.")
    return found


def note_slip(session: Session, payment_no: str, slip: str) -> None:
    """The shopper says under which name or number the money was sent."""
    transfer_of(session, payment_no).slip = slip
    session.flush()


def money_arrived(session: Session, payment_no: str) -> None:
    """Staff saw the money on the account; the trunk learns of it when it asks."""
    found = transfer_of(session, payment_no)
    found.arrived_at = found.arrived_at or now()
    session.flush()


def ask_to_send(
    session: Session, number: str, kind: str, amount_fen: int, account: Mapping[str, Any]
) -> Sending:
    """Money to be sent by staff; the same number again is the same sending."""
    found = session.get(Sending, number)
    if found is None:
        found = Sending(
            number=number,
            kind=kind,
            amount_fen=amount_fen,
            account=dict(account),
            asked_at=now(),
        )
        session.add(found)
        session.flush()
    return found


def money_sent(session: Session, number: str) -> Sending:
    """Staff sent it.

    Raises:
        NotFound: nothing of this number is to be sent.
    """
    found = session.get(Sending, number)
    if found is None:
        raise NotFound("by_hand.sending", "There is nothing to send under this number.")
    found.sent_at = found.sent_at or now()
    found.account = {}  # whose account it was stands in the payout, which forgets it in time
    session.flush()
    return found


def open_transfers(session: Session, limit: int = 100) -> Sequence[Transfer]:
    """Transfers that nobody saw arrive, newest first."""
    query = sa.select(Transfer).where(Transfer.arrived_at.is_(None))
    return session.scalars(query.order_by(Transfer.started_at.desc()).limit(limit)).all()


def open_sendings(session: Session, limit: int = 500) -> Sequence[Sending]:
    """What staff have to send, oldest first."""
    query = sa.select(Sending).where(Sending.sent_at.is_(None))
    return session.scalars(query.order_by(Sending.asked_at).limit(limit)).all()


def waiting(session: Session) -> Waiting:
    """What waits. One statement."""
    counts = [
        sa.select(sa.func.count()).where(column.is_(None)).scalar_subquery()
        for column in (Gift.wrapped_at, Transfer.arrived_at, Sending.sent_at)
    ]
    return Waiting(*session.execute(sa.select(*counts)).one())
