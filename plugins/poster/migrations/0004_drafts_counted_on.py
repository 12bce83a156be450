"""Revisions of drafts that never come again: a template remembers the last one."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEMPLATE = "plugin_poster_template"
_DRAFT = "plugin_poster_draft"


def upgrade() -> None:
    """Bring the schema up."""
    op.add_column(
        _TEMPLATE,
        sa.Column("draft_revision", sa.Integer(), nullable=False, server_default="0"),
    )
    template = sa.table(_TEMPLATE, sa.column("id"), sa.column("draft_revision"))
    draft = sa.table(_DRAFT, sa.column("template_id"), sa.column("revision"))
    last = sa.select(draft.c.revision).where(draft.c.template_id == template.c.id)
    op.execute(
        sa.update(template).values(draft_revision=sa.func.coalesce(last.scalar_subquery(), 0))
    )


def downgrade() -> None:
    """Take the schema back."""
    op.drop_column(_TEMPLATE, "draft_revision")
