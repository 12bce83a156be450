"""What grades ask for, measured of many distributors in a few statements."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.orders import spending_of
from core.api.sharing import team_counts_of
from plugins.distribution.models import Commission
from plugins.distribution.rules import Measure

_TABLE: Any = Commission.__table__
_SALES = frozenset({Measure.DIRECT_SALES, Measure.TEAM_SALES})
_HEADS = frozenset({Measure.DIRECT_HEADS, Measure.TEAM_HEADS})


def measure(
    session: Session, member_ids: Sequence[UUID], wanted: Collection[Measure], *, depth: int
) -> dict[UUID, dict[Measure, int]]:
    """What was measured of each of these members; at most four statements, however many they are.

    Args:
        session: any session.
        member_ids: some hundreds at most.
        wanted: what to measure.
        depth: levels that count as the team.
    """
    found: dict[UUID, dict[Measure, int]] = {
        member_id: dict.fromkeys(wanted, 0) for member_id in member_ids
    }
    if not found:
        return found
    if Measure.OWN_SALES in wanted:
        for member_id, spending in spending_of(session, list(found)).items():
            found[member_id][Measure.OWN_SALES] = spending.net_fen
    if not _SALES.isdisjoint(wanted):
        for row in session.execute(_sales(list(found))):
            found[row.member_id][Measure.DIRECT_SALES] = int(row.direct_fen or 0)
            found[row.member_id][Measure.TEAM_SALES] = int(row.team_fen or 0)
    if not _HEADS.isdisjoint(wanted):
        for member_id, counts in team_counts_of(session, list(found)).items():
            levels = (counts.level1, counts.level2, counts.level3)[:depth]
            found[member_id][Measure.DIRECT_HEADS] = counts.level1
            found[member_id][Measure.TEAM_HEADS] = sum(levels)
    if Measure.EARNED in wanted:
        for row in session.execute(_earned(list(found))):
            found[row.member_id][Measure.EARNED] = int(row.fen or 0)
    return found


def _settled(table: Any, member_ids: list[UUID]) -> Any:
    """Settled, and not taken back as a whole, as where a person refused a suspicious one."""
    return sa.and_(
        table.c.beneficiary_id.in_(member_ids),
        table.c.state == "available",
        table.c.reversed_fen < table.c.amount_fen,
    )


def _sales(member_ids: list[UUID]) -> Any:
    """What others paid on lines that a member earned on, net of refunds, each line once.

    Direct: those of level 1. Where a buyer took level 1 of their own order, that is level 2.
    """
    own = _TABLE.alias("own")
    is_shifted = sa.and_(
        own.c.order_line_id == _TABLE.c.order_line_id,
        own.c.level == 1,
        own.c.beneficiary_id == own.c.buyer_id,
    )
    level = _TABLE.c.level - sa.case((own.c.id.is_not(None), 1), else_=0)
    lines = (
        sa.select(
            _TABLE.c.beneficiary_id.label("member_id"),
            sa.func.min(level).label("level"),
            sa.func.max(_TABLE.c.line_paid_fen - _TABLE.c.refunded_fen).label("net_fen"),
        )
        .select_from(_TABLE.outerjoin(own, is_shifted))
        .where(_settled(_TABLE, member_ids), _TABLE.c.buyer_id != _TABLE.c.beneficiary_id)
        .group_by(_TABLE.c.beneficiary_id, _TABLE.c.order_line_id)
        .subquery()
    )
    direct = sa.case((lines.c.level == 1, lines.c.net_fen), else_=0)
    return sa.select(
        lines.c.member_id,
        sa.func.sum(direct).label("direct_fen"),
        sa.func.sum(lines.c.net_fen).label("team_fen"),
    ).group_by(lines.c.member_id)


def _earned(member_ids: list[UUID]) -> Any:
    left = _TABLE.c.amount_fen - _TABLE.c.reversed_fen
    return (
        sa.select(_TABLE.c.beneficiary_id.label("member_id"), sa.func.sum(left).label("fen"))
        .where(_settled(_TABLE, member_ids))
        .group_by(_TABLE.c.beneficiary_id)
    )
