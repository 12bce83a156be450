"""Totals by day, and by distributor and month, kept instead of added up by each page."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from core.api.db import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_P = "plugin_distribution_"
_CHANGE, _DAY, _MONTH, _FIGURES = (
    f"{_P}total_change",
    f"{_P}day_total",
    f"{_P}month_total",
    f"{_P}figures",
)
_PARTIAL = (
    ("distributor", "unranked", ["member_id"], "state != 'active' OR is_unranked"),
    ("commission", "settled", ["state", "accrued_at"], "state = 'available'"),
    ("commission", "reversed", ["accrued_at"], "reversed_fen > 0"),
)
_FILL_DAY = """
INSERT INTO plugin_distribution_day_total (day_on, earned_fen, sold_fen)
SELECT :day, sum(earned_fen), sum(sold_fen) FROM (
  SELECT sum(amount_fen - reversed_fen) AS earned_fen, max(line_paid_fen - refunded_fen) AS sold_fen
  FROM plugin_distribution_commission WHERE accrued_at >= :since AND accrued_at < :until
  GROUP BY order_line_id
) AS lines HAVING count(*) > 0
"""
_FILL_MONTH = """
INSERT INTO plugin_distribution_month_total (member_id, month_on, earned_fen, orders)
SELECT beneficiary_id, :day, sum(amount_fen - reversed_fen),
  count(DISTINCT order_id)
FROM plugin_distribution_commission WHERE accrued_at >= :since AND accrued_at < :until
GROUP BY beneficiary_id
"""


def upgrade() -> None:
    """Bring the schema up, and add up what was earned before."""
    op.create_table(
        _CHANGE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("accrued_at", UtcDateTime(), nullable=False),
        sa.Column("earned_fen", sa.BigInteger(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("sold_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_CHANGE}"),
    )
    op.create_table(
        _DAY,
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("earned_fen", sa.BigInteger(), nullable=False),
        sa.Column("sold_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day_on", name=f"pk_{_DAY}"),
    )
    op.create_table(
        _MONTH,
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("earned_fen", sa.BigInteger(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "month_on", name=f"pk_{_MONTH}"),
    )
    op.create_table(
        _FIGURES,
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=f"pk_{_FIGURES}"),
    )
    if not op.get_context().as_sql:
        _fill(op.get_bind())
    op.create_index(f"ix_{_MONTH}_rank", _MONTH, ["month_on", "earned_fen", "member_id"])
    op.create_index(f"ix_{_P}distributor_changed", f"{_P}distributor", ["changed_at", "member_id"])
    for table, name, columns, where in _PARTIAL:
        op.create_index(
            f"ix_{_P}{table}_{name}",
            f"{_P}{table}",
            columns,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )


def downgrade() -> None:
    """Take the schema back."""
    for table, name, *_rest in _PARTIAL:
        op.drop_index(f"ix_{_P}{table}_{name}", f"{_P}{table}")
    op.drop_index(f"ix_{_P}distributor_changed", f"{_P}distributor")
    for table in (_FIGURES, _MONTH, _DAY, _CHANGE):
        op.drop_table(table)


def _fill(connection: sa.Connection) -> None:
    accrued_at: Any = sa.column("accrued_at", UtcDateTime())
    commission = sa.table(f"{_P}commission", accrued_at)
    ends = sa.select(sa.func.min(accrued_at), sa.func.max(accrued_at)).select_from(commission)
    first, last = connection.execute(ends).one()
    zone = _zone(connection)
    figures = sa.table(
        _FIGURES, sa.column("name"), sa.column("at", UtcDateTime()), sa.column("body", sa.JSON())
    )
    connection.execute(
        figures.insert().values(name="zone", at=datetime.now(UTC), body={"zone": zone.key})
    )
    if first is None:
        return
    times = [sa.bindparam(name, type_=UtcDateTime()) for name in ("since", "until")]
    day = sa.bindparam("day", type_=sa.Date())
    for text, steps in ((_FILL_DAY, _days), (_FILL_MONTH, _months)):
        statement = sa.text(text).bindparams(day, *times)
        for start, end in steps(first.astimezone(zone).date(), last.astimezone(zone).date()):
            bounds = {"since": _begin(start, zone), "until": _begin(end, zone)}
            connection.execute(statement, {"day": start, **bounds})


def _zone(connection: sa.Connection) -> ZoneInfo:
    stored: Any = connection.scalar(
        sa.text("SELECT CAST(value AS text) FROM setting WHERE name = 'timezone'")
    )
    return ZoneInfo(json.loads(stored) if stored else "Asia/Shanghai")


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _days(first: date, last: date) -> Iterator[tuple[date, date]]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal), date.fromordinal(ordinal + 1)


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    start = first.replace(day=1)
    while start <= last:
        end = date(start.year + start.month // 12, start.month % 12 + 1, 1)
        yield start, end
        start = end
