"""How many members stand where."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.db import Prepared
from core.api.members import active_members
from plugins.membership.models import Standing, TierRow
from plugins.membership.rules.ladder import Ladder
from plugins.membership.services.standings import open_tier

_TIER: Any = TierRow.__table__
_STANDING: Any = Standing.__table__


def members_by_tier(session: Session, ladder: Ladder) -> dict[UUID | None, int]:
    """Members by the id of their tier, ``None``: none. One statement.

    Whoever membership does not know yet is counted in the tier that is open to all, if there is
    one, or else under ``None``; erased members are left out.
    """
    people = active_members().subquery()
    query = (
        sa.select(_STANDING.c.tier_id, sa.func.count())
        .select_from(people.outerjoin(_STANDING, _STANDING.c.member_id == people.c.id))
        .group_by(_STANDING.c.tier_id)
    )
    counts: dict[UUID | None, int] = {row[0]: row[1] for row in session.execute(query)}
    base = open_tier(ladder)
    if base is not None and None in counts:
        counts[base.id] = counts.get(base.id, 0) + counts.pop(None)
    return counts


_ABOVE = Prepared(
    sa.select(
        sa.func.count().filter(_TIER.c.rank > 1).label("above"), sa.func.count().label("known")
    )
    .select_from(_STANDING)
    .join(_TIER, _TIER.c.id == _STANDING.c.tier_id)
)


def above_lowest(session: Session) -> tuple[int, int]:
    """Members above the lowest tier, and all that have a tier of their own. One statement."""
    row = _ABOVE.all(session, {})[0]
    return row.above, row.known


def due_within(session: Session, days: int) -> int:
    """How many members are reviewed within so many days. One statement."""
    query = sa.select(sa.func.count()).where(
        _STANDING.c.valid_until <= now() + timedelta(days=days),
        _STANDING.c.is_locked.is_(sa.false()),
    )
    return session.execute(query).scalar_one()
