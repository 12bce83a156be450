"""Programmes with several plans, grades, settlement by due date, holds."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from core.api.db import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_DEFAULT_PLAN = "00000000-0000-7000-8000-000000000001"
_P = "plugin_distribution_"
_ADDED_TO_COMMISSIONS = (
    "line_paid_fen", "kind", "quantity", "scope", "plan_id", "grade_id", "due_at", "is_held",
    "checked_at",
)  # fmt: skip


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        f"{_P}programme",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("summary", sa.String(200), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_P}programme"),
        sa.UniqueConstraint("version", name=f"uq_{_P}programme_version"),
    )
    _take_plans_along()
    op.drop_table(f"{_P}plan_version")
    _grades()
    _commissions()
    _holds()


def downgrade() -> None:
    """Take the schema back; of each programme the rates of its first plan are kept."""
    op.drop_table(f"{_P}hold")
    op.drop_index(f"ix_{_P}commission_due", f"{_P}commission")
    op.drop_index(f"ix_{_P}commission_unchecked", f"{_P}commission")
    for name in _ADDED_TO_COMMISSIONS:
        op.drop_column(f"{_P}commission", name)
    op.drop_table(f"{_P}grade_event")
    for name in ("grade_id", "graded_at", "is_grade_locked", "is_unranked", "real_name"):
        op.drop_column(f"{_P}distributor", name)
    _give_plans_back()
    op.drop_table(f"{_P}programme")


def _grades() -> None:
    for column in (
        sa.Column("grade_id", sa.Uuid(), nullable=True),
        sa.Column("graded_at", UtcDateTime(), nullable=True),
        sa.Column("is_grade_locked", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("is_unranked", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("real_name", sa.String(40), nullable=False, server_default=""),
    ):
        op.add_column(f"{_P}distributor", column)
    op.create_table(
        f"{_P}grade_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("old_grade_id", sa.Uuid(), nullable=True),
        sa.Column("new_grade_id", sa.Uuid(), nullable=True),
        sa.Column("programme_version", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_P}grade_event"),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=f"fk_{_P}grade_event_member_id_member"
        ),
    )
    op.create_index(f"ix_{_P}grade_event_member_id", f"{_P}grade_event", ["member_id"])


def _commissions() -> None:
    for column in (
        sa.Column("line_paid_fen", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("kind", sa.String(8), nullable=False, server_default="bps"),
        sa.Column("quantity", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("scope", sa.String(8), nullable=False, server_default="plan"),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("grade_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("is_held", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("checked_at", UtcDateTime(), nullable=True),
    ):
        op.add_column(f"{_P}commission", column)
    names = ("line_paid_fen", "base_fen", "checked_at", "accrued_at")
    commission = sa.table(f"{_P}commission", *map(sa.column, names))
    op.execute(
        sa.update(commission).values(
            line_paid_fen=commission.c.base_fen, checked_at=commission.c.accrued_at
        )
    )
    op.create_index(
        f"ix_{_P}commission_unchecked",
        f"{_P}commission",
        ["id"],
        sqlite_where=sa.text("checked_at IS NULL"),
        postgresql_where=sa.text("checked_at IS NULL"),
    )
    op.create_index(
        f"ix_{_P}commission_due",
        f"{_P}commission",
        ["beneficiary_id", "id"],
        sqlite_where=sa.text("due_at IS NOT NULL AND is_held = 0"),
        postgresql_where=sa.text("due_at IS NOT NULL AND NOT is_held"),
    )


def _holds() -> None:
    op.create_table(
        f"{_P}hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("beneficiary_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_P}hold"),
        sa.UniqueConstraint(
            "order_id",
            "beneficiary_id",
            "reason",
            name=f"uq_{_P}hold_order_id_beneficiary_id_reason",
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["shop_order.id"], name=f"fk_{_P}hold_order_id_shop_order"
        ),
        sa.ForeignKeyConstraint(
            ["beneficiary_id"], ["member.id"], name=f"fk_{_P}hold_beneficiary_id_member"
        ),
    )
    op.create_index(f"ix_{_P}hold_state", f"{_P}hold", ["state", "at"])
    op.create_index(f"ix_{_P}hold_beneficiary_id", f"{_P}hold", ["beneficiary_id"])


_PROGRAMME = sa.table(
    f"{_P}programme",
    sa.column("id", sa.Uuid()),
    sa.column("version", sa.Integer()),
    sa.column("body", sa.JSON()),
    sa.column("summary", sa.String()),
    sa.column("actor", sa.String()),
    sa.column("created_at", UtcDateTime()),
)
_OLD = sa.table(
    f"{_P}plan_version",
    sa.column("id", sa.Uuid()),
    *[sa.column(name, sa.Integer()) for name in
      ("version", "depth", "rate1_bps", "rate2_bps", "rate3_bps", "pool_bps")],
    sa.column("joining", sa.String()),
    sa.column("actor", sa.String()),
    sa.column("created_at", UtcDateTime()),
)  # fmt: skip


def _take_plans_along() -> None:
    """Each plan version becomes a programme with that one plan, under the same number."""
    connection = op.get_bind()
    rows = connection.execute(sa.select(_OLD).order_by(_OLD.c.version)).mappings().all()
    for row in rows:
        connection.execute(
            sa.insert(_PROGRAMME).values(
                id=row["id"],
                version=row["version"],
                body=_body(row),
                summary="",
                actor=row["actor"],
                created_at=row["created_at"],
            )
        )


def _body(row: Any) -> dict[str, Any]:
    levels = [row["rate1_bps"], row["rate2_bps"], row["rate3_bps"]]
    return {
        "depth": row["depth"],
        "joining": row["joining"],
        "joining_spend_fen": 0,
        "joining_orders": 0,
        "joining_products": [],
        "self_purchase": "off",
        "is_compressed": False,
        "is_downgrading": False,
        "grades": [],
        "plans": [
            {
                "id": _DEFAULT_PLAN,
                "name": "",
                "rate": {"kind": "bps", "levels": levels, "by_grade": {}},
                "pool_bps": row["pool_bps"],
                "base": "paid",
                "campaign": "same",
                "campaign_rate": None,
                "rules": [],
            }
        ],
    }


def _give_plans_back() -> None:
    op.create_table(
        f"{_P}plan_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("rate1_bps", sa.Integer(), nullable=False),
        sa.Column("rate2_bps", sa.Integer(), nullable=False),
        sa.Column("rate3_bps", sa.Integer(), nullable=False),
        sa.Column("pool_bps", sa.Integer(), nullable=False),
        sa.Column("joining", sa.String(16), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_P}plan_version"),
        sa.UniqueConstraint("version", name=f"uq_{_P}plan_version_version"),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(_PROGRAMME)).mappings().all():
        plan, body = row["body"]["plans"][0], row["body"]
        levels = plan["rate"]["levels"] if plan["rate"]["kind"] == "bps" else [0, 0, 0]
        known = {"everyone", "open", "application", "designated"}
        connection.execute(
            sa.insert(_OLD).values(
                id=row["id"],
                version=row["version"],
                depth=body["depth"],
                rate1_bps=levels[0],
                rate2_bps=levels[1],
                rate3_bps=levels[2],
                pool_bps=plan["pool_bps"],
                joining=body["joining"] if body["joining"] in known else "application",
                actor=row["actor"],
                created_at=row["created_at"],
            )
        )
