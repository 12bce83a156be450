"""What distributors and merchants read: sums, rows and explanations. Read only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.ledger import balances, member_owner
from plugins.distribution.models import Commission
from plugins.distribution.services.accrual import AVAILABLE, FROZEN, PAID, PENDING, RESERVED


@dataclass(frozen=True)
class Money:
    """A distributor's accounts, in fen. ``available`` below zero is a debt that income nets."""

    available: int
    pending: int
    frozen: int
    reserved: int
    paid: int

    @property
    def lifetime(self) -> int:
        """Everything earned and kept so far, on its way or paid."""
        return self.available + self.pending + self.frozen + self.reserved + self.paid


@dataclass(frozen=True)
class CommissionView:
    """One commission with its explanation; amounts in fen, ``rate_bps`` in basis points."""

    id: UUID
    order_no: str
    order_line_id: UUID
    product_id: UUID
    buyer_id: UUID
    beneficiary_id: UUID
    level: int
    base_fen: int
    rate_bps: int
    amount_fen: int
    reversed_fen: int
    state: str
    plan_version: int
    accrued_at: datetime
    available_at: datetime | None

    @property
    def left_fen(self) -> int:
        """What remains after refunds."""
        return self.amount_fen - self.reversed_fen


def money_of(session: Session, member_id: UUID) -> Money:
    """Balances of a distributor, from the ledger. One statement."""
    found = balances(session, member_owner(member_id))
    return Money(
        available=found.get(AVAILABLE, 0),
        pending=found.get(PENDING, 0),
        frozen=found.get(FROZEN, 0),
        reserved=found.get(RESERVED, 0),
        paid=found.get(PAID, 0),
    )


def commissions(
    session: Session,
    *,
    beneficiary_id: UUID | None = None,
    order_id: UUID | None = None,
    state: str | None = None,
    limit: int = 20,
    offset: int = 0,
) -> list[CommissionView]:
    """Commissions, newest first, narrowed by what is given. One statement."""
    table = Commission.__table__
    query = sa.select(table).order_by(table.c.accrued_at.desc(), table.c.id.desc())
    if beneficiary_id is not None:
        query = query.where(table.c.beneficiary_id == beneficiary_id)
    if order_id is not None:
        query = query.where(table.c.order_id == order_id)
    if state == "reversed":
        query = query.where(table.c.reversed_fen > 0)
    elif state:
        query = query.where(table.c.state == state)
    rows = session.execute(query.limit(limit).offset(offset)).mappings()
    wanted = CommissionView.__dataclass_fields__
    return [CommissionView(**{name: row[name] for name in wanted}) for row in rows]


def earned_by_day(
    session: Session, member_id: UUID, *, until: datetime, days: int
) -> Sequence[int]:
    """Fen earned (net of reversals) on each of the last ``days`` days, oldest first.

    Days are 24-hour steps back from ``until``, the end of the store's current day.
    """
    since = until - timedelta(days=days)
    rows = session.execute(
        sa.select(Commission.accrued_at, Commission.amount_fen - Commission.reversed_fen).where(
            Commission.beneficiary_id == member_id,
            Commission.accrued_at >= since,
            Commission.accrued_at < until,
        )
    ).all()
    sums = [0] * days
    for at, fen in rows:
        sums[min(days - 1, int((at - since) / timedelta(days=1)))] += fen
    return sums


def top_distributors(
    session: Session, *, since: datetime, limit: int = 10
) -> Sequence[tuple[UUID, int, int]]:
    """(member, fen earned net, orders) since a time, most first."""
    earned = sa.func.sum(Commission.amount_fen - Commission.reversed_fen)
    rows = session.execute(
        sa.select(
            Commission.beneficiary_id, earned, sa.func.count(Commission.order_id.distinct())
        )
        .where(Commission.accrued_at >= since)
        .group_by(Commission.beneficiary_id)
        .order_by(earned.desc())
        .limit(limit)
    ).all()
    return [(member_id, int(fen or 0), int(orders)) for member_id, fen, orders in rows]


def totals_by_state(session: Session) -> Mapping[str, int]:
    """Fen left per state over the whole store, and ``orders``: how many orders earned anything."""
    rows = session.execute(
        sa.select(
            Commission.state, sa.func.sum(Commission.amount_fen - Commission.reversed_fen)
        ).group_by(Commission.state)
    ).all()
    orders = session.scalar(sa.select(sa.func.count(Commission.order_id.distinct())))
    return {**{state: int(fen or 0) for state, fen in rows}, "orders": int(orders or 0)}
