"""Who follows the shop, in which channel, since when."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "member_follow",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("is_following", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_member_follow_member_id_member")
        ),
        sa.PrimaryKeyConstraint("member_id", "channel", name=op.f("pk_member_follow")),
    )


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("member_follow")
