"""What a distributor reads about their own earnings: sums, rows, orders, days. Read only."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.ledger import balances, member_owner
from core.api.values import dataclass
from plugins.distribution.models import Commission
from plugins.distribution.services.accounts import AVAILABLE, FROZEN, PAID, PENDING, RESERVED

STATES = ("pending", "frozen", "available", "reversed")
"""What a list of commissions can be narrowed to; ``reversed``: a refund took some or all back."""

_TABLE: Any = Commission.__table__
LEFT: Any = Commission.amount_fen - Commission.reversed_fen
"""What remains of a commission after refunds."""


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

    @property
    def coming(self) -> int:
        """What is earned but not settled: paid for or received, with the window still open."""
        return self.pending + self.frozen


@dataclass(frozen=True)
class CommissionView:
    """One commission with what explains it; amounts in fen. See ``services.explaining``.

    ``rate_bps`` is in basis points of ``base_fen`` (``kind`` bps) or in fen for each of
    ``quantity`` pieces (``kind`` fixed). ``refunded_fen`` is what went back of its line so far, of
    ``line_paid_fen``. Level 0 is the buyer's own. ``due_at``: settlement has not come to it yet.
    """

    id: UUID
    order_id: UUID
    order_no: str
    order_line_id: UUID
    product_id: UUID
    buyer_id: UUID
    beneficiary_id: UUID
    level: int
    base_fen: int
    refunded_fen: int
    rate_bps: int
    amount_fen: int
    reversed_fen: int
    state: str
    plan_version: int
    accrued_at: datetime
    frozen_at: datetime | None
    available_at: datetime | None
    line_paid_fen: int
    kind: str
    quantity: int
    scope: str
    plan_id: UUID | None
    grade_id: UUID | None
    due_at: datetime | None
    is_held: bool

    @property
    def left_fen(self) -> int:
        """What remains after refunds."""
        return self.amount_fen - self.reversed_fen

    @property
    def shown_state(self) -> str:
        """Its state, or ``reversed`` once nothing is left of it."""
        return self.state if self.left_fen else "reversed"

    @property
    def is_cut(self) -> bool:
        """Whether the plan's pool, or the base itself, left less than the rate alone would give."""
        by_rate = self.base_fen * self.rate_bps // 10_000
        return self.amount_fen < (self.rate_bps * self.quantity if self.is_fixed else by_rate)

    @property
    def is_fixed(self) -> bool:
        """Whether its rate is a sum for each piece."""
        return self.kind == "fixed"


@dataclass(frozen=True)
class PromotedOrder:
    """An order that a distributor earns on; amounts in fen, over all its lines.

    ``state`` is ``reversed`` when nothing is left.
    """

    order_id: UUID
    order_no: str
    buyer_id: UUID
    level: int
    base_fen: int
    amount_fen: int
    reversed_fen: int
    state: str
    accrued_at: datetime

    @property
    def left_fen(self) -> int:
        """What remains after refunds."""
        return self.amount_fen - self.reversed_fen


@dataclass(frozen=True)
class Trend:
    """Fen earned net of refunds per day, oldest first, with the same length of time before it."""

    days: tuple[int, ...]
    before_fen: int
    orders: int

    @property
    def total_fen(self) -> int:
        """Over all its days."""
        return sum(self.days)

    @property
    def change_bps(self) -> int | None:
        """Growth against the time before; ``None`` when there was nothing to compare with."""
        if self.before_fen <= 0:
            return None
        return (self.total_fen - self.before_fen) * 10_000 // self.before_fen


def money_of(session: Session, member_id: UUID) -> Money:
    """Balances of a distributor, from the ledger. One statement."""
    kinds = (AVAILABLE, PENDING, FROZEN, RESERVED, PAID)
    found = balances(session, member_owner(member_id), kinds)
    return Money(*(found[kind] for kind in kinds))


def has_earned(session: Session, member_id: UUID) -> bool:
    """Whether a member ever got a commission, whatever they are now. One statement."""
    mine = sa.exists().where(_TABLE.c.beneficiary_id == member_id)
    return bool(session.scalar(sa.select(mine)))


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
    query = sa.select(_TABLE).order_by(_TABLE.c.accrued_at.desc(), _TABLE.c.id.desc())
    if beneficiary_id is not None:
        query = query.where(_TABLE.c.beneficiary_id == beneficiary_id)
    if order_id is not None:
        query = query.where(_TABLE.c.order_id == order_id)
    if state:
        query = query.where(in_state(state))
    return [view_of(row) for row in session.execute(query.limit(limit).offset(offset)).mappings()]


def in_state(state: str) -> sa.ColumnElement[bool]:
    """The condition for one of :data:`STATES`; any other state matches nothing."""
    if state == "reversed":
        return _TABLE.c.reversed_fen > sa.literal_column("0")  # type: ignore[no-any-return]
    if state == "available":  # spelt as the index says it, like the one before
        return _TABLE.c.state == sa.literal_column("'available'")  # type: ignore[no-any-return]
    return _TABLE.c.state == state  # type: ignore[no-any-return]


def view_of(row: Any) -> CommissionView:
    """A row of the table, as a mapping, as a value."""
    return CommissionView(**{name: row[name] for name in CommissionView.__dataclass_fields__})


def promoted_orders(
    session: Session,
    member_id: UUID,
    *,
    state: str | None = None,
    limit: int = 20,
    offset: int = 0,
) -> list[PromotedOrder]:
    """Orders that a distributor earns on, newest first. One statement."""
    amount, reversed_fen = sa.func.sum(Commission.amount_fen), sa.func.sum(Commission.reversed_fen)
    query = (
        sa.select(
            Commission.order_id,
            Commission.order_no,
            Commission.buyer_id,
            sa.func.min(Commission.level),
            sa.func.sum(Commission.base_fen),
            amount,
            reversed_fen,
            sa.func.min(Commission.state),  # the lines of an order move together
            Commission.accrued_at,
        )
        .where(Commission.beneficiary_id == member_id)
        .group_by(
            Commission.order_id, Commission.order_no, Commission.buyer_id, Commission.accrued_at
        )
        .order_by(Commission.accrued_at.desc(), Commission.order_id.desc())
    )
    if state == "reversed":
        query = query.having(reversed_fen > 0)
    elif state:
        query = query.where(Commission.state == state)
    rows = session.execute(query.limit(limit).offset(offset))
    return [_order_of(row) for row in rows]


def _order_of(row: Any) -> PromotedOrder:
    order_id, order_no, buyer_id, level, base, amount, taken, state, at = row
    return PromotedOrder(
        order_id=order_id,
        order_no=order_no,
        buyer_id=buyer_id,
        level=level,
        base_fen=int(base),
        amount_fen=int(amount),
        reversed_fen=int(taken),
        state=state if amount > taken else "reversed",
        accrued_at=at,
    )


def trend(session: Session, member_id: UUID, *, until: datetime, days: int) -> Trend:
    """What a distributor earned in the last ``days`` days, and in as many before them.

    Days are 24-hour steps back from ``until``, the end of the store's present day. Two statements.
    """
    since = until - timedelta(days=days)
    sums, before_fen = _daily_sums(session, member_id, until, days)
    return Trend(
        days=sums,
        before_fen=before_fen,
        orders=_orders_between(session, member_id, since, until),
    )


def _daily_sums(
    session: Session, member_id: UUID, until: datetime, days: int
) -> tuple[tuple[int, ...], int]:
    """Fen earned net of refunds per day, oldest first, and in as long a time before."""
    since = until - timedelta(days=days)
    starts = [(index, since + timedelta(days=index)) for index in reversed(range(days))]
    bucket = sa.case(
        *((Commission.accrued_at >= start, index) for index, start in starts), else_=-1
    ).label("bucket")
    earned = sa.select(bucket, LEFT.label("left_fen")).where(
        Commission.beneficiary_id == member_id,
        Commission.accrued_at >= since - timedelta(days=days),
        Commission.accrued_at < until,
    )
    inner = earned.subquery()
    rows = session.execute(
        sa.select(inner.c.bucket, sa.func.sum(inner.c.left_fen)).group_by(inner.c.bucket)
    )
    sums = {int(index): int(fen or 0) for index, fen in rows}
    return tuple(sums.get(index, 0) for index in range(days)), sums.get(-1, 0)


def _orders_between(session: Session, member_id: UUID, since: datetime, until: datetime) -> int:
    return session.execute(
        sa.select(sa.func.count(Commission.order_id.distinct())).where(
            Commission.beneficiary_id == member_id,
            Commission.accrued_at >= since,
            Commission.accrued_at < until,
            Commission.reversed_fen < Commission.amount_fen,
        )
    ).scalar_one()
