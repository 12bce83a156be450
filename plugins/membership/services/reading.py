"""The ladder and who stands where on it. One statement each."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.db import Prepared, among
from plugins.membership.models import Standing, TierRow
from plugins.membership.types import Tier

_TIER: Any = TierRow.__table__
_STANDING: Any = Standing.__table__
COLUMNS = tuple(
    _TIER.c[name]
    for name in Tier.__dataclass_fields__  # in the order of the value's fields
)
"""What a :class:`Tier` is made of."""
_LADDER = Prepared(sa.select(*COLUMNS).where(_TIER.c.retired_at.is_(None)).order_by(_TIER.c.rank))
_IS_OPEN_TO_ALL = sa.and_(_TIER.c.rank == 1, _TIER.c.threshold == 0, _TIER.c.retired_at.is_(None))
"""The lowest tier, when it asks for nothing: whoever has no other one is in it."""


def _standings(whose: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return (
        sa.select(*COLUMNS, _STANDING.c.member_id, _TIER.c.retired_at)
        .select_from(
            sa.outerjoin(_TIER, _STANDING, sa.and_(_STANDING.c.tier_id == _TIER.c.id, whose))
        )
        .where(sa.or_(_STANDING.c.member_id.is_not(None), _IS_OPEN_TO_ALL))
    )


_OF_MEMBERS = Prepared(_standings(among(_STANDING.c.member_id, "member_ids")))


def tiers(session: Session) -> tuple[Tier, ...]:
    """The ladder in force, the lowest tier first; empty before there is one."""
    return tuple(Tier(*row) for row in _LADDER.all(session, {}))


def tier_of(session: Session, member_id: UUID) -> Tier | None:
    """A member's tier; ``None`` when they have reached none yet. Asked once a session."""
    key = f"membership.tier.{member_id}"
    if key not in session.info:
        session.info[key] = tiers_of(session, (member_id,)).get(member_id)
    found: Tier | None = session.info[key]
    return found


def tiers_of(session: Session, member_ids: Iterable[UUID]) -> dict[UUID, Tier]:
    """Tiers by member; those who have reached none are left out.

    Whoever is not known to membership yet is in the lowest tier when that one asks for nothing.
    """
    wanted = list(dict.fromkeys(member_ids))
    if not wanted:
        return {}
    found: dict[UUID, Tier] = {}
    base: Tier | None = None
    for row in _OF_MEMBERS.all(session, {"member_ids": wanted}):
        tier = Tier(*row[: len(COLUMNS)])
        if tier.rank == 1 and tier.threshold == 0 and row.retired_at is None:
            base = tier
        if row.member_id is not None:
            found[row.member_id] = tier
    standing = {member_id: found.get(member_id, base) for member_id in wanted}
    return {member_id: tier for member_id, tier in standing.items() if tier is not None}


def rank_of(member_id: sa.ColumnElement[UUID]) -> sa.ColumnElement[int]:
    """A member's rank, to be used inside another statement; 0 for who has reached no tier.

    Args:
        member_id: a column, or a value given by name (``sa.bindparam``).
    """
    own = (
        sa.select(_TIER.c.rank)
        .join(_STANDING, _STANDING.c.tier_id == _TIER.c.id)
        .where(_STANDING.c.member_id == member_id)
        .scalar_subquery()
    )
    base = sa.select(_TIER.c.rank).where(_IS_OPEN_TO_ALL).scalar_subquery()
    return sa.func.coalesce(own, base, sa.literal_column("0", sa.Integer()))


def ladder_part() -> sa.Subquery:
    """Id, rank and names of the tiers in force, to be joined inside another statement."""
    return (
        sa.select(_TIER.c.id, _TIER.c.rank, _TIER.c.name_zh, _TIER.c.name_en)
        .where(_TIER.c.retired_at.is_(None))
        .subquery("ladder")
    )


def forget_known(session: Session, member_id: UUID) -> None:
    """A member's tier is read anew: it changed within this session."""
    session.info.pop(f"membership.tier.{member_id}", None)
