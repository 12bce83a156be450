"""What was earned, by day of the store and by distributor and month: kept, not added up by pages.

Whoever books or takes back a commission writes down what that changes (:func:`note`), in the same
transaction; :func:`fold` adds it to the totals. A sum of days is exact at any moment: it takes in
what is not folded yet. Totals by month are as old as the last fold.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import day_bounds, local_date
from core.api.db import Prepared, insert_or, new_id
from plugins.distribution.models import DayTotal, MonthTotal, TotalChange

BATCH = 5000
_CHANGE: Any = TotalChange.__table__
_DAY: Any = DayTotal.__table__
_MONTH: Any = MonthTotal.__table__
_NOTE = Prepared(
    sa.insert(_CHANGE), ["id", "member_id", "accrued_at", "earned_fen", "orders", "sold_fen"]
)


@dataclass
class Sums:
    """Fen earned, of how many orders, and fen that shoppers paid for it; all net of refunds."""

    earned_fen: int = 0
    orders: int = 0
    sold_fen: int = 0

    def add(self, earned_fen: int, orders: int, sold_fen: int) -> None:
        """Add other sums to these."""
        self.earned_fen += earned_fen
        self.orders += orders
        self.sold_fen += sold_fen


class Changes:
    """What a unit of work changes, until it is noted."""

    def __init__(self) -> None:
        self._sums: dict[tuple[UUID, datetime], Sums] = defaultdict(Sums)
        self._lines: set[UUID] = set()

    def earned(self, member_id: UUID, accrued_at: datetime, fen: int, *, orders: int = 0) -> None:
        """A distributor earned so much more, or less."""
        self._sums[member_id, accrued_at].add(fen, orders, 0)

    def sold(self, member_id: UUID, accrued_at: datetime, line_id: UUID, fen: int) -> None:
        """So much more, or less, was paid for a line; told again of the same line, it is known."""
        if line_id not in self._lines:
            self._lines.add(line_id)
            self._sums[member_id, accrued_at].add(0, 0, fen)

    def note(self, session: Session) -> None:
        """Write it down. One statement, none without a change."""
        _NOTE.many(
            session,
            [
                {"id": new_id(), "member_id": member_id, "accrued_at": at, **vars(sums)}
                for (member_id, at), sums in self._sums.items()
                if sums != Sums()
            ],
        )


def fold(session: Session, zone: str, limit: int = BATCH) -> int:
    """Add what was noted to the totals; at most four statements.

    Rows that another worker folds are left to it.

    Returns:
        How many notes were folded; 0 when there are none.
    """
    rows = session.execute(
        sa.select(_CHANGE).order_by(_CHANGE.c.id).limit(limit).with_for_update(skip_locked=True)
    ).all()
    if not rows:
        return 0
    days: dict[date, Sums] = defaultdict(Sums)
    months: dict[tuple[UUID, date], Sums] = defaultdict(Sums)
    for row in rows:
        day = local_date(row.accrued_at, zone)
        for sums in (days[day], months[row.member_id, day.replace(day=1)]):
            sums.add(row.earned_fen, row.orders, row.sold_fen)
    _add(
        session,
        _DAY,
        [
            {"day_on": day, "earned_fen": sums.earned_fen, "sold_fen": sums.sold_fen}
            for day, sums in sorted(days.items())
        ],
    )
    _add(
        session,
        _MONTH,
        [
            {
                "member_id": member_id,
                "month_on": month_on,
                "earned_fen": sums.earned_fen,
                "orders": sums.orders,
            }
            for (member_id, month_on), sums in sorted(months.items())
            if sums.earned_fen or sums.orders
        ],
    )
    session.execute(sa.delete(_CHANGE).where(_CHANGE.c.id.in_([row.id for row in rows])))
    return len(rows)


def _add(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    insert = insert_or(session, table)
    added = {name: table.c[name] + insert.excluded[name] for name in rows[0] if name not in keys}
    session.execute(insert.on_conflict_do_update(index_elements=keys, set_=added), rows)


def day_sums(session: Session, zone: str, last: date, days: int) -> tuple[list[int], list[int]]:
    """Fen earned, and fen paid for it, on each of so many days up to the last. One statement.

    Args:
        session: any session.
        zone: of the store.
        last: the last day.
        days: how many.
    """
    dates = [last - timedelta(days=back) for back in range(days)]
    day = sa.case(
        *(
            (_CHANGE.c.accrued_at >= day_bounds(each, zone)[0], sa.literal(each, sa.Date()))
            for each in dates
        )
    )
    noted = sa.select(day.label("day_on"), _CHANGE.c.earned_fen, _CHANGE.c.sold_fen).where(
        _CHANGE.c.accrued_at >= day_bounds(dates[-1], zone)[0],
        _CHANGE.c.accrued_at < day_bounds(last, zone)[1],
    )
    kept = sa.select(_DAY).where(_DAY.c.day_on >= dates[-1], _DAY.c.day_on <= last)
    both = sa.union_all(kept, noted).subquery()
    rows = session.execute(
        sa.select(
            both.c.day_on, sa.func.sum(both.c.earned_fen), sa.func.sum(both.c.sold_fen)
        ).group_by(both.c.day_on)
    )
    found = {day_on: (int(earned), int(sold)) for day_on, earned, sold in rows}
    sums = [found.get(each, (0, 0)) for each in reversed(dates)]
    return [earned for earned, _ in sums], [sold for _, sold in sums]


def lifetime_of(session: Session, member_ids: Collection[UUID]) -> Mapping[UUID, tuple[int, int]]:
    """Fen that each of these earned, net of refunds, and in how many orders. One statement."""
    if not member_ids:
        return {}
    both = sa.union_all(
        *(
            sa.select(table.c.member_id, table.c.earned_fen, table.c.orders).where(
                table.c.member_id.in_(list(member_ids))
            )
            for table in (_MONTH, _CHANGE)
        )
    ).subquery()
    rows = session.execute(
        sa.select(
            both.c.member_id, sa.func.sum(both.c.earned_fen), sa.func.sum(both.c.orders)
        ).group_by(both.c.member_id)
    )
    return {member_id: (int(earned), int(orders)) for member_id, earned, orders in rows}


def lifetime_part(member_id: sa.ColumnElement[UUID]) -> tuple[sa.Label[int], sa.Label[int]]:
    """The same of one member, as ``earned_fen`` and ``orders`` inside another statement."""

    def total(name: str) -> sa.Label[int]:
        sums = (
            sa.select(sa.func.coalesce(sa.func.sum(table.c[name]), 0))
            .where(table.c.member_id == member_id)
            .scalar_subquery()
            for table in (_MONTH, _CHANGE)
        )
        return sum(sums, start=sa.literal(0)).label(name)

    return total("earned_fen"), total("orders")
