"""The referral graph, read: a forest of edges member → referrer.

Every change takes one lock first (:func:`lock_graph`), so that a walk to the root sees what no
other request can change meanwhile. The functions here expect to be called under that lock where
what they read is then changed.
"""

from dataclasses import fields
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.prepared import Prepared
from core.kernel.values import dataclass
from core.members.models import Member
from core.members.types import MemberState
from core.sharing.models import Referral, ReferralTeam
from core.sharing.rules import is_over

_LOCK_ID = 0x62616E79_72656665  # "bany" "refe"


@dataclass(frozen=True)
class Edge:
    """A stored referral."""

    member_id: UUID
    referrer_id: UUID
    upline2_id: UUID | None
    upline3_id: UUID | None
    share_id: UUID | None
    is_locked: bool
    bound_at: datetime
    protected_until: datetime | None

    def is_over(self, at: datetime) -> bool:
        """Whether its time is over; a locked referral lives on."""
        return is_over(self.protected_until, at, is_locked=self.is_locked)


@dataclass(frozen=True)
class Standing:
    """Where two members stand who are to be bound.

    Args:
        edge: the stored edge of the lower one, dead or alive.
        path: edges from the upper one to the root, nearest first.
        is_active: whether the upper one is an active member.
        children: how many stand directly below the lower one.
        grandchildren: how many stand below those.
    """

    edge: Edge | None
    path: list[Edge]
    is_active: bool
    children: int
    grandchildren: int


_referral, _team = cast(sa.Table, Referral.__table__), cast(sa.Table, ReferralTeam.__table__)
_person = cast(sa.Table, Member.__table__)
_EDGE: Any = tuple(_referral.c[field.name] for field in fields(Edge))
_MEMBER = sa.bindparam("member_id", type_=sa.Uuid())
_REFERRER = sa.bindparam("upper_id", type_=sa.Uuid())
_ONE = Prepared(sa.select(*_EDGE).where(_referral.c.member_id == _MEMBER))
_LOCK = Prepared(sa.select(sa.func.pg_advisory_xact_lock(sa.literal_column(str(_LOCK_ID)))))


def _upwards(*starts: Any) -> Any:
    """Edges on the ways from some members to the root; whole edges, so that none is read twice."""
    first = sa.or_(*(_referral.c.member_id == start for start in starts))
    up = sa.select(*_EDGE).where(first).cte("up", recursive=True)
    above = sa.select(*_EDGE).join(up, _referral.c.member_id == up.c.referrer_id)
    return sa.select(up.union(above))


def _standing() -> Any:
    edges = _upwards(_REFERRER, _MEMBER).subquery("edges")
    one = sa.select(sa.literal_column("1").label("one")).subquery("one_row")
    known = sa.exists().where(
        _person.c.id == _REFERRER, _person.c.state == sa.literal_column(f"'{MemberState.ACTIVE}'")
    )
    counts = (
        sa.select(_team.c[name]).where(_team.c.member_id == _MEMBER).scalar_subquery()
        for name in ("level1_count", "level2_count")
    )
    return sa.select(known.label("is_active"), *counts, *edges.c).select_from(
        one.outerjoin(edges, sa.true())
    )


_PATH, _STANDING = Prepared(_upwards(_MEMBER)), Prepared(_standing())


def lock_graph(session: Session) -> None:
    """Wait until nobody else changes referrals, and keep others waiting until this commits.

    PostgreSQL: an advisory lock of the transaction. SQLite: a unit of work that writes has the
    whole database to itself from its first statement.
    """
    if session.get_bind().dialect.name == "postgresql":
        _LOCK.first(session, {})


def edge_of(session: Session, member_id: UUID) -> Edge | None:
    """The stored edge of a member, dead or alive."""
    row = _ONE.first(session, {"member_id": member_id})
    return Edge(*row) if row else None


def path_to_root(session: Session, start: UUID) -> list[Edge]:
    """The edges from a member up to the root, nearest first; one recursive statement."""
    rows = _PATH.all(session, {"member_id": start})
    return _ordered({row[0]: Edge(*row) for row in rows}, start)


def standing_of(session: Session, member_id: UUID, upper_id: UUID) -> Standing:
    """All that binding a member to another asks of the database; one statement."""
    rows = _STANDING.all(session, {"member_id": member_id, "upper_id": upper_id})
    edges = {row[3]: Edge(*row[3:]) for row in rows if row[3] is not None}
    is_active, children, grandchildren = rows[0][:3]
    return Standing(
        edge=edges.get(member_id),
        path=_ordered(edges, upper_id),
        is_active=bool(is_active),
        children=children or 0,
        grandchildren=grandchildren or 0,
    )


def _ordered(edges: dict[UUID, Edge], start: UUID) -> list[Edge]:
    """The way up from a member; stops where a circle would close."""
    path, at, left = [], start, dict(edges)
    while at in left:
        path.append(left.pop(at))
        at = path[-1].referrer_id
    return path


def due_edges(session: Session, at: datetime, limit: int) -> list[Edge]:
    """Stored edges whose time is over, the oldest first."""
    rows = session.execute(
        sa.select(*_EDGE)
        .where(_referral.c.protected_until <= at, sa.not_(_referral.c.is_locked))
        .order_by(_referral.c.protected_until)
        .limit(limit)
    )
    return [Edge(*row) for row in rows]
