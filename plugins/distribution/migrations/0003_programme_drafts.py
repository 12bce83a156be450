"""Drafts of the programme, one for each staff member."""

import sqlalchemy as sa
from alembic import op

from core.api.db import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLE = "plugin_distribution_draft"


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        _TABLE,
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("picked", sa.JSON(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("actor", name=f"pk_{_TABLE}"),
    )


def downgrade() -> None:
    """Take the schema back; what was not published is lost."""
    op.drop_table(_TABLE)
