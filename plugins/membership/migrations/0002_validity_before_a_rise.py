"""A change of tier keeps the end of validity that the old tier had."""

import sqlalchemy as sa
from alembic import op

from core.api.db import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLE = "plugin_membership_tier_event"


def upgrade() -> None:
    """Bring the schema up; ends of before are not known."""
    op.add_column(_TABLE, sa.Column("old_valid_until", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Take the schema back."""
    op.drop_column(_TABLE, "old_valid_until")
