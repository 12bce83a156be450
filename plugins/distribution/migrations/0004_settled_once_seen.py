"""Nothing is settled before the watch has looked at it: the index of what is due says so."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLE = "plugin_distribution_commission"
_DUE = f"ix_{_TABLE}_due"


def upgrade() -> None:
    """Bring the schema up."""
    op.drop_index(_DUE, _TABLE)
    _index(" AND checked_at IS NOT NULL")


def downgrade() -> None:
    """Take the schema back."""
    op.drop_index(_DUE, _TABLE)
    _index("")


def _index(seen: str) -> None:
    op.create_index(
        _DUE,
        _TABLE,
        ["beneficiary_id", "id"],
        sqlite_where=sa.text(f"due_at IS NOT NULL AND is_held = 0{seen}"),
        postgresql_where=sa.text(f"due_at IS NOT NULL AND NOT is_held{seen}"),
    )
