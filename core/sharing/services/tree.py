"""The referral forest as the merchant walks it: one level at a time, or straight to a person."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel.errors import InvalidInput
from core.members.models import Member
from core.members.services.naming import ids_matching
from core.members.types import display_name
from core.sharing.models import Referral, ReferralTeam
from core.sharing.services.graph import path_to_root
from core.sharing.types import TreeNode

LIMIT = 200
"""Nodes read at once, at most."""

_direct: Any = sa.func.coalesce(ReferralTeam.level1_count, 0)
_team: Any = sa.func.coalesce(
    ReferralTeam.level1_count + ReferralTeam.level2_count + ReferralTeam.level3_count, 0
)
_NODE: Any = sa.select(
    Member.id,
    Member.nickname,
    Member.phone,
    Member.email,
    Member.created_at,
    Referral.referrer_id,
    Referral.upline2_id,
    Referral.upline3_id,
    sa.func.coalesce(Referral.is_locked, sa.false()).label("is_locked"),
    Referral.bound_at,
    _direct.label("direct_count"),
    _team.label("team_count"),
)
_LEVELS: dict[int, Any] = {
    1: Referral.referrer_id,
    2: Referral.upline2_id,
    3: Referral.upline3_id,
}


def children_of(
    session: Session,
    member_id: UUID,
    *,
    level: int = 1,
    limit: int = 50,
    after: UUID | None = None,
    search: str = "",
) -> tuple[TreeNode, ...]:
    """Members one, two or three levels below, the newest bound first. One statement.

    Costs the same in a team of ten and of a hundred thousand, as long as nothing is searched for.

    Args:
        session: any session.
        member_id: whose tree it is.
        level: 1 to 3; 1 for a tree that opens level by level.
        limit: how many, at most 200.
        after: the last member of the page before; empty when they are not there any more.
        search: part of nickname, phone or e-mail.

    Raises:
        InvalidInput: a level outside 1 to 3.
    """
    if level not in _LEVELS:
        raise InvalidInput("team.level", "There is no such list.", field="level")
    chosen = (
        _NODE.join(Referral, Referral.member_id == Member.id)
        .outerjoin(ReferralTeam, ReferralTeam.member_id == Member.id)
        .where(_LEVELS[level] == member_id)
        .order_by(Referral.bound_at.desc(), Referral.member_id.desc())
        .limit(min(limit, LIMIT))
    )
    if search.strip():
        chosen = chosen.where(Member.id.in_(ids_matching(search)))
    if after is not None:
        chosen = chosen.where(_stands_behind(after))
    return tuple(_node(row, level) for row in session.execute(chosen))


def find_in_tree(
    session: Session, query: str, *, below: UUID | None = None, limit: int = 20
) -> tuple[TreeNode, ...]:
    """Members by part of nickname, phone or e-mail, the newest first. One statement.

    Each comes with the uplines above, so that a tree can open down to them. Somebody who has
    neither a referrer nor a team is found too.

    Args:
        session: any session.
        query: what to look for; nothing finds nobody.
        below: only people up to three levels below this member; their level is told.
        limit: how many, at most 200.
    """
    if not query.strip():
        return ()
    chosen = (
        _NODE.outerjoin(Referral, Referral.member_id == Member.id)
        .outerjoin(ReferralTeam, ReferralTeam.member_id == Member.id)
        .where(Member.id.in_(ids_matching(query)))
        .order_by(Member.created_at.desc(), Member.id.desc())
        .limit(min(limit, LIMIT))
    )
    if below is not None:
        chosen = chosen.where(sa.or_(*(column == below for column in _LEVELS.values())))
    return tuple(_node(row, _level_below(row, below)) for row in session.execute(chosen))


def tops_of_network(session: Session, *, limit: int = 50, offset: int = 0) -> tuple[TreeNode, ...]:
    """Members above whom nobody stands and who have a team, the biggest teams first.

    One statement; it looks at each of them once, however large their teams are.

    Args:
        session: any session.
        limit: how many, at most 200.
        offset: how many before them.
    """
    tops = _tops()
    chosen = (
        _NODE.join(tops, tops.c.member_id == Member.id)
        .join(ReferralTeam, ReferralTeam.member_id == Member.id)
        .outerjoin(Referral, Referral.member_id == Member.id)
        .order_by(_team.desc(), Member.id)
        .limit(min(limit, LIMIT))
        .offset(offset)
    )
    return tuple(_node(row, 0) for row in session.execute(chosen))


def _tops() -> Any:
    """Referrers of those who have one upline only, each found in the index after the one before.

    Before the first of them comes an id that nobody has. The order names both columns of
    ``ix_referral_below_top``, though one is always empty: PostgreSQL goes along no other index
    then, where it would pass everybody below each of them.
    """
    edge = Referral.__table__.alias("below_top")
    nobody = sa.literal(UUID(int=0), sa.Uuid()).label("member_id")
    found = sa.select(nobody).cte("tops", recursive=True)
    following = (
        sa.select(edge.c.referrer_id)
        .where(edge.c.upline2_id.is_(None), edge.c.referrer_id > found.c.member_id)
        .order_by(edge.c.upline2_id, edge.c.referrer_id)
        .limit(1)
        .correlate(found)
        .scalar_subquery()
    )
    return found.union_all(sa.select(following).where(found.c.member_id.is_not(None)))


def nodes_of(session: Session, member_ids: Collection[UUID]) -> dict[UUID, TreeNode]:
    """These members as the tree shows them, whoever of them there is. One statement."""
    if not member_ids:
        return {}
    chosen = (
        _NODE.outerjoin(Referral, Referral.member_id == Member.id)
        .outerjoin(ReferralTeam, ReferralTeam.member_id == Member.id)
        .where(Member.id.in_(set(member_ids)))
    )
    return {row.id: _node(row, 0) for row in session.execute(chosen)}


def ancestors_of(session: Session, member_id: UUID) -> tuple[UUID, ...]:
    """Everybody above a member as stored, nearest first, to the root. One statement."""
    return tuple(edge.referrer_id for edge in path_to_root(session, member_id))


def _stands_behind(member_id: UUID) -> Any:
    """Whether a row comes after this member in the order of a level."""
    last = Referral.__table__.alias()
    bound_at = sa.select(last.c.bound_at).where(last.c.member_id == member_id).scalar_subquery()
    return sa.and_(
        Referral.bound_at <= bound_at,
        sa.or_(Referral.bound_at < bound_at, Referral.member_id < member_id),
    )


def _level_below(row: Any, top: UUID | None) -> int:
    if top is None:
        return 0
    return [row.referrer_id, row.upline2_id, row.upline3_id].index(top) + 1


def _node(row: Any, level: int) -> TreeNode:
    return TreeNode(
        member_id=row.id,
        name=display_name(row.nickname, row.phone, row.email),
        level=level,
        referrer_id=row.referrer_id,
        upline2_id=row.upline2_id,
        upline3_id=row.upline3_id,
        is_locked=bool(row.is_locked),
        direct_count=row.direct_count,
        team_count=row.team_count,
        bound_at=row.bound_at,
        joined_at=row.created_at,
    )
