"""Sales figures of a period, against the period before, and by day.

Sales are counted when they are paid, gross of later refunds. Times are bucketed in half hours in
the database and folded into the store's calendar days here, so any time zone comes out right.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel.clock import day_bounds, local_date
from core.kernel.values import dataclass
from core.members.models import Member
from core.orders.models import Order

PERIODS = {"today": 1, "7d": 7, "30d": 30, "90d": 90}
"""Choosable periods in days; each ends with today."""

_BUCKET_S = 1800


@dataclass(frozen=True)
class Period:
    """Some days up to now, and as many before them up to the same time of day.

    ``days`` are the store's calendar days; the instants are UTC.
    """

    key: str
    days: tuple[date, ...]
    since: datetime
    until: datetime
    before: datetime
    before_until: datetime
    zone: str

    @property
    def is_one_day(self) -> bool:
        """Whether the trend goes by hours."""
        return len(self.days) == 1


@dataclass(frozen=True)
class Figure:
    """A sum of the period and of the one before."""

    now: int
    before: int

    @property
    def change_bps(self) -> int | None:
        """How much more than before, in basis points; ``None`` when there was nothing before."""
        if not self.before:
            return None
        return round((self.now - self.before) * 10_000 / self.before)


@dataclass(frozen=True)
class Figures:
    """The dashboard's figures. Amounts in fen."""

    sales: Figure
    orders: Figure
    average: Figure
    members: Figure
    shared: Figure


@dataclass(frozen=True)
class Trend:
    """Sums per day (or hour of one day), oldest first."""

    labels: tuple[str, ...]
    sales: tuple[int, ...]
    shared: tuple[int, ...]
    orders: tuple[int, ...]
    members: tuple[int, ...]


def period_of(key: str, at: datetime, zone: str) -> Period:
    """A period of :data:`PERIODS` that ends at ``at``; an unknown key is 30 days."""
    key = key if key in PERIODS else "30d"
    count = PERIODS[key]
    today = local_date(at, zone)
    days = tuple(today - timedelta(days=count - 1 - i) for i in range(count))
    since = day_bounds(days[0], zone)[0]
    before = day_bounds(days[0] - timedelta(days=count), zone)[0]
    return Period(key, days, since, at, before, min(before + (at - since), since), zone)


def figures(session: Session, period: Period) -> Figures:
    """Sums of the period and of the one before, in two statements."""
    is_now = Order.paid_at.between(period.since, period.until)
    is_before = Order.paid_at.between(period.before, period.before_until)
    is_shared = sa.cast(Order.chain, sa.String) != "[]"

    def total(*where: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
        return sa.func.coalesce(sa.func.sum(sa.case((sa.and_(*where), Order.paid_fen), else_=0)), 0)

    def count(where: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
        return sa.func.coalesce(sa.func.sum(sa.case((where, 1), else_=0)), 0)

    row = session.execute(
        sa.select(
            total(is_now),
            total(is_before),
            count(is_now),
            count(is_before),
            total(is_now, is_shared),
            total(is_before, is_shared),
        ).where(Order.paid_at >= period.before, Order.paid_at <= period.until)
    ).one()
    sales, sales_before, orders, orders_before, shared, shared_before = (int(v) for v in row)
    return Figures(
        sales=Figure(sales, sales_before),
        orders=Figure(orders, orders_before),
        average=Figure(_mean(sales, orders), _mean(sales_before, orders_before)),
        members=_members(session, period),
        shared=Figure(shared, shared_before),
    )


def _members(session: Session, period: Period) -> Figure:
    is_now = Member.created_at.between(period.since, period.until)
    is_before = Member.created_at.between(period.before, period.before_until)
    row = session.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(sa.case((is_now, 1), else_=0)), 0),
            sa.func.coalesce(sa.func.sum(sa.case((is_before, 1), else_=0)), 0),
        ).where(Member.created_at >= period.before)
    ).one()
    return Figure(int(row[0]), int(row[1]))


def _mean(total: int, count: int) -> int:
    return total // count if count else 0


def trend(session: Session, period: Period) -> Trend:
    """Sums per day, or per hour for a single day, in two statements."""
    bucket = _bucket(session, Order.paid_at)
    is_shared = sa.cast(Order.chain, sa.String) != "[]"
    paid = session.execute(
        sa.select(
            bucket,
            sa.func.sum(Order.paid_fen),
            sa.func.sum(sa.case((is_shared, Order.paid_fen), else_=0)),
            sa.func.count(),
        )
        .where(Order.paid_at.between(period.since, period.until))
        .group_by(bucket)
    ).all()
    joined_at = _bucket(session, Member.created_at)
    joined = session.execute(
        sa.select(joined_at, sa.func.count())
        .where(Member.created_at.between(period.since, period.until))
        .group_by(joined_at)
    ).all()
    places = _places(period)
    sales, shared, orders = (_fold(period, places, paid, column) for column in (1, 2, 3))
    members = _fold(period, places, joined, 1)
    return Trend(tuple(_labels(period)), sales, shared, orders, members)


def _bucket(session: Session, column: Any) -> sa.ColumnElement[int]:
    """The half hour of an instant, counted since 1970."""
    if session.get_bind().dialect.name == "sqlite":
        seconds = sa.cast(sa.func.strftime("%s", column), sa.Integer)
        return sa.cast(seconds / sa.literal_column(str(_BUCKET_S)), sa.Integer)
    epoch = sa.extract("epoch", column)
    return sa.cast(sa.func.floor(epoch / sa.literal_column(str(_BUCKET_S))), sa.BigInteger)


def _places(period: Period) -> dict[date | int, int]:
    if period.is_one_day:
        return {hour: hour for hour in range(24)}
    return {day: index for index, day in enumerate(period.days)}


def _labels(period: Period) -> list[str]:
    if period.is_one_day:
        return [f"{hour}:00" for hour in range(24)]
    return [f"{day.month}/{day.day}" for day in period.days]


def _fold(
    period: Period, places: dict[date | int, int], rows: Sequence[Any], column: int
) -> tuple[int, ...]:
    sums = [0] * len(places)
    for row in rows:
        at = datetime.fromtimestamp(int(row[0]) * _BUCKET_S, UTC)
        key: date | int = local_date(at, period.zone)
        if period.is_one_day:
            key = int((at - period.since).total_seconds() // 3600)
        if key in places:
            sums[places[key]] += int(row[column])
    return tuple(sums)
