"""Plans, distributors, commissions."""

import sqlalchemy as sa
from alembic import op

from core.api.db import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    _plan_version()
    _acknowledgement()
    _distributor()
    _commission()
    op.create_table(
        "plugin_distribution_mark",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_plugin_distribution_mark"),
    )


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("plugin_distribution_mark")
    op.drop_table("plugin_distribution_commission")
    op.drop_table("plugin_distribution_distributor")
    op.drop_table("plugin_distribution_acknowledgement")
    op.drop_table("plugin_distribution_plan_version")


def _plan_version() -> None:
    op.create_table(
        "plugin_distribution_plan_version",
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
        sa.PrimaryKeyConstraint("id", name="pk_plugin_distribution_plan_version"),
        sa.UniqueConstraint("version", name="uq_plugin_distribution_plan_version_version"),
    )


def _acknowledgement() -> None:
    op.create_table(
        "plugin_distribution_acknowledgement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("text_version", sa.String(16), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("actor_name", sa.String(60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plugin_distribution_acknowledgement"),
    )


def _distributor() -> None:
    op.create_table(
        "plugin_distribution_distributor",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("rules_version", sa.String(16), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name="pk_plugin_distribution_distributor"),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
            name="fk_plugin_distribution_distributor_member_id_member",
        ),
    )
    op.create_index(
        "ix_plugin_distribution_distributor_state",
        "plugin_distribution_distributor",
        ["state", "changed_at"],
    )


def _commission() -> None:
    table = "plugin_distribution_commission"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("order_no", sa.String(32), nullable=False),
        sa.Column("order_line_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("beneficiary_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("base_fen", sa.BigInteger(), nullable=False),
        sa.Column("refunded_fen", sa.BigInteger(), nullable=False),
        sa.Column("rate_bps", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reversed_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("accrued_at", UtcDateTime(), nullable=False),
        sa.Column("frozen_at", UtcDateTime(), nullable=True),
        sa.Column("available_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["shop_order.id"], name=f"fk_{table}_order_id_shop_order"
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=f"fk_{table}_order_line_id_order_line"
        ),
        sa.ForeignKeyConstraint(
            ["beneficiary_id"], ["member.id"], name=f"fk_{table}_beneficiary_id_member"
        ),
        sa.UniqueConstraint("order_line_id", "level", name=f"uq_{table}_order_line_id_level"),
        sa.CheckConstraint(
            "amount_fen >= 0 AND reversed_fen >= 0 AND reversed_fen <= amount_fen",
            name=f"ck_{table}_sane_amounts",
        ),
    )
    op.create_index(f"ix_{table}_order_id", table, ["order_id"])
    op.create_index(f"ix_{table}_order_no", table, ["order_no"])
    op.create_index(f"ix_{table}_earned", table, ["beneficiary_id", "accrued_at"])
    op.create_index(f"ix_{table}_accrued_at", table, ["accrued_at"])
    op.create_index(f"ix_{table}_open", table, ["state", "order_id"])
