"""Rows for several people who open one link in one browser on a day, of which one is counted."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_PLACE = ["share_id", "visitor", "day", "kind"]


def upgrade() -> None:
    """Bring the schema up."""
    with op.batch_alter_table("share_visit") as table:
        table.add_column(
            sa.Column("is_counted", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        table.drop_constraint(op.f("uq_share_visit_share_id_visitor_day_kind"), type_="unique")
    op.create_index(
        "uq_share_visit_counted",
        "share_visit",
        _PLACE,
        unique=True,
        sqlite_where=sa.text("is_counted"),
        postgresql_where=sa.text("is_counted"),
    )


def downgrade() -> None:
    """Take the schema back; of several people only the one that was counted is left."""
    op.drop_index("uq_share_visit_counted", "share_visit")
    op.execute("DELETE FROM share_visit WHERE NOT is_counted")
    with op.batch_alter_table("share_visit") as table:
        table.drop_column("is_counted")
        table.create_unique_constraint(op.f("uq_share_visit_share_id_visitor_day_kind"), _PLACE)
