"""An index that leads to those above whom nobody stands."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    op.create_index(
        "ix_referral_below_top",
        "referral",
        ["upline2_id", "referrer_id"],
        sqlite_where=sa.text("upline2_id IS NULL"),
        postgresql_where=sa.text("upline2_id IS NULL"),
    )


def downgrade() -> None:
    """Take the schema back."""
    op.drop_index("ix_referral_below_top", "referral")
