"""The history of grades tells of locks: a grade that staff locks or sets free need not change."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_EVENT = "plugin_distribution_grade_event"


def upgrade() -> None:
    """Bring the schema up; what was locked before nobody wrote down."""
    op.add_column(_EVENT, sa.Column("is_locked", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Take the schema back, and what changed no grade."""
    event = sa.table(_EVENT, sa.column("old_grade_id"), sa.column("new_grade_id"))
    is_lock_only = event.c.old_grade_id.is_not_distinct_from(event.c.new_grade_id)
    op.execute(sa.delete(event).where(is_lock_only))
    op.drop_column(_EVENT, "is_locked")
