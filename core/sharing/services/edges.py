"""Changing edges, and with them what is kept beside them.

Beside each edge stand uplines two and three; beside each referrer how many members are below, by
level. Counts change by what comes and goes, never by counting a team anew, and their rows are
touched in the order of ids. All functions here are called under ``graph.lock_graph``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from core.db.prepared import Prepared
from core.db.statements import changed
from core.kernel.ids import new_id
from core.sharing.models import Referral, ReferralEvent, ReferralTeam
from core.sharing.rules import Counts, counts_gone, counts_of_edge, sum_counts
from core.sharing.services.graph import Edge

_referral, _team = cast(sa.Table, Referral.__table__), cast(sa.Table, ReferralTeam.__table__)
_events = cast(sa.Table, ReferralEvent.__table__)
_COUNTS = ("level1_count", "level2_count", "level3_count")
_upsert = postgresql.insert(_team)  # SQLite spells it alike
_ADD = Prepared(
    _upsert.on_conflict_do_update(
        index_elements=["member_id"],
        set_={name: _team.c[name] + _upsert.excluded[name] for name in _COUNTS},
    ),
    ["member_id", *_COUNTS],
)
_INSERT = Prepared(sa.insert(_referral), [column.name for column in _referral.c])
_NOTE = Prepared(sa.insert(_events), [column.name for column in _events.c])


def attach(session: Session, edge: Edge, children: int, grandchildren: int) -> None:
    """Store an edge whose member has none, and set right everybody at or below the member.

    Args:
        session: unit of work that holds the lock.
        edge: with uplines as they are above the referrer.
        children: how many stand directly below the member.
        grandchildren: how many stand below those.
    """
    _INSERT.many(session, [vars(edge)])
    _hang_below(session, edge.member_id, edge, children, grandchildren)
    _add_counts(session, counts_of_edge(_uplines(edge), children, grandchildren))


def move(session: Session, member_id: UUID, old: Edge | None, new: Edge | None) -> None:
    """Put a member and everybody below from one edge to another, or from or to none; set-based.

    Costs one row for each member one and two levels below, however large the team is.
    """
    children, grandchildren = _below(session, [member_id]).get(member_id, (0, 0))
    if old is None and new is not None:
        _INSERT.many(session, [vars(new)])
    elif new is None:
        changed(session, sa.delete(_referral).where(_referral.c.member_id == member_id))
    else:
        changed(
            session,
            sa.update(_referral).where(_referral.c.member_id == member_id).values(**vars(new)),
        )
    _hang_below(session, member_id, new, children, grandchildren)
    gone = counts_of_edge(_uplines(old), children, grandchildren, sign=-1)
    come = counts_of_edge(_uplines(new), children, grandchildren)
    _add_counts(session, sum_counts(gone, come))


def detach(session: Session, edges: Sequence[Edge]) -> None:
    """Remove edges, and set right everybody below them and the counts above; set-based."""
    if not edges:
        return
    gone = [edge.member_id for edge in edges]
    below = _below(session, gone)
    changed(session, sa.delete(_referral).where(_referral.c.member_id.in_(gone)))
    if below:
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
    _add_counts(session, counts_gone({edge.member_id: _uplines(edge) for edge in edges}, below))


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
    _NOTE.many(
        session,
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


def _uplines(edge: Edge | None) -> tuple[UUID | None, UUID | None, UUID | None]:
    if edge is None:
        return None, None, None
    return edge.referrer_id, edge.upline2_id, edge.upline3_id


def _below(session: Session, member_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """How many stand one and two levels below, of those who have somebody below."""
    rows = session.execute(
        sa.select(_team.c.member_id, _team.c.level1_count, _team.c.level2_count).where(
            _team.c.member_id.in_(member_ids), _team.c.level1_count > 0
        )
    )
    return {row.member_id: (row.level1_count, row.level2_count) for row in rows}


def _hang_below(
    session: Session, member_id: UUID, edge: Edge | None, children: int, grandchildren: int
) -> None:
    """Give everybody one and two levels below a member the uplines that its edge brings."""
    first, second, _ = _uplines(edge)
    if children:
        changed(
            session,
            sa.update(_referral)
            .where(_referral.c.referrer_id == member_id)
            .values(upline2_id=first, upline3_id=second),
        )
    if grandchildren:
        changed(
            session,
            sa.update(_referral)
            .where(_referral.c.upline2_id == member_id)
            .values(upline3_id=first),
        )


def _add_counts(session: Session, deltas: Mapping[UUID, Counts]) -> None:
    rows: list[dict[str, Any]] = [
        {"member_id": member_id, **dict(zip(_COUNTS, counts, strict=True))}
        for member_id, counts in sorted(deltas.items())
        if any(counts)
    ]
    _ADD.many(session, rows)
