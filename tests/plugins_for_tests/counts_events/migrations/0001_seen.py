"""What was seen."""

import sqlalchemy as sa
from alembic import op

revision = "counts_events_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "plugin_counts_events_seen",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("aggregate", sa.String(80), nullable=False),
        sa.Column("detail", sa.String(200), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("plugin_counts_events_seen")
