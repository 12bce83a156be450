"""The first store."""

from alembic import op

import core.schema
from core.ledger import triggers

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    bind = op.get_bind()
    core.schema.metadata.create_all(
        bind, tables=[t for n, t in core.schema.metadata.tables.items() if core.schema.is_core(n)]
    )
    for statement in triggers.create_statements(bind.dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Take the schema back."""
    bind = op.get_bind()
    for statement in triggers.drop_statements(bind.dialect.name):
        op.execute(statement)
    core.schema.metadata.drop_all(
        bind, tables=[t for n, t in core.schema.metadata.tables.items() if core.schema.is_core(n)]
    )
