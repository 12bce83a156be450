"""Fan tasks, who takes part, whom they brought, what they got for it."""

import sqlalchemy as sa
from alembic import op

from core.api.db import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_P = "plugin_poster_"


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        f"{_P}task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name_zh", sa.String(60), nullable=False),
        sa.Column("name_en", sa.String(60), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_P}task"),
    )
    op.create_index(f"ix_{_P}task_state", f"{_P}task", ["state", "ends_at"])
    op.create_table(
        f"{_P}entry",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("share_token", sa.String(24), nullable=False),
        sa.Column("share_code", sa.String(16), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_due", sa.Boolean(), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", "member_id", name=f"pk_{_P}entry"),
        _points("entry", "task_id", f"{_P}task"),
        _points("entry", "member_id", "member"),
    )
    op.create_index(f"ix_{_P}entry_member", f"{_P}entry", ["member_id", "joined_at"])
    op.create_index(
        f"ix_{_P}entry_due",
        f"{_P}entry",
        ["task_id", "member_id"],
        sqlite_where=sa.text("is_due"),
        postgresql_where=sa.text("is_due"),
    )
    _fans()
    _rewards()
    op.create_table(
        f"{_P}acknowledgement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("text_version", sa.String(16), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("actor_name", sa.String(60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_P}acknowledgement"),
    )


def downgrade() -> None:
    """Take the schema back; what was granted stays in the ledger."""
    for table in ("acknowledgement", "reward", "fan", "entry", "task"):
        op.drop_table(f"{_P}{table}")


def _points(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=f"fk_{_P}{table}_{column}_{target}"
    )


def _fans() -> None:
    op.create_table(
        f"{_P}fan",
        sa.Column("fan_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("doubts", sa.JSON(), nullable=False),
        sa.Column("arrived_at", UtcDateTime(), nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("fan_id", name=f"pk_{_P}fan"),
        _points("fan", "fan_id", "member"),
        _points("fan", "task_id", f"{_P}task"),
        _points("fan", "holder_id", "member"),
    )
    op.create_index(f"ix_{_P}fan_holder", f"{_P}fan", ["holder_id", "task_id", "counted_at"])
    op.create_index(f"ix_{_P}fan_task", f"{_P}fan", ["task_id", "arrived_at"])
    op.create_index(
        f"ix_{_P}fan_due",
        f"{_P}fan",
        ["due_at"],
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )


def _rewards() -> None:
    op.create_table(
        f"{_P}reward",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("text_zh", sa.String(80), nullable=False),
        sa.Column("text_en", sa.String(80), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_P}reward"),
        _points("reward", "task_id", f"{_P}task"),
        _points("reward", "holder_id", "member"),
        sa.UniqueConstraint(
            "task_id", "holder_id", "step", name=f"uq_{_P}reward_task_id_holder_id_step"
        ),
        sa.CheckConstraint("amount_fen >= 0", name=f"ck_{_P}reward_not_negative"),
    )
    op.create_index(f"ix_{_P}reward_holder_id", f"{_P}reward", ["holder_id"])
    op.create_index(f"ix_{_P}reward_state", f"{_P}reward", ["state", "at"])
