"""Figures: what came of each poster, by day."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_P = "plugin_poster_"
_COUNTS = (
    "shown_count",
    "scan_count",
    "scanner_count",
    "registered_count",
    "order_count",
    "order_fen",
    "refunded_count",
    "refunded_fen",
)


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        f"{_P}tally",
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _COUNTS),
        sa.PrimaryKeyConstraint("share_id", "day", name=f"pk_{_P}tally"),
        _points("tally", "share_id", "share_link"),
        _points("tally", "member_id", "member"),
    )
    op.create_index(f"ix_{_P}tally_day", f"{_P}tally", ["day", "template_id"])
    op.create_index(f"ix_{_P}tally_member", f"{_P}tally", ["member_id", "day"])
    op.create_table(
        f"{_P}scanner",
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("visitor", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("share_id", "visitor", name=f"pk_{_P}scanner"),
        _points("scanner", "share_id", "share_link"),
    )
    op.create_table(
        f"{_P}order",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", name=f"pk_{_P}order"),
        _points("order", "order_id", "shop_order"),
        _points("order", "share_id", "share_link"),
    )


def _points(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{_P}{table}_{column}_{target}"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name)


def downgrade() -> None:
    """Take the tables away, with what was counted."""
    for table in ("order", "scanner", "tally"):
        op.drop_table(f"{_P}{table}")
