"""Gifts, and money moved by hand."""

import sqlalchemy as sa
from alembic import op

from core.api.db import UtcDateTime

revision = "by_hand_0001"
down_revision = None
branch_labels = None
depends_on = None

PREFIX = "plugin_by_hand_"


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        f"{PREFIX}product",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", name="pk_plugin_by_hand_product"),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name="fk_plugin_by_hand_product_product_id_product"
        ),
    )
    op.create_table(
        f"{PREFIX}gift",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("order_no", sa.String(32), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(200), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("wrapped_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("order_id", name="pk_plugin_by_hand_gift"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["shop_order.id"], name="fk_plugin_by_hand_gift_order_id_shop_order"
        ),
    )
    op.create_index("ix_plugin_by_hand_gift_member_id", f"{PREFIX}gift", ["member_id"])
    op.create_index("ix_plugin_by_hand_gift_wrapped_at", f"{PREFIX}gift", ["wrapped_at"])
    op.create_table(
        f"{PREFIX}transfer",
        sa.Column("payment_no", sa.String(32), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("return_url", sa.String(300), nullable=False),
        sa.Column("slip", sa.String(80), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("arrived_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("payment_no", name="pk_plugin_by_hand_transfer"),
    )
    op.create_table(
        f"{PREFIX}sending",
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.JSON(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_plugin_by_hand_sending"),
    )
    op.create_index("ix_plugin_by_hand_sending_sent_at", f"{PREFIX}sending", ["sent_at"])


def downgrade() -> None:
    """Take the schema back."""
    for name in ("sending", "transfer", "gift", "product"):
        op.drop_table(f"{PREFIX}{name}")
