"""Reviews at the end of validity: what would become of whom, and doing it in batches.

A review judges what members have to show on its day. Only afterwards a share of their growth
expires, so that the next period starts with less. What the review leaves them is the floor below
which growth that is taken back does not lower them until the next one.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.values import dataclass
from plugins.membership.models import Standing
from plugins.membership.rules.ladder import (
    Ladder,
    Measures,
    after_review,
    expiring,
    is_above,
    successor,
)
from plugins.membership.rules.programme import WARN_DAYS, WARN_DAYS_MOST, Rules
from plugins.membership.services.accounts import ACTOR
from plugins.membership.services.documents import rules_of
from plugins.membership.services.growth import Change, write
from plugins.membership.services.reading import tiers
from plugins.membership.services.reports import seen
from plugins.membership.services.standings import (
    Move,
    Place,
    id_of,
    lock_batch,
    measures_of,
    move,
    places_of,
    renew,
)
from plugins.membership.types import Tier

BATCH = 200


@dataclass(frozen=True)
class Verdict:
    """What a review makes of a member.

    Args:
        place: where they stand.
        after: their tier afterwards.
        measures: what was judged.
        expiring: growth that expires.
    """

    place: Place
    after: Tier | None
    measures: Measures
    expiring: int

    @property
    def is_lower(self) -> bool:
        """Whether they would lose their tier."""
        return is_above(self.place.tier, self.after)

    @property
    def is_higher(self) -> bool:
        """Whether they would rise."""
        return is_above(self.after, self.place.tier)


def due(until: datetime) -> sa.Select[Any]:
    """Rows whose validity ends by an instant, the earliest first; locked ones are not reviewed."""
    return (
        sa.select(Standing)
        .where(Standing.valid_until <= until, Standing.is_locked.is_(sa.false()))
        .order_by(Standing.valid_until, Standing.member_id)
    )


def judge(session: Session, places: Sequence[Place], ladder: Ladder, rules: Rules) -> list[Verdict]:
    """What a review makes of members; changes nothing. Two statements at most."""
    found = measures_of(session, [place.member_id for place in places], ladder, rules.basis_days)
    verdicts = []
    for place in places:
        measures = found[place.member_id]
        after = after_review(ladder, successor(ladder, place.tier), measures, rules.review)
        expires = expiring(measures.growth, rules.expiry_bps)
        verdicts.append(Verdict(place, after, measures, expires))
    return verdicts


@dataclass(frozen=True)
class Falling:
    """What a review would make of somebody as things stand, told while they can still help it.

    Args:
        after: the lower tier; ``None``: none.
        missing: growth that would keep the tier they have; 0 or less: growth is not what it lacks.
    """

    after: Tier | None
    missing: int


def falling(session: Session, member_id: UUID) -> Falling | None:
    """Where a review that is near would leave a member, if it is lower; ``None`` otherwise."""
    found = seen(session, member_id)
    until = found.valid_until
    if not found.can_lose or found.is_over or found.is_locked or until is None:
        return None
    if until > now() + timedelta(days=WARN_DAYS_MOST):  # most members, and no statement for them
        return None
    rules = rules_of(session)
    if until > now() + timedelta(days=rules.warn_days or WARN_DAYS):
        return None
    place = Place(member_id, found.tier, None, until)
    (verdict,) = judge(session, [place], found.ladder, rules)
    if found.tier is None or not verdict.is_lower:
        return None
    return Falling(verdict.after, found.tier.threshold - verdict.measures.growth)


def review_batch(session: Session, limit: int = BATCH) -> int:
    """Review the next members whose validity is over; a run that is killed goes on with the rest.

    Returns:
        How many were reviewed; 0: nobody is due.
    """
    ladder, rules, at = tiers(session), rules_of(session), now()
    places = lock_batch(session, due(at).limit(limit))
    for verdict in judge(session, places, ladder, rules):
        _carry_out(session, verdict, at)
    return len(places)


def _carry_out(session: Session, verdict: Verdict, at: datetime) -> None:
    place, growth = verdict.place, verdict.measures.growth
    floor = id_of(verdict.after)
    if not move(session, place, verdict.after, growth, Move("review", ACTOR), floor_tier_id=floor):
        renew(session, place.member_id, verdict.after, at, floor_tier_id=floor)
    if verdict.expiring:
        ended = place.valid_until or at
        write(
            session,
            place.member_id,
            Change(
                key=f"membership:expiry:{place.member_id}:{ended:%Y%m%dT%H%M%S%f}",
                kind="expiry",
                amount=-verdict.expiring,
                reference=f"member:{place.member_id}",
                at=at,
            ),
        )


@dataclass(frozen=True)
class Preview:
    """What the reviews up to a day would do.

    Args:
        reviewed: members whose validity ends by then.
        counts: members by (tier before, tier after); ids, ``None``: none.
        expiring: growth that would expire.
        rows: the first members who would move, lower ones first come first.
        moved: how many would move altogether.
    """

    reviewed: int
    counts: dict[tuple[UUID | None, UUID | None], int]
    expiring: int
    rows: tuple[Verdict, ...]
    moved: int


def preview(
    session: Session, until: datetime, *, ladder: Ladder | None = None, rows: int = 200
) -> Preview:
    """A dry run: judge everybody who is due by ``until`` as of now; writes and locks nothing.

    Args:
        session: any session.
        until: validity that ends by then.
        ladder: judge by this one; the ladder in force when missing.
        rows: how many of those who would move are named.
    """
    ladder = tiers(session) if ladder is None else ladder
    rules = rules_of(session)
    counts: dict[tuple[UUID | None, UUID | None], int] = {}
    named: list[Verdict] = []
    reviewed = expires = moved = 0
    for places in _batches(session, due(until)):
        for verdict in judge(session, places, ladder, rules):
            key = id_of(verdict.place.tier), id_of(verdict.after)
            counts[key] = counts.get(key, 0) + 1
            reviewed, expires = reviewed + 1, expires + verdict.expiring
            if key[0] != key[1]:
                moved += 1
                if len(named) < rows:
                    named.append(verdict)
    return Preview(reviewed, counts, expires, tuple(named), moved)


def _batches(session: Session, chosen: sa.Select[Any], size: int = 500) -> Iterator[list[Place]]:
    last: Standing | None = None
    while True:
        query = chosen.limit(size)
        if last is not None:
            query = query.where(
                sa.tuple_(Standing.valid_until, Standing.member_id)
                > sa.tuple_(sa.literal(last.valid_until), sa.literal(last.member_id))
            )
        rows = session.scalars(query).all()
        if not rows:
            return
        yield places_of(session, rows)
        last = rows[-1]
