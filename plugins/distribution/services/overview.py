"""What the merchant reads: sums over the store, the best distributors, lists. Read only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.orders import buyer_ids
from core.api.sharing import sharer_ids
from plugins.distribution.models import Commission, Distributor
from plugins.distribution.services.reports import (
    LEFT,
    daily_sums,
)

_TABLE: Any = Commission.__table__
_STAY = ("active", "frozen")


@dataclass(frozen=True)
class DistributorRow:
    """A distributor in the merchant's list, with what they earned over their life (net, fen)."""

    member_id: UUID
    state: str
    reason: str
    note: str
    joined_at: datetime
    changed_at: datetime
    earned_fen: int
    orders: int


@dataclass(frozen=True)
class WayToEarning:
    """Buyers with an effective order, those of them who shared, and those of these who earn."""

    buyers: int
    fans: int
    distributors: int


def open_totals(session: Session) -> Mapping[str, int]:
    """Fen left by state of what is not settled yet: ``pending`` and ``frozen``. One statement.

    It reads what is on its way, not what was ever earned.
    """
    rows = session.execute(
        sa.select(Commission.state, sa.func.sum(LEFT))
        .where(Commission.state.in_(("pending", "frozen")))
        .group_by(Commission.state)
    )
    return {"pending": 0, "frozen": 0, **{state: int(fen or 0) for state, fen in rows}}


def turnover(session: Session, *, since: datetime, until: datetime | None = None) -> int:
    """Fen that shoppers paid, net of refunds, for lines on which somebody earns. One statement."""
    lines = sa.select(
        Commission.order_line_id,
        (Commission.line_paid_fen - Commission.refunded_fen).label("net_fen"),
    ).where(Commission.accrued_at >= since)
    if until is not None:
        lines = lines.where(Commission.accrued_at < until)
    once = lines.distinct().subquery()
    return int(session.execute(sa.select(sa.func.sum(once.c.net_fen))).scalar() or 0)


def joined_between(session: Session, since: datetime, until: datetime) -> tuple[int, int]:
    """Who became a distributor in a time and still is one, and how many of them had bought.

    One statement.
    """
    joined = (
        sa.select(sa.func.count())
        .select_from(Distributor)
        .where(
            Distributor.joined_at >= since,
            Distributor.joined_at < until,
            Distributor.state.in_(_STAY),
        )
    )
    bought = joined.where(Distributor.member_id.in_(buyer_ids()))
    row = session.execute(sa.select(joined.scalar_subquery(), bought.scalar_subquery())).one()
    return row[0], row[1]


def way_to_earning(session: Session, since: datetime, until: datetime) -> WayToEarning:
    """How far those who bought in a time have come until now. One statement."""
    buyers = buyer_ids(since, until).distinct().subquery()
    shares = buyers.c.member_id.in_(sharer_ids())
    earns = buyers.c.member_id.in_(
        sa.select(Distributor.member_id).where(Distributor.state.in_(_STAY))
    )

    def count(*which: Any) -> Any:
        return sa.func.coalesce(sa.func.sum(sa.case((sa.and_(*which), 1), else_=0)), 0)

    row = session.execute(
        sa.select(sa.func.count(), count(shares), count(shares, earns)).select_from(buyers)
    ).one()
    return WayToEarning(int(row[0]), int(row[1]), int(row[2]))


def top_distributors(
    session: Session, *, since: datetime, limit: int = 10
) -> Sequence[tuple[UUID, int, int]]:
    """(member, fen earned net, orders) since a time, most first."""
    earned = sa.func.sum(LEFT)
    rows = session.execute(
        sa.select(Commission.beneficiary_id, earned, sa.func.count(Commission.order_id.distinct()))
        .where(Commission.accrued_at >= since)
        .group_by(Commission.beneficiary_id)
        .having(earned > 0)
        .order_by(earned.desc(), Commission.beneficiary_id)
        .limit(limit)
    ).all()
    return [(member_id, int(fen or 0), int(orders)) for member_id, fen, orders in rows]


def list_distributors(
    session: Session, *, state: str = "", members: Any = None, limit: int, offset: int = 0
) -> tuple[list[DistributorRow], int]:
    """Distributors with their earnings, last changed first, and how many there are in all.

    Args:
        session: any session.
        state: only those who stand there.
        members: a selection of member ids to keep to.
        limit: rows a page.
        offset: rows before the page.
    """
    chosen: Any = sa.select(Distributor)
    if state:
        chosen = chosen.where(Distributor.state == state)
    if members is not None:
        chosen = chosen.where(Distributor.member_id.in_(members))
    total = session.execute(sa.select(sa.func.count()).select_from(chosen.subquery())).scalar_one()
    found = session.scalars(
        chosen.order_by(Distributor.changed_at.desc(), Distributor.member_id)
        .limit(limit)
        .offset(offset)
    ).all()
    earned = _earned_by(session, [row.member_id for row in found])
    return [_distributor_row(row, earned) for row in found], total


def _distributor_row(row: Distributor, earned: Mapping[UUID, tuple[int, int]]) -> DistributorRow:
    fen, orders = earned.get(row.member_id, (0, 0))
    return DistributorRow(
        member_id=row.member_id,
        state=row.state,
        reason=row.reason,
        note=row.note,
        joined_at=row.joined_at,
        changed_at=row.changed_at,
        earned_fen=fen,
        orders=orders,
    )


def _earned_by(session: Session, member_ids: Sequence[UUID]) -> Mapping[UUID, tuple[int, int]]:
    if not member_ids:
        return {}
    rows = session.execute(
        sa.select(
            Commission.beneficiary_id,
            sa.func.sum(LEFT),
            sa.func.count(Commission.order_id.distinct()),
        )
        .where(Commission.beneficiary_id.in_(list(member_ids)))
        .group_by(Commission.beneficiary_id)
    )
    return {member_id: (int(fen or 0), orders) for member_id, fen, orders in rows}


def distributor_counts(session: Session) -> Mapping[str, int]:
    """How many distributors stand in each state. One statement."""
    counted = sa.select(Distributor.state, sa.func.count().label("members"))
    rows = session.execute(counted.group_by(Distributor.state))
    return {row.state: row.members for row in rows}


def earned_daily(session: Session, *, until: datetime, days: int) -> tuple[int, ...]:
    """Fen that all distributors earned, net of refunds, on each of the last days, oldest first."""
    return daily_sums(session, until=until, days=days)[0]
