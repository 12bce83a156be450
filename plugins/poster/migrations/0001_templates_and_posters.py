"""Templates, their versions and drafts, rendered posters."""

import sqlalchemy as sa
from alembic import op

from core.api.db import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_P = "plugin_poster_"


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        f"{_P}template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("source_key", sa.String(80), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_P}template"),
        sa.UniqueConstraint("source_key", name=f"uq_{_P}template_source_key"),
    )
    op.create_index(f"ix_{_P}template_purpose", f"{_P}template", ["purpose", "position"])
    _versions()
    _posters()


def downgrade() -> None:
    """Take the schema back; files of posters stay until somebody removes their folder."""
    op.drop_table(f"{_P}poster")
    op.drop_table(f"{_P}draft")
    op.drop_table(f"{_P}version")
    op.drop_table(f"{_P}template")


def _versions() -> None:
    op.create_table(
        f"{_P}version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("summary", sa.String(200), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_P}version"),
        sa.ForeignKeyConstraint(
            ["template_id"],
            [f"{_P}template.id"],
            name=f"fk_{_P}version_template_id_{_P}template",
        ),
        sa.UniqueConstraint("template_id", "version", name=f"uq_{_P}version_template_id_version"),
    )
    op.create_table(
        f"{_P}draft",
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("template_id", name=f"pk_{_P}draft"),
        sa.ForeignKeyConstraint(
            ["template_id"], [f"{_P}template.id"], name=f"fk_{_P}draft_template_id_{_P}template"
        ),
    )


def _posters() -> None:
    op.create_table(
        f"{_P}poster",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cache_key", sa.String(64), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("share_id", sa.Uuid(), nullable=True),
        sa.Column("target", sa.String(200), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(300), nullable=False),
        sa.Column("format", sa.String(8), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("path", sa.String(120), nullable=False),
        sa.Column("byte_count", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.Column("ready_at", UtcDateTime(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("used_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_P}poster"),
        sa.UniqueConstraint("cache_key", name=f"uq_{_P}poster_cache_key"),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=f"fk_{_P}poster_{column}_{table}"
            )
            for column, table in (
                ("member_id", "member"),
                ("template_id", f"{_P}template"),
                ("version_id", f"{_P}version"),
                ("product_id", "product"),
                ("share_id", "share_link"),
            )
        ),
    )
    op.create_index(f"ix_{_P}poster_member_id", f"{_P}poster", ["member_id"])
    op.create_index(f"ix_{_P}poster_share_id", f"{_P}poster", ["share_id"])
    op.create_index(
        f"ix_{_P}poster_waiting",
        f"{_P}poster",
        ["due_at"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(f"ix_{_P}poster_used_at", f"{_P}poster", ["used_at"])
    op.create_index(f"ix_{_P}poster_content_hash", f"{_P}poster", ["content_hash"])
