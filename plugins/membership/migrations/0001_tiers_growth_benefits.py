"""Tiers, standings, growth, benefits."""

import sqlalchemy as sa
from alembic import op

from core.api.db import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    _tier()
    _standing()
    _tier_event()
    _entry()
    _order_growth()
    _task()
    _benefit()
    _tier_benefit()
    op.create_table(
        "plugin_membership_document",
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_plugin_membership_document"),
    )
    op.create_table(
        "plugin_membership_mark",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("cursor", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_plugin_membership_mark"),
    )


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("plugin_membership_mark")
    op.drop_table("plugin_membership_document")
    op.drop_table("plugin_membership_tier_benefit")
    op.drop_table("plugin_membership_benefit")
    op.drop_table("plugin_membership_task")
    op.drop_table("plugin_membership_order_growth")
    op.drop_table("plugin_membership_entry")
    op.drop_table("plugin_membership_tier_event")
    op.drop_table("plugin_membership_standing")
    op.drop_table("plugin_membership_tier")


def _tier() -> None:
    op.create_table(
        "plugin_membership_tier",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("name_zh", sa.String(20), nullable=False),
        sa.Column("name_en", sa.String(40), nullable=False),
        sa.Column("threshold", sa.BigInteger(), nullable=False),
        sa.Column("spent_fen", sa.BigInteger(), nullable=True),
        sa.Column("bought_count", sa.BigInteger(), nullable=True),
        sa.Column("order_count", sa.BigInteger(), nullable=True),
        sa.Column("colour", sa.String(7), nullable=False),
        sa.Column("icon", sa.String(24), nullable=False),
        sa.Column("validity_days", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_plugin_membership_tier"),
    )


def _standing() -> None:
    table = "plugin_membership_standing"
    op.create_table(
        table,
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("tier_id", sa.Uuid(), nullable=True),
        sa.Column("floor_tier_id", sa.Uuid(), nullable=True),
        sa.Column("since_at", UtcDateTime(), nullable=False),
        sa.Column("valid_until", UtcDateTime(), nullable=True),
        sa.Column("is_locked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("lock_reason", sa.String(200), server_default="", nullable=False),
        sa.Column("warned_for", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("member_id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=f"fk_{table}_member_id_member"),
        sa.ForeignKeyConstraint(
            ["tier_id"],
            ["plugin_membership_tier.id"],
            name=f"fk_{table}_tier_id",
        ),
    )
    op.create_index(f"ix_{table}_due", table, ["valid_until", "member_id"])
    op.create_index(f"ix_{table}_tier", table, ["tier_id", "member_id"])


def _tier_event() -> None:
    table = "plugin_membership_tier_event"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("old_tier_id", sa.Uuid(), nullable=True),
        sa.Column("new_tier_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("growth", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=f"fk_{table}_member_id_member"),
    )
    op.create_index(f"ix_{table}_member_id", table, ["member_id"])
    op.create_index(f"ix_{table}_at", table, ["at"])


def _entry() -> None:
    table = "plugin_membership_entry"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(24), nullable=False),
        sa.Column("order_no", sa.String(32), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=f"fk_{table}_member_id_member"),
        sa.UniqueConstraint("key", name=f"uq_{table}_key"),
    )
    op.create_index(f"ix_{table}_member", table, ["member_id", "id"])
    op.create_index(f"ix_{table}_at", table, ["at", "id"])


def _order_growth() -> None:
    table = "plugin_membership_order_growth"
    op.create_table(
        table,
        sa.Column("order_line_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("order_no", sa.String(32), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("refunded_fen", sa.BigInteger(), nullable=False),
        sa.Column("growth", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", UtcDateTime(), nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("order_line_id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=f"fk_{table}_order_line_id_order_line"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["shop_order.id"], name=f"fk_{table}_order_id_shop_order"
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=f"fk_{table}_member_id_member"),
        sa.CheckConstraint(
            "growth >= 0 AND taken >= 0 AND taken <= growth", name=f"ck_{table}_sane_growth"
        ),
    )
    op.create_index(f"ix_{table}_order_id", table, ["order_id"])
    op.create_index(f"ix_{table}_member", table, ["member_id", "counted_at"])
    op.create_index(
        f"ix_{table}_open",
        table,
        ["order_id"],
        sqlite_where=sa.text("counted_at IS NULL"),
        postgresql_where=sa.text("counted_at IS NULL"),
    )


def _task() -> None:
    table = "plugin_membership_task"
    op.create_table(
        table,
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("task", sa.String(24), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("order_no", sa.String(32), nullable=False),
        sa.Column("growth", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "task", "subject", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=f"fk_{table}_member_id_member"),
    )


def _benefit() -> None:
    op.create_table(
        "plugin_membership_benefit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("effect", sa.String(24), nullable=False),
        sa.Column("name_zh", sa.String(20), nullable=False),
        sa.Column("name_en", sa.String(40), nullable=False),
        sa.Column("text_zh", sa.String(200), nullable=False),
        sa.Column("text_en", sa.String(200), nullable=False),
        sa.Column("icon", sa.String(24), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plugin_membership_benefit"),
    )


def _tier_benefit() -> None:
    table = "plugin_membership_tier_benefit"
    op.create_table(
        table,
        sa.Column("tier_id", sa.Uuid(), nullable=False),
        sa.Column("benefit_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("note_zh", sa.String(20), nullable=False),
        sa.Column("note_en", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("tier_id", "benefit_id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["tier_id"],
            ["plugin_membership_tier.id"],
            name=f"fk_{table}_tier_id",
        ),
        sa.ForeignKeyConstraint(
            ["benefit_id"],
            ["plugin_membership_benefit.id"],
            name=f"fk_{table}_benefit_id",
        ),
    )
