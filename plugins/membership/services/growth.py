"""Giving and taking growth value: ledger, log and tier in one unit of work, each key once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.db import new_id
from core.api.errors import InvalidInput, Rejected
from core.api.ledger import book
from core.api.text import squeeze
from core.api.values import dataclass
from plugins.membership.models import Entry
from plugins.membership.rules.ladder import after_growth, after_loss, is_above, successor
from plugins.membership.rules.programme import ADJUST_MOST, Rules
from plugins.membership.services.accounts import (
    ACTOR,
    ASSET,
    GIVEN,
    HELD,
    PLATFORM,
    Leg,
    member_owner,
)
from plugins.membership.services.documents import rules_of
from plugins.membership.services.privacy import refuse_erased
from plugins.membership.services.reading import tiers
from plugins.membership.services.standings import (
    Move,
    Place,
    end_before_rise,
    lock_member,
    measures_of,
    move,
)

NOTE_LIMIT = 200


@dataclass(frozen=True)
class Change:
    """A change of growth value.

    Args:
        key: of the journal; one that was booked before changes nothing.
        kind: order, refund, task, adjustment or expiry.
        amount: not 0; negative takes.
        reference: what it is about, for the ledger.
        actor: who caused it.
        subject: the task.
        order_no: the order.
        note: what staff wrote.
        at: when; now when missing.
        must_cover: refuse to take more than there is.
    """

    key: str
    kind: str
    amount: int
    reference: str
    actor: str = ACTOR
    subject: str = ""
    order_no: str = ""
    note: str = ""
    at: datetime | None = None
    must_cover: bool = False


def apply(session: Session, member_id: UUID, change: Change) -> bool:
    """Book a change of growth and let the tier follow: upwards at once, downwards as rules say.

    Returns:
        Whether it was new; a key that was booked before changes nothing.

    Raises:
        Rejected: ``ledger.short``: there is less than what must be covered.
    """
    place = lock_member(session, member_id)
    if not write(session, member_id, change):
        return False
    follow(session, place, Move(_reason(change), change.actor, change.note), change.amount < 0)
    return True


def write(session: Session, member_id: UUID, change: Change) -> bool:
    """The journal and the line of the log; the member's row must be locked."""
    at = change.at or now()
    owner = member_owner(member_id)
    booked = book(
        session,
        key=change.key,
        kind=f"growth_{change.kind}",
        reference=change.reference,
        actor=change.actor,
        legs=[
            Leg(owner, HELD, change.amount, ASSET, must_cover=change.must_cover),
            Leg(PLATFORM, GIVEN, -change.amount, ASSET),
        ],
        at=at,
    )
    if booked is None:
        return False
    session.add(
        Entry(
            id=new_id(),
            member_id=member_id,
            key=change.key,
            kind=change.kind,
            amount=change.amount,
            subject=change.subject,
            order_no=change.order_no,
            note=change.note,
            actor=change.actor,
            at=at,
        )
    )
    session.flush()
    return True


def _reason(change: Change) -> str:
    return change.kind if change.kind in {"refund", "adjustment"} else "growth"


def follow(
    session: Session, place: Place, why: Move, is_loss: bool, rules: Rules | None = None
) -> bool:
    """Let a member's tier follow what they have to show now. A locked tier stays.

    Returns:
        Whether it changed.
    """
    ladder = tiers(session)
    if place.is_locked or not ladder:
        return False
    rules = rules or rules_of(session)
    measures = measures_of(session, [place.member_id], ladder, rules.basis_days)[place.member_id]
    current = successor(ladder, place.tier) if why.reason == "ladder" else place.tier
    if not (is_loss and rules.lowers_at_once):
        return move(session, place, after_growth(ladder, current, measures), measures.growth, why)
    after = after_loss(ladder, current, place.floor, measures)
    more = {}
    if is_above(place.tier, after):
        more["valid_until"] = end_before_rise(session, place.member_id, after)
    return move(session, place, after, measures.growth, why, **more)


def adjust(
    session: Session, member_id: UUID, amount: int, *, reason: str, actor: str, request_key: str
) -> bool:
    """Staff gives or takes growth value, with a reason that the member can read.

    Args:
        session: unit of work; the caller writes the audit log in it.
        member_id: whose.
        amount: not 0, at most ``ADJUST_MOST`` either way.
        reason: 1 to 200 characters.
        actor: the staff member.
        request_key: of the form; a repeated submit changes nothing.

    Raises:
        InvalidInput: no reason, or an amount out of range.
        Rejected: more than there is would be taken, or the member was erased.
    """
    reason = squeeze(reason)
    if not amount or abs(amount) > ADJUST_MOST:
        raise InvalidInput(
            "membership.amount",
            "Give between 1 and %(most)s, with a minus to take.",
            field="amount",
            most=ADJUST_MOST,
        )
    if not reason or len(reason) > NOTE_LIMIT:
        raise InvalidInput(
            "membership.reason",
            "Please give a reason of at most 200 characters; the member can read it.",
            field="reason",
        )
    refuse_erased(session, member_id)
    change = Change(
        key=f"membership:adjust:{request_key}",
        kind="adjustment",
        amount=amount,
        reference=f"member:{member_id}",
        actor=actor,
        note=reason,
        must_cover=amount < 0,
    )
    try:
        return apply(session, member_id, change)
    except Rejected as error:
        if error.code != "ledger.short":
            raise
        raise Rejected(
            "membership.short", "There is not so much growth value to take.", field="amount"
        ) from error
