"""A plugin's own schema versions: folder ``migrations/``, table ``alembic_version_<plugin>``."""

import threading
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa

from core.db import migrate
from core.db.versions import Track, current, heads
from core.host.faults import is_of_the_keyboard
from core.host.manifest import Manifest
from core.kernel.errors import PluginError

FOLDER = "migrations"
alone = threading.Lock()
"""Held by the one thread of a process that runs migrations, or writes down what they would do.

``alembic.op`` is one for the whole process: what a migration sends would go where another thread
has just pointed it.
"""


def track_of(manifest: Manifest) -> Track | None:
    """The plugin's line of versions; ``None`` when it brings no migrations."""
    folder = manifest.folder / FOLDER
    if not any(folder.glob("*.py")):
        return None
    return Track(folder, f"alembic_version_{manifest.name}", manifest.table_prefix)


@lru_cache(maxsize=256)
def head_of(folder: Path) -> str:
    """The newest revision in a plugin's folder, read without running it; empty without any."""
    try:
        found = heads(folder / FOLDER)
    except (OSError, SyntaxError, ValueError) as error:
        raise PluginError(
            "plugins.migration_file", "Its migrations cannot be read: %(why)s", why=str(error)
        ) from error
    if len(found) > 1:
        raise PluginError(
            "plugins.heads", "Its migrations end in two places: %(heads)s.", heads=", ".join(found)
        )
    return found[0] if found else ""


def upgrade(engine: sa.Engine, manifest: Manifest) -> str:
    """Run what is missing of a plugin's migrations.

    Returns:
        The revision reached; empty when the plugin has none.

    Raises:
        PluginError: a migration failed, and the sentence says where the tables stand now; or it
            made a table outside the plugin's prefix, which was taken back.
    """
    track = track_of(manifest)
    if track is None:
        return ""
    with alone:
        return _upgrade(engine, manifest, track)


def _upgrade(engine: sa.Engine, manifest: Manifest, track: Track) -> str:
    before_tables, before_revision = _tables(engine), current(engine, track)
    try:
        migrate.upgrade(engine, track)
    except BaseException as error:
        if is_of_the_keyboard(error):
            raise
        raise _failed(engine, track, before_tables, before_revision, error) from error
    made = _tables(engine) - before_tables
    foreign = sorted(name for name in made if not _may_make(name, track))
    if foreign:
        _take_back(engine, before_revision or "base", track, foreign[0])
        raise PluginError(
            "plugins.prefix",
            "Its migrations make the table “%(table)s”, which does not start with “%(prefix)s”.",
            table=foreign[0],
            prefix=manifest.table_prefix,
        )
    return current(engine, track) or ""


def _failed(
    engine: sa.Engine, track: Track, tables: set[str], revision: str | None, error: BaseException
) -> PluginError:
    """What a migration that failed left behind, in a sentence; it can be run again."""
    left = sorted(name for name in _tables(engine) - tables if _may_make(name, track))
    at = current(engine, track)
    why = f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error) else ''}"
    if at == revision and not left:
        return PluginError(
            "plugins.migration",
            "Its migrations failed and were taken back whole; nothing was changed. %(why)s",
            why=why,
        )
    return PluginError(
        "plugins.migration_half",
        "Its migrations failed half way, at version %(at)s, with these new tables: %(tables)s. "
        "Mend the plugin and run the update again. %(why)s",
        at=at or "–",
        tables=", ".join(left) or "–",
        why=why,
    )


def _take_back(engine: sa.Engine, revision: str, track: Track, table: str) -> None:
    try:
        migrate.downgrade(engine, revision, track)
    except BaseException as error:
        if is_of_the_keyboard(error):
            raise
        raise PluginError(
            "plugins.prefix_stays",
            "Its migrations made the table “%(table)s”, which is not its own, and cannot take it "
            "back: %(why)s",
            table=table,
            why=str(error),
        ) from error


def remove(engine: sa.Engine, manifest: Manifest) -> None:
    """Take back every migration of a plugin: its tables and all they hold.

    Raises:
        PluginError: a migration cannot be taken back; nothing was removed.
    """
    track = track_of(manifest)
    if track is None:
        return
    try:
        with alone:
            migrate.downgrade(engine, "base", track)
    except BaseException as error:
        if is_of_the_keyboard(error):
            raise
        raise PluginError(
            "plugins.downgrade",
            "Its migrations cannot be taken back: %(why)s",
            why=f"{type(error).__name__}: {error}",
        ) from error
    with engine.connect().execution_options(banyan_write=True) as connection:
        connection.execute(sa.text(f'DROP TABLE IF EXISTS "{track.version_table}"'))
        connection.commit()


def referring(engine: sa.Engine, manifest: Manifest) -> list[str]:
    """Tables of others whose foreign keys point at the plugin's tables."""
    track = track_of(manifest)
    if track is None:
        return []
    inspector = sa.inspect(engine)
    return sorted(
        table
        for table in inspector.get_table_names()
        if not track.owns(table)
        for key in inspector.get_foreign_keys(table)
        if track.owns(key["referred_table"])
    )


def _tables(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names())


def _may_make(name: str, track: Track) -> bool:
    return track.owns(name) or name == track.version_table
