"""Prices, products left out, acts and changes."""

import sqlalchemy as sa
from alembic import op

from core.api.db import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_P = "plugin_member_pricing_"


def _target(table: str) -> tuple[sa.Column[object] | sa.ForeignKeyConstraint, ...]:
    """What a row is about: a product, or one SKU of it. It goes with them."""
    return (
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("sku_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
            name=f"fk_{_P}{table}_product_id_product",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["sku_id"], ["sku.id"], name=f"fk_{_P}{table}_sku_id_sku", ondelete="CASCADE"
        ),
    )


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        f"{_P}price",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_target("price"),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.String(48), nullable=False),
        sa.Column("tier_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=True),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_P}price"),
        sa.UniqueConstraint("target_id", "audience", name=f"uq_{_P}price_target_audience"),
        sa.CheckConstraint("value > 0", name=f"ck_{_P}price_value_above_zero"),
    )
    op.create_index(f"ix_{_P}price_product", f"{_P}price", ["product_id"])
    op.create_index(f"ix_{_P}price_sku_id", f"{_P}price", ["sku_id"])
    op.create_table(
        f"{_P}left_out",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("product_id", name=f"pk_{_P}left_out"),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
            name=f"fk_{_P}left_out_product_id_product",
            ondelete="CASCADE",
        ),
    )
    _history()
    turn = op.create_table(
        f"{_P}turn",
        sa.Column("id", sa.SmallInteger(), nullable=False, autoincrement=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_P}turn"),
    )
    op.bulk_insert(turn, [{"id": 1, "number": 0}])


def _history() -> None:
    op.create_table(
        f"{_P}act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("actor_name", sa.String(80), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_P}act"),
    )
    op.create_index(f"ix_{_P}act_at", f"{_P}act", ["at"])
    op.create_table(
        f"{_P}change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        *_target("change"),
        sa.Column("audience", sa.String(48), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_P}change"),
        sa.ForeignKeyConstraint(["act_id"], [f"{_P}act.id"], name=f"fk_{_P}change_act"),
    )
    op.create_index(f"ix_{_P}change_product", f"{_P}change", ["product_id", "id"])
    op.create_index(f"ix_{_P}change_act_id", f"{_P}change", ["act_id"])
    op.create_index(f"ix_{_P}change_sku_id", f"{_P}change", ["sku_id"])


def downgrade() -> None:
    """Take the schema back."""
    for table in ("turn", "change", "act", "left_out", "price"):
        op.drop_table(f"{_P}{table}")
