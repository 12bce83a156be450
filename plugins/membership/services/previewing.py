"""Dry runs that are no reviews: what a draft of the ladder would do the moment it is in force."""

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.values import dataclass
from plugins.membership.models import Standing
from plugins.membership.rules.ladder import Ladder, after_growth, successor
from plugins.membership.services.documents import rules_of
from plugins.membership.services.standings import Place, id_of, measures_of, places_of
from plugins.membership.types import Tier

_BATCH = 500


@dataclass(frozen=True)
class LadderMove:
    """A member whom a ladder would move."""

    member_id: UUID
    before: Tier | None
    after: Tier | None
    growth: int


@dataclass(frozen=True)
class LadderPreview:
    """What a ladder would do.

    Args:
        looked_at: members with growth or a tier of their own.
        counts: members by (tier before, tier after); ids, ``None``: none.
        rows: the first of those who would move.
        moved: how many would.
    """

    looked_at: int
    counts: dict[tuple[UUID | None, UUID | None], int]
    rows: tuple[LadderMove, ...]
    moved: int


def preview_ladder(session: Session, ladder: Ladder, *, rows: int = 200) -> LadderPreview:
    """Judge everybody by a ladder as :func:`ladder.walk_batch` would; writes and locks nothing."""
    basis_days = rules_of(session).basis_days
    counts: dict[tuple[UUID | None, UUID | None], int] = {}
    named: list[LadderMove] = []
    looked_at = moved = 0
    for places in _everybody(session):
        found = measures_of(session, [each.member_id for each in places], ladder, basis_days)
        for place in places:
            measures = found[place.member_id]
            after = place.tier
            if not place.is_locked:
                after = after_growth(ladder, successor(ladder, place.tier), measures)
            key = id_of(place.tier), id_of(after)
            counts[key] = counts.get(key, 0) + 1
            looked_at += 1
            if key[0] != key[1]:
                moved += 1
                if len(named) < rows:
                    named.append(LadderMove(place.member_id, place.tier, after, measures.growth))
    return LadderPreview(looked_at, counts, tuple(named), moved)


def _everybody(session: Session) -> Iterator[list[Place]]:
    last: UUID | None = None
    while True:
        query = sa.select(Standing).order_by(Standing.member_id).limit(_BATCH)
        if last is not None:
            query = query.where(Standing.member_id > last)
        rows = session.scalars(query).all()
        if not rows:
            return
        yield places_of(session, rows)
        last = rows[-1].member_id
