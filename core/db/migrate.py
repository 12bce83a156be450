"""Schema versions of the trunk and, with another table and folder, of each plugin.

Alembic is driven from here and never from a command line of its own. Every set of migrations has
its own version table, so that a plugin folder that goes missing blocks nobody else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

from core.db.base import Base
from core.kernel.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / "migrations"
_LOCK_ID = 0x62616E79616E


@dataclass(frozen=True)
class Track:
    """One line of schema versions.

    Args:
        versions: folder of the revision files.
        version_table: where the database remembers the current revision.
        prefix: tables of this track start with it; empty for the trunk, which owns all tables that
            do not start with ``plugin_``.
    """

    versions: Path
    version_table: str = "alembic_version"
    prefix: str = ""

    def owns(self, table: str) -> bool:
        """Whether a table belongs to this track."""
        if self.prefix:
            return table.startswith(self.prefix)
        return not table.startswith(("plugin_", "alembic_")) or table in _HOST_TABLES


_HOST_TABLES = {"plugin_state", "plugin_change", "plugin_fault", "plugin_timing"}
CORE = Track(ENVIRONMENT / "versions")


def upgrade(engine: sa.Engine, track: Track = CORE, revision: str = "head") -> None:
    """Bring the database up to a revision; the newest by default. Safe to call twice at once."""
    with _migrating(engine, track) as config:
        command.upgrade(config, revision)


def downgrade(engine: sa.Engine, revision: str, track: Track = CORE) -> None:
    """Take the database back to a revision, ``base`` for before the first."""
    with _migrating(engine, track) as config:
        command.downgrade(config, revision)


def differences(engine: sa.Engine, track: Track = CORE) -> list[str]:
    """How the database differs from the models of this track; empty when it does not."""
    from alembic.autogenerate import compare_metadata

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


def current(engine: sa.Engine, track: Track = CORE) -> str | None:
    """The revision the database is at; ``None`` when it has none of this track's tables."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": track.version_table}
        )
        return context.get_current_revision()


def head(track: Track = CORE) -> str | None:
    """The newest revision that the code brings; ``None`` for a track without revisions."""
    return ScriptDirectory.from_config(_config(track)).get_current_head()


def pending(engine: sa.Engine, track: Track = CORE) -> list[str]:
    """Revisions still to run, oldest first, as ``id description``."""
    script = ScriptDirectory.from_config(_config(track))
    at = current(engine, track)
    newer = []
    for revision in script.walk_revisions():
        if revision.revision == at:
            break
        newer.append(f"{revision.revision} {revision.doc}")
    return newer[::-1]


def scripts(track: Track) -> Iterator[Script]:
    """Every revision that the code brings, newest first."""
    return ScriptDirectory.from_config(_config(track)).walk_revisions()


def check_schema(engine: sa.Engine) -> None:
    """Refuse to start on a database that is not at the revision of this code.

    Raises:
        ConfigError: the database is empty, older or newer; the sentence says what to do.
    """
    at, newest = current(engine), head()
    if at == newest:
        return
    if at is None:
        raise ConfigError(
            "schema.missing", "The database has no tables yet. Run “banyan db upgrade” first."
        )
    known = {item.revision for item in ScriptDirectory.from_config(_config(CORE)).walk_revisions()}
    if at in known:
        raise ConfigError(
            "schema.older",
            "The database is at version %(at)s, this program needs %(head)s. "
            "Make a backup, then run “banyan db upgrade”.",
            at=at,
            head=newest,
        )
    raise ConfigError(
        "schema.newer",
        "The database is at version %(at)s, which this program does not know: it was made by a "
        "newer Banyan. Install that version, or restore a backup.",
        at=at,
    )


def _config(track: Track) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ENVIRONMENT).replace("%", "%%"))
    config.set_main_option("version_locations", str(track.versions).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["track"] = track
    return config


@contextmanager
def _migrating(engine: sa.Engine, track: Track) -> Iterator[Config]:
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
