"""Marks of the accounts that paid, and bindings found by referrer and time."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_BOUND = sa.text("kind = 'bound'")


def upgrade() -> None:
    """Bring the schema up; of payments of before it is not known who paid them."""
    for table, length in (("payment_attempt", 8), ("sandbox_payment", 64)):
        op.add_column(
            table, sa.Column("payer", sa.String(length=length), nullable=False, server_default="")
        )
    op.create_index(
        op.f("ix_referral_event_bound"),
        "referral_event",
        ["new_referrer_id", "at"],
        sqlite_where=_BOUND,
        postgresql_where=_BOUND,
    )


def downgrade() -> None:
    """Take the schema back; marks of payers are lost."""
    op.drop_index(op.f("ix_referral_event_bound"), "referral_event")
    for table in ("sandbox_payment", "payment_attempt"):
        op.drop_column(table, "payer")
