"""Changing the ladder: a draft that nobody feels, and putting it in force."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.errors import Conflict
from plugins.membership.models import Mark, Standing, TierRow
from plugins.membership.rules import editing
from plugins.membership.rules.ladder import Ladder
from plugins.membership.services import documents
from plugins.membership.services.accounts import ACTOR
from plugins.membership.services.growth import follow
from plugins.membership.services.standings import Move, lock_batch
from plugins.membership.types import Tier

BATCH = 200
_MARK = "ladder"


def draft(session: Session) -> tuple[Tier, ...] | None:
    """The ladder that is being edited; ``None``: nobody is editing."""
    stored = documents.document(session, documents.DRAFT)
    return editing.from_json(stored.body["tiers"]) if stored else None


def save_draft(session: Session, ladder: Sequence[Tier], actor: str) -> None:
    """Keep a ladder to go on with; it may have faults and is felt by nobody."""
    documents.put(session, documents.DRAFT, {"tiers": editing.to_json(ladder)}, actor)


def drop_draft(session: Session) -> None:
    """Give up what was edited."""
    documents.drop(session, documents.DRAFT)


def publish(session: Session, ladder: Ladder) -> None:
    """Put a ladder in force; tiers keep their id, those left out are retired.

    Members who reach a higher tier by it rise, and those of a retired tier come to the highest that
    asks for no more: a job does it in batches right after. Until then, and for good where staff
    locked it, a retired tier counts for others as much as that one: it has its rank. Nobody falls
    because a threshold rose; their next review says.

    Raises:
        InvalidInput: see :func:`plugins.membership.rules.editing.check_ladder`.
        Conflict: a tier of it was retired meanwhile.
    """
    ladder = [editing.tidy(tier) for tier in ladder]
    editing.check_ladder(ladder)
    at = now()
    query = sa.select(TierRow).with_for_update()
    rows = {row.id: row for row in session.scalars(query)}
    if any(tier.id in rows and rows[tier.id].retired_at for tier in ladder):
        raise Conflict("membership.ladder_changed", "Somebody else changed the ladder meanwhile.")
    kept = {tier.id for tier in ladder}
    for row in rows.values():
        if row.id not in kept:
            row.retired_at = row.retired_at or at
            row.rank = sum(tier.threshold <= row.threshold for tier in ladder)
    for rank, tier in enumerate(ladder, start=1):
        row = rows.get(tier.id) or TierRow(id=tier.id)
        _fill(row, tier, rank, at)
        session.add(row)
    session.flush()
    drop_draft(session)
    _begin_walk(session)


def _fill(row: TierRow, tier: Tier, rank: int, at: Any) -> None:
    row.rank, row.changed_at = rank, at
    for name in ("name_zh", "name_en", "threshold", "spent_fen", "bought_count", "order_count",
                 "colour", "icon", "validity_days"):  # fmt: skip
        setattr(row, name, getattr(tier, name))


def _begin_walk(session: Session) -> None:
    mark = session.get(Mark, _MARK)
    if mark is None:
        session.add(Mark(name=_MARK, cursor="", at=now()))
    else:
        mark.cursor, mark.at = "", now()
    session.flush()


def walk_batch(session: Session, limit: int = BATCH) -> int | None:
    """After a new ladder: bring the next members to it; goes on where the last batch ended.

    Returns:
        How many were looked at; ``None`` when there is nothing to do.
    """
    mark = session.get(Mark, _MARK, with_for_update=True, populate_existing=True)
    if mark is None:
        return None
    query = sa.select(Standing).order_by(Standing.member_id).limit(limit)
    if mark.cursor:
        query = query.where(Standing.member_id > UUID(mark.cursor))
    places = lock_batch(session, query)
    for place in places:
        follow(session, place, Move("ladder", ACTOR), is_loss=False)
    if len(places) < limit:
        session.delete(mark)
    else:
        mark.cursor = str(places[-1].member_id)
    session.flush()
    return len(places)


def members_in(session: Session) -> dict[UUID | None, int]:
    """How many members stand in each tier, by its id; those without one under ``None``.

    Members who are not known to membership yet are not counted; see ``reports.counts``.
    """
    query = sa.select(Standing.tier_id, sa.func.count()).group_by(Standing.tier_id)
    return {row.tier_id: row[1] for row in session.execute(query)}
