"""Indexes for the merchant's pages, so that they do not read all that was ever earned."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_P = "plugin_distribution_"
_HELD, _WAITING = f"ix_{_P}commission_held", f"ix_{_P}commission_waiting"
_JOINED = f"ix_{_P}distributor_joined"


def upgrade() -> None:
    """Bring the schema up."""
    op.create_index(
        _HELD,
        f"{_P}commission",
        ["accrued_at"],
        sqlite_where=sa.text("is_held = 1"),
        postgresql_where=sa.text("is_held"),
    )
    op.create_index(
        _WAITING,
        f"{_P}commission",
        ["is_held", "due_at"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(_JOINED, f"{_P}distributor", ["joined_at"])


def downgrade() -> None:
    """Take the schema back."""
    op.drop_index(_JOINED, f"{_P}distributor")
    op.drop_index(_WAITING, f"{_P}commission")
    op.drop_index(_HELD, f"{_P}commission")
