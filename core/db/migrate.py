"""Schema versions of the trunk and, with another table and folder, of each plugin.

Alembic is driven from here and never from a command line of its own. Every set of migrations has
its own version table, so that a plugin folder that goes missing blocks nobody else. What every
start asks stands in :mod:`core.db.versions`; Alembic is loaded only by who migrates, for it takes a
tenth of a start.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

from core.db.base import Base
from core.db.versions import CORE, ENVIRONMENT, Track, current

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import Script, ScriptDirectory

_LOCK_ID = 0x62616E79616E


def upgrade(engine: sa.Engine, track: Track = CORE, revision: str = "head") -> None:
    """Bring the database up to a revision; the newest by default. Safe to call twice at once."""
    from alembic import command

    with _migrating(engine, track) as config:
        command.upgrade(config, revision)


def downgrade(engine: sa.Engine, revision: str, track: Track = CORE) -> None:
    """Take the database back to a revision, ``base`` for before the first."""
    from alembic import command

    with _migrating(engine, track) as config:
        command.downgrade(config, revision)


def differences(engine: sa.Engine, track: Track = CORE) -> list[str]:
    """How the database differs from the models of this track; empty when it does not."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": track.version_table,
                "compare_type": True,
                "include_object": lambda obj, name, kind, _reflected, _other: track.owns(
                    name if kind == "table" else obj.table.name
                ),
            },
        )
        return [str(entry) for entry in compare_metadata(context, Base.metadata)]


def pending(engine: sa.Engine, track: Track = CORE) -> list[str]:
    """Revisions still to run, oldest first, as ``id description``."""
    at = current(engine, track)
    newer = []
    for revision in scripts(track):
        if revision.revision == at:
            break
        newer.append(f"{revision.revision} {revision.doc}")
    return newer[::-1]


def scripts(track: Track) -> "Iterator[Script]":
    """Every revision that the code brings, newest first."""
    return _directory(track).walk_revisions()


def _directory(track: Track) -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config(track))


def _config(track: Track) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(ENVIRONMENT).replace("%", "%%"))
    config.set_main_option("version_locations", str(track.versions).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["track"] = track
    return config


@contextmanager
def _migrating(engine: sa.Engine, track: Track) -> "Iterator[Config]":
    """A configuration bound to one connection; on PostgreSQL under a lock of the whole database.

    On SQLite foreign keys are off meanwhile: batch mode rebuilds tables, and dropping the old one
    would otherwise delete the rows that point at it.
    """
    config = _config(track)
    with engine.connect() as connection:
        connection = connection.execution_options(banyan_write=True)
        if engine.dialect.name == "sqlite":
            _foreign_keys(connection, on=False)
        else:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK_ID})")
            connection.commit()
        try:
            config.attributes["connection"] = connection
            yield config
            connection.commit()
        finally:
            connection.rollback()
            if engine.dialect.name == "sqlite":
                _foreign_keys(connection, on=True)
            else:
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK_ID})")
                connection.commit()


def _foreign_keys(connection: sa.Connection, *, on: bool) -> None:
    """Switch SQLite's foreign keys on the driver's connection, outside any transaction."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")
