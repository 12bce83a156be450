"""Shelves in the order of price and of age, read from an index."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_product_shelf_price": ["state", "category_id", "min_price_fen", "id"],
    "ix_product_shelf_new": ["state", "category_id", "published_at", "id"],
}


def upgrade() -> None:
    """Bring the schema up."""
    for name, columns in INDEXES.items():
        op.create_index(name, "product", columns)


def downgrade() -> None:
    """Bring the schema down."""
    for name in INDEXES:
        op.drop_index(name, "product")
