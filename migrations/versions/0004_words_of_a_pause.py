"""Why a plugin is paused, as a sentence with values: everybody reads it in their language."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PLACES = "%(hook)s"
NO_VALUES = "It kept failing or was too slow."


def upgrade() -> None:
    """Bring the schema up; sentences of before have no places and stay as they are."""
    op.add_column(
        "plugin_state",
        sa.Column("paused_params", sa.JSON(), nullable=False, server_default=sa.text("'{}'")),
    )


def downgrade() -> None:
    """Bring the schema down; a sentence without its values becomes a plain one."""
    state = sa.table("plugin_state", sa.column("paused_reason"))
    has_places = sa.func.substr(state.c.paused_reason, 1, len(PLACES)) == PLACES
    op.execute(sa.update(state).where(has_places).values(paused_reason=NO_VALUES))
    op.drop_column("plugin_state", "paused_params")
