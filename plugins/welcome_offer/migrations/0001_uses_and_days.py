"""Uses and days."""

import sqlalchemy as sa
from alembic import op

from core.api.db import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "plugin_welcome_offer_use",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", name="pk_plugin_welcome_offer_use"),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["shop_order.id"],
            name="fk_plugin_welcome_offer_use_order_id_shop_order",
        ),
    )
    op.create_index("ix_plugin_welcome_offer_use_paid_at", "plugin_welcome_offer_use", ["paid_at"])
    op.create_table(
        "plugin_welcome_offer_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_plugin_welcome_offer_day"),
    )


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("plugin_welcome_offer_day")
    op.drop_table("plugin_welcome_offer_use")
