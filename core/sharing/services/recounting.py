"""The referral network recounted from its edges alone: what is kept beside them must follow."""

from collections.abc import Iterator
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.statements import changed, count_of, insert_or
from core.sharing.models import Referral, ReferralTeam
from core.sharing.services.graph import lock_graph
from core.sharing.types import NetworkFault, NetworkReport

MOST = 100
"""Faults of one kind that are named."""

_edge = cast(sa.Table, Referral.__table__)
_team = cast(sa.Table, ReferralTeam.__table__)
_COUNTS = ("level1_count", "level2_count", "level3_count")
_second, _third = _edge.alias("second"), _edge.alias("third")


def verify_network(session: Session) -> NetworkReport:
    """Compare uplines and counts of everybody with what the edges say, and look for circles.

    Reads every edge a few times: seconds for a million. Name what is wrong, mend nothing. Run on
    PostgreSQL while others write, a change between two of its statements may look like a fault.

    Faults by code: ``referral.uplines`` (uplines two and three are not the referrer's and the
    referrer's referrer's), ``referral.counts`` (a team's size by level), ``referral.circle``
    (nobody stands at the top).
    """
    faults: list[NetworkFault] = []
    total = 0
    for code, wrong in (
        ("referral.uplines", _wrong_uplines()),
        ("referral.counts", _wrong_counts()),
        ("referral.circle", _in_circles()),
    ):
        found = [NetworkFault(code, *_told(row)) for row in session.execute(wrong.limit(MOST))]
        total += len(found) if len(found) < MOST else count_of(session, wrong)
        faults += found
    edges = session.execute(sa.select(sa.func.count()).select_from(_edge)).scalar_one()
    return NetworkReport(edges, total, tuple(faults))


def mend_network(session: Session) -> int:
    """Write uplines and counts anew where they do not follow from the edges; circles are left.

    The graph stays locked until the unit of work ends. Returns how many rows were wrong.
    """
    lock_graph(session)
    wrong = _wrong_uplines().with_only_columns(_edge.c.member_id).subquery("wrong")
    above, higher = _edge.alias("above"), _edge.alias("higher")
    second = sa.select(above.c.referrer_id).where(above.c.member_id == _edge.c.referrer_id)
    third = (
        sa.select(higher.c.referrer_id)
        .join(above, above.c.referrer_id == higher.c.member_id)
        .where(above.c.member_id == _edge.c.referrer_id)
    )
    mended = changed(
        session,
        sa.update(_edge)
        .where(_edge.c.member_id.in_(sa.select(wrong.c.member_id)))
        .values(upline2_id=second.scalar_subquery(), upline3_id=third.scalar_subquery()),
    )
    counts = [
        dict(zip(("member_id", *_COUNTS), (row[0], *row[4:]), strict=True))
        for row in session.execute(_wrong_counts())
    ]
    if counts:
        insert: Any = insert_or(session, _team)
        upsert = insert.on_conflict_do_update(
            index_elements=["member_id"], set_={name: insert.excluded[name] for name in _COUNTS}
        )
        session.execute(upsert, counts)
    return mended + len(counts)


def _told(row: Any) -> Iterator[Any]:
    member_id, *values = row
    half = len(values) // 2
    yield member_id
    for part in (values[:half], values[half:]):
        yield ", ".join("–" if value is None else str(value) for value in part)


def _wrong_uplines() -> sa.Select[Any]:
    return (
        sa.select(
            _edge.c.member_id,
            _edge.c.upline2_id,
            _edge.c.upline3_id,
            _second.c.referrer_id.label("second"),
            _third.c.referrer_id.label("third"),
        )
        .outerjoin(_second, _second.c.member_id == _edge.c.referrer_id)
        .outerjoin(_third, _third.c.member_id == _second.c.referrer_id)
        .where(
            sa.or_(
                _edge.c.upline2_id.is_distinct_from(_second.c.referrer_id),
                _edge.c.upline3_id.is_distinct_from(_third.c.referrer_id),
            )
        )
    )


def _wrong_counts() -> sa.Select[Any]:
    counted = _counted().subquery("counted")
    kept = sa.select(
        _team.c.member_id, _team.c.level1_count, _team.c.level2_count, _team.c.level3_count
    ).subquery("kept")
    known = sa.union(sa.select(counted.c.member_id), sa.select(kept.c.member_id)).subquery("known")
    stored = [sa.func.coalesce(kept.c[f"level{level}_count"], 0) for level in (1, 2, 3)]
    right = [sa.func.coalesce(counted.c[f"level{level}"], 0) for level in (1, 2, 3)]
    pairs = zip(stored, right, strict=True)
    return (
        sa.select(
            known.c.member_id,
            *(value.label(f"kept{level}") for level, value in enumerate(stored, 1)),
            *(value.label(f"right{level}") for level, value in enumerate(right, 1)),
        )
        .outerjoin(kept, kept.c.member_id == known.c.member_id)
        .outerjoin(counted, counted.c.member_id == known.c.member_id)
        .where(sa.or_(*(value != other for value, other in pairs)))
    )


def _counted() -> sa.Select[Any]:
    """How many stand below whom, by level; from the uplines, which are checked on their own."""
    columns = (_edge.c.referrer_id, _edge.c.upline2_id, _edge.c.upline3_id)
    each = sa.union_all(
        *(
            sa.select(
                column.label("member_id"),
                sa.literal_column(str(level)).label("level"),
                sa.func.count().label("number"),
            )
            .where(column.is_not(None))
            .group_by(column)
            for level, column in enumerate(columns, 1)
        )
    ).subquery("each_level")
    return sa.select(
        each.c.member_id,
        *(
            sa.func.sum(sa.case((each.c.level == level, each.c.number), else_=0)).label(
                f"level{level}"
            )
            for level in (1, 2, 3)
        ),
    ).group_by(each.c.member_id)


def _in_circles() -> sa.Select[Any]:
    """Members whom no way leads down to from somebody without a referrer."""
    has_one = sa.exists().where(_second.c.member_id == _edge.c.referrer_id)
    down = sa.select(_edge.c.member_id).where(~has_one).cte("down", recursive=True)
    down = down.union_all(
        sa.select(_third.c.member_id).join(down, _third.c.referrer_id == down.c.member_id)
    )
    return sa.select(_edge.c.member_id, _edge.c.referrer_id, sa.null()).where(
        _edge.c.member_id.not_in(sa.select(down.c.member_id))
    )
