"""Alembic environment of the trunk and of plugins; ``core.db.migrate`` hands in what to do."""

from typing import Any

from alembic import context

from core.db.base import Base

config = context.config
track = config.attributes["track"]


def _is_ours(obj: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    return bool(track.owns(name if kind == "table" else obj.table.name))


context.configure(
    connection=config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=track.version_table,
    render_as_batch=True,
    transactional_ddl=True,  # on SQLite, too: what fails is taken back whole
    compare_type=True,
    include_object=_is_ours,
)
with context.begin_transaction():
    context.run_migrations()
