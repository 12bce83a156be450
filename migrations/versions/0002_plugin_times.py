"""What calls into plugins took, and what the breaker watches."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COUNTS = (
    *("calls", "micros", "slowest_micros", "slow_count"),
    *("watched_calls", "watched_slow", "watched_strikes", "watched_faults"),
)


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "plugin_timing",
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("hook", sa.String(length=80), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("plugin", "hook", "hour", name=op.f("pk_plugin_timing")),
    )


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("plugin_timing")
