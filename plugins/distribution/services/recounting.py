"""The kept totals against a recount of all commissions, and counting them anew."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import day_bounds, local_date, now
from core.api.db import insert_or
from core.api.values import dataclass
from plugins.distribution.models import Commission, DayTotal, Figures, MonthTotal, TotalChange
from plugins.distribution.services.statements import Month

_TABLE: Any = Commission.__table__
_CHANGE: Any = TotalChange.__table__
_DAY: Any = DayTotal.__table__
_MONTH: Any = MonthTotal.__table__
_ZONE = "zone"
_LEFT = _TABLE.c.amount_fen - _TABLE.c.reversed_fen


@dataclass(frozen=True)
class Difference:
    """A kept total that is not what a recount gives.

    Args:
        since: the day, or the first day of the month.
        member_id: whose month; ``None`` for a day of all.
        earned_fen: what is kept too much; below zero for too little.
        other: the same of fen sold on a day, of orders in a month.
    """

    since: date
    member_id: UUID | None
    earned_fen: int
    other: int


@dataclass(frozen=True)
class _Time:
    """A day or a month of the store, and what lies in it."""

    first: date
    since: datetime
    until: datetime

    def of(self, at: Any) -> Any:
        return sa.and_(at >= self.since, at < self.until)


def zone_of(session: Session) -> str:
    """The zone whose days and months the totals are of; empty where nobody counted yet."""
    body = session.scalar(sa.select(Figures.body).where(Figures.name == _ZONE))
    return body["zone"] if body else ""


def recount(session: Session, zone: str) -> None:
    """Count all totals anew from the commissions, by days and months of this zone.

    Whoever has noted something is waited for, so that the count has all of it; whoever notes next
    waits until it is done, and is added by the next fold.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text(f"LOCK TABLE {_CHANGE.name} IN SHARE ROW EXCLUSIVE MODE"))
    for table in (_CHANGE, _DAY, _MONTH):
        session.execute(sa.delete(table))
    first, last = _ends(session, zone)
    for table, key, times, counted in (
        (_DAY, "day_on", _days, _lines_of),
        (_MONTH, "month_on", _months, _orders_of),
    ):
        for time in times(first, last, zone):
            rows = (
                counted(time).add_columns(sa.literal(time.first, sa.Date()).label(key)).subquery()
            )
            names = [column.name for column in table.c]
            session.execute(
                sa.insert(table).from_select(names, sa.select(*(rows.c[name] for name in names)))
            )
    row = insert_or(session, Figures).values(name=_ZONE, at=now(), body={"zone": zone})
    kept = {"at": row.excluded.at, "body": row.excluded.body}
    session.execute(row.on_conflict_do_update(index_elements=["name"], set_=kept))


def differences(session: Session) -> list[Difference]:
    """Every kept total that is not what the commissions give; a statement for each day and month.

    What is noted and not folded yet counts as kept. Facts that are told meanwhile disturb nothing.
    """
    zone = zone_of(session)
    first, last = _ends(session, zone)
    found: list[Difference] = []
    for time in _days(first, last, zone):
        kept = sa.select(_DAY.c.earned_fen, _DAY.c.sold_fen).where(_DAY.c.day_on == time.first)
        noted = sa.select(_CHANGE.c.earned_fen, _CHANGE.c.sold_fen)
        found += _unlike(session, time, None, kept, noted, _lines_of(time))
    for time in _months(first, last, zone):
        own = _MONTH.c.member_id, _MONTH.c.earned_fen, _MONTH.c.orders
        kept = sa.select(*own).where(_MONTH.c.month_on == time.first)
        noted = sa.select(_CHANGE.c.member_id, _CHANGE.c.earned_fen, _CHANGE.c.orders)
        found += _unlike(session, time, "member_id", kept, noted, _orders_of(time))
    return found


def _unlike(
    session: Session, time: _Time, key: str | None, kept: Any, noted: Any, counted: Any
) -> Iterator[Difference]:
    less = counted.subquery()
    *own, earned, other = less.c
    taken = sa.select(*own, (-earned).label("earned_fen"), (-other).label("other"))
    all_of = sa.union_all(kept, noted.where(time.of(_CHANGE.c.accrued_at)), taken).subquery()
    *own, earned, other = all_of.c
    sums = sa.func.coalesce(sa.func.sum(earned), 0), sa.func.coalesce(sa.func.sum(other), 0)
    rows = session.execute(
        sa.select(*sums, *own).group_by(*own).having(sa.or_(sums[0] != 0, sums[1] != 0))
    )
    for earned_fen, amount, *member in rows:
        yield Difference(time.first, member[0] if key else None, int(earned_fen), int(amount))


def _lines_of(time: _Time) -> Any:
    """What was earned, and sold for it, in a time."""
    lines = (
        sa.select(
            sa.func.sum(_LEFT).label("earned_fen"),
            sa.func.max(_TABLE.c.line_paid_fen - _TABLE.c.refunded_fen).label("sold_fen"),
        )
        .where(time.of(_TABLE.c.accrued_at))
        .group_by(_TABLE.c.order_line_id)
        .subquery()
    )
    return sa.select(
        sa.func.sum(lines.c.earned_fen).label("earned_fen"),
        sa.func.sum(lines.c.sold_fen).label("sold_fen"),
    ).having(sa.func.count() > 0)


def _orders_of(time: _Time) -> Any:
    """What each distributor earned in a time, and in how many orders."""
    return (
        sa.select(
            _TABLE.c.beneficiary_id.label("member_id"),
            sa.func.sum(_LEFT).label("earned_fen"),
            sa.func.count(_TABLE.c.order_id.distinct()).label("orders"),
        )
        .where(time.of(_TABLE.c.accrued_at))
        .group_by(_TABLE.c.beneficiary_id)
    )


def _ends(session: Session, zone: str) -> tuple[date, date]:
    """The first and the last day of which there is anything; an empty time without any."""
    ends = session.execute(
        sa.select(sa.func.min(_TABLE.c.accrued_at), sa.func.max(_TABLE.c.accrued_at))
    ).one()
    days = [local_date(at, zone) for at in ends if at is not None]
    days += [
        day
        for column in (_DAY.c.day_on, _MONTH.c.month_on)
        for day in session.execute(sa.select(sa.func.min(column), sa.func.max(column))).one()
        if day is not None
    ]
    return (min(days), max(days)) if days else (date.max, date.min)


def _days(first: date, last: date, zone: str) -> Iterator[_Time]:
    while first <= last:
        yield _Time(first, *day_bounds(first, zone))
        first += timedelta(days=1)


def _months(first: date, last: date, zone: str) -> Iterator[_Time]:
    while first <= last:
        month = Month(first.year, first.month)
        yield _Time(month.first_day, *month.bounds(zone))
        first = month.next.first_day
