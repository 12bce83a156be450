"""Payouts that staff pay from a file, and payouts that the recipient has to confirm in time."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

RETURNED = "returned"
REJECTED = "rejected"


def upgrade() -> None:
    """Bring the schema up; payouts of before are in no batch and have no link."""
    op.create_table(
        "payout_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_no", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=48), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("payout_count", sa.Integer(), nullable=False),
        sa.Column("net_fen", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_batch")),
        sa.UniqueConstraint("batch_no", name=op.f("uq_payout_batch_batch_no")),
    )
    op.create_table(
        "payout_batch_line",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("payout_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["payout_batch.id"],
            name=op.f("fk_payout_batch_line_batch_id_payout_batch"),
        ),
        sa.ForeignKeyConstraint(
            ["payout_id"], ["payout.id"], name=op.f("fk_payout_batch_line_payout_id_payout")
        ),
        sa.PrimaryKeyConstraint("batch_id", "payout_id", name=op.f("pk_payout_batch_line")),
    )
    op.create_index(op.f("ix_payout_batch_line_payout_id"), "payout_batch_line", ["payout_id"])
    op.add_column("payout", sa.Column("batch_id", sa.Uuid(), nullable=True))
    op.add_column(
        "payout",
        sa.Column("confirm_url", sa.String(length=500), nullable=False, server_default=""),
    )
    op.add_column("payout", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Bring the schema down; what was returned unclaimed is rejected to the schema of before."""
    for table in ("payout", "payout_step"):
        rows = sa.table(table, sa.column("state"))
        op.execute(sa.update(rows).where(rows.c.state == RETURNED).values(state=REJECTED))
    for column in ("expires_at", "confirm_url", "batch_id"):
        op.drop_column("payout", column)
    op.drop_index(op.f("ix_payout_batch_line_payout_id"), "payout_batch_line")
    op.drop_table("payout_batch_line")
    op.drop_table("payout_batch")
