"""The network as the merchant walks it: nodes with what distribution knows of them. Read only."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.sharing import TreeNode, children_of, find_in_tree, tops_of_network
from core.api.values import dataclass
from plugins.distribution.models import Distributor, ProgrammeVersion
from plugins.distribution.services import programmes
from plugins.distribution.services.distributors import states_of
from plugins.distribution.services.grades import grade_names
from plugins.distribution.services.totals import lifetime_part

PER_BRANCH = 30
"""Members shown below one at a time."""

_DISTRIBUTOR: Any = Distributor.__table__
_MEMBER = sa.bindparam("member", type_=sa.Uuid())


@dataclass(frozen=True)
class Branch:
    """Members directly below one, the newest first; ``next_after`` when there are more."""

    nodes: tuple[TreeNode, ...]
    next_after: UUID | None = None


@dataclass(frozen=True)
class Tags:
    """What distribution says of members: state of those who are or were distributors, grade."""

    states: Mapping[UUID, str]
    grades: Mapping[UUID, str]


def branch_of(session: Session, member_id: UUID, after: UUID | None = None) -> Branch:
    """A page of the members directly below one. One statement, whatever the size of the team."""
    found = children_of(session, member_id, limit=PER_BRANCH + 1, after=after)
    shown = found[:PER_BRANCH]
    return Branch(shown, shown[-1].member_id if len(found) > PER_BRANCH else None)


def tops(session: Session, offset: int = 0) -> tuple[Sequence[TreeNode], bool]:
    """Members at the top with the biggest teams, and whether there are more. One statement."""
    found = tops_of_network(session, limit=PER_BRANCH + 1, offset=offset)
    return found[:PER_BRANCH], len(found) > PER_BRANCH


def search(session: Session, query: str) -> tuple[TreeNode, ...]:
    """Members by part of name, phone or e-mail, with the uplines above them. One statement."""
    return find_in_tree(session, query, limit=PER_BRANCH)


def tags_of(session: Session, nodes: Iterable[TreeNode]) -> Tags:
    """Tags of nodes, in two statements, one more for a programme that is not known yet."""
    ids = {node.member_id for node in nodes}
    if not ids:
        return Tags({}, {})
    return Tags(states_of(session, ids), grade_names(session, ids))


def people_above(nodes: Collection[TreeNode]) -> set[UUID]:
    """Everybody who stands above one of these nodes, as far as nodes tell: three levels."""
    above = ((node.referrer_id, node.upline2_id, node.upline3_id) for node in nodes)
    return {member_id for each in above for member_id in each if member_id}


@dataclass(frozen=True)
class MemberSummary:
    """A member in distribution: ``state`` and ``grade`` are empty where there is none; fen."""

    state: str
    reason: str
    grade: str
    earned_fen: int
    orders: int


_SUMMARY = (
    sa.select(
        _DISTRIBUTOR.c.state,
        _DISTRIBUTOR.c.reason,
        _DISTRIBUTOR.c.grade_id,
        sa.select(ProgrammeVersion.id)
        .order_by(ProgrammeVersion.version.desc())
        .limit(1)
        .scalar_subquery()
        .label("programme_id"),
        *lifetime_part(_MEMBER),
    )
    .select_from(sa.select(sa.literal(1).label("one")).subquery("one"))
    .outerjoin(_DISTRIBUTOR, _DISTRIBUTOR.c.member_id == _MEMBER)
)


def summary_of(session: Session, member_id: UUID) -> MemberSummary:
    """State, grade and earnings of a member. One statement."""
    row = session.execute(_SUMMARY, {"member": member_id}).one()
    grade = programmes.by_id(session, row.programme_id).grade(row.grade_id)
    return MemberSummary(
        state=row.state or "",
        reason=row.reason or "",
        grade=grade.name if grade else "",
        earned_fen=int(row.earned_fen),
        orders=int(row.orders),
    )
