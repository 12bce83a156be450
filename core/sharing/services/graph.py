"""The referral graph: a forest of edges member → referrer, and what is derived from it.

Beside each edge stand uplines two and three; beside each referrer how many members are below, by
level. Every change takes one lock first (:func:`lock_graph`), so that a walk to the root sees what
no other request can change meanwhile. All functions here expect to be called under that lock.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.statements import changed, insert_or
from core.kernel.ids import new_id
from core.sharing.models import Referral, ReferralEvent, ReferralTeam
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


_referral, _team = cast(sa.Table, Referral.__table__), cast(sa.Table, ReferralTeam.__table__)
_events = cast(sa.Table, ReferralEvent.__table__)
_EDGE: Any = tuple(_referral.c[field.name] for field in fields(Edge))
_ONE = sa.select(*_EDGE).where(_referral.c.member_id == sa.bindparam("member_id"))


def lock_graph(session: Session) -> None:
    """Wait until nobody else changes referrals, and keep others waiting until this commits.

    PostgreSQL: an advisory lock of the transaction. SQLite: a unit of work that writes has the
    whole database to itself from its first statement.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_ID)))


def edge_of(session: Session, member_id: UUID) -> Edge | None:
    """The stored edge of a member, dead or alive."""
    row = session.connection().execute(_ONE, {"member_id": member_id}).one_or_none()
    return Edge(*row) if row else None


def path_to_root(session: Session, start: UUID) -> list[Edge]:
    """The edges from a member up to the root, nearest first; one recursive statement."""
    up = sa.select(sa.literal(start, sa.Uuid()).label("id")).cte("up", recursive=True)
    up = up.union(sa.select(_referral.c.referrer_id).join(up, _referral.c.member_id == up.c.id))
    rows = session.execute(sa.select(*_EDGE).join(up, _referral.c.member_id == up.c.id))
    edges = {row.member_id: Edge(*row) for row in rows}
    path, at = [], start
    while at in edges:
        path.append(edges.pop(at))
        at = path[-1].referrer_id
    return path


def attach(session: Session, edge: Edge) -> None:
    """Store an edge whose member has none, and set right everybody at or below the member."""
    session.execute(sa.insert(_referral).values(**vars(edge)))
    below = session.execute(
        sa.select(_team.c.level1_count, _team.c.level2_count).where(
            _team.c.member_id == edge.member_id
        )
    ).one_or_none()
    children, grandchildren = below or (0, 0)
    if children:
        changed(
            session,
            sa.update(_referral)
            .where(_referral.c.referrer_id == edge.member_id)
            .values(upline2_id=edge.referrer_id, upline3_id=edge.upline2_id),
        )
        changed(
            session,
            sa.update(_referral)
            .where(_referral.c.upline2_id == edge.member_id)
            .values(upline3_id=edge.referrer_id),
        )
    _add_counts(
        session,
        (
            (edge.referrer_id, 1, children, grandchildren),
            (edge.upline2_id, 0, 1, children),
            (edge.upline3_id, 0, 0, 1),
        ),
    )


def detach(session: Session, edges: Sequence[Edge]) -> None:
    """Remove edges, and set right everybody below them and the counts above; set-based."""
    if not edges:
        return
    gone = [edge.member_id for edge in edges]
    changed(session, sa.delete(_referral).where(_referral.c.member_id.in_(gone)))
    changed(
        session,
        sa.update(_referral)
        .where(_referral.c.referrer_id.in_(gone))
        .values(upline2_id=None, upline3_id=None),
    )
    changed(
        session,
        sa.update(_referral).where(_referral.c.upline2_id.in_(gone)).values(upline3_id=None),
    )
    above = {
        upline
        for edge in edges
        for upline in (edge.referrer_id, edge.upline2_id, edge.upline3_id)
        if upline
    }
    recount(session, above)


def recount(session: Session, member_ids: Collection[UUID]) -> None:
    """Count the teams of these members anew."""
    counts = {member_id: [0, 0, 0] for member_id in member_ids}
    columns: Any = (_referral.c.referrer_id, _referral.c.upline2_id, _referral.c.upline3_id)
    for level, column in enumerate(columns):
        rows = session.execute(
            sa.select(column, sa.func.count()).where(column.in_(counts)).group_by(column)
        )
        for member_id, count in rows:
            counts[member_id][level] = count
    insert: Any = insert_or(session, _team)
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["member_id"],
            set_={name: insert.excluded[name] for name in _COUNTS},
        ),
        [dict(zip(_ROW, (m, *levels), strict=True)) for m, levels in sorted(counts.items())],
    )


def due_edges(session: Session, at: datetime, limit: int) -> list[Edge]:
    """Stored edges whose time is over, the oldest first."""
    rows = session.execute(
        sa.select(*_EDGE)
        .where(_referral.c.protected_until <= at, sa.not_(_referral.c.is_locked))
        .order_by(_referral.c.protected_until)
        .limit(limit)
    )
    return [Edge(*row) for row in rows]


def note(
    session: Session,
    kind: str,
    member_ids: Sequence[UUID],
    *,
    at: datetime,
    actor: str,
    reason: str,
    old: Sequence[UUID | None] = (),
    new_referrer_id: UUID | None = None,
    share_id: UUID | None = None,
) -> None:
    """Write event rows, one a member; ``old`` holds the referrers they had."""
    session.execute(
        sa.insert(_events),
        [
            {
                "id": new_id(),
                "member_id": member_id,
                "kind": kind,
                "old_referrer_id": old[index] if old else None,
                "new_referrer_id": new_referrer_id,
                "share_id": share_id,
                "actor": actor,
                "reason": reason[:200],
                "at": at,
            }
            for index, member_id in enumerate(member_ids)
        ],
    )


_COUNTS = ("level1_count", "level2_count", "level3_count")
_ROW = ("member_id", *_COUNTS)


def _add_counts(session: Session, deltas: Sequence[tuple[UUID | None, int, int, int]]) -> None:
    insert: Any = insert_or(session, _team)
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["member_id"],
            set_={name: _team.c[name] + insert.excluded[name] for name in _COUNTS},
        ),
        [dict(zip(_ROW, delta, strict=True)) for delta in deltas if delta[0] is not None],
    )
