"""A plugin's own schema versions: folder ``migrations/``, table ``alembic_version_<plugin>``."""

import ast
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa

from core.db import migrate
from core.db.migrate import Track
from core.host.manifest import Manifest
from core.kernel.errors import PluginError, Rejected

FOLDER = "migrations"


def track_of(manifest: Manifest) -> Track | None:
    """The plugin's line of versions; ``None`` when it brings no migrations."""
    folder = manifest.folder / FOLDER
    if not any(folder.glob("*.py")):
        return None
    return Track(folder, f"alembic_version_{manifest.name}", manifest.table_prefix)


@lru_cache(maxsize=256)
def head_of(folder: Path) -> str:
    """The newest revision in a plugin's folder, read without running it; empty without any."""
    revisions: set[str] = set()
    followed: set[str] = set()
    for path in sorted((folder / FOLDER).glob("*.py")):
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            for name, value in _assigned(statement):
                (revisions if name == "revision" else followed).add(value)
    heads = sorted(revisions - followed)
    if len(heads) > 1:
        raise PluginError(
            "plugins.heads", "Its migrations end in two places: %(heads)s.", heads=", ".join(heads)
        )
    return heads[0] if heads else ""


def upgrade(engine: sa.Engine, manifest: Manifest) -> str:
    """Run what is missing of a plugin's migrations.

    Returns:
        The revision reached; empty when the plugin has none.

    Raises:
        PluginError: a migration made a table outside the plugin's prefix; it was taken back.
        Exception: whatever a migration raises.
    """
    track = track_of(manifest)
    if track is None:
        return ""
    before_tables, before_revision = _tables(engine), migrate.current(engine, track)
    migrate.upgrade(engine, track)
    made = _tables(engine) - before_tables
    foreign = sorted(name for name in made if not _may_make(name, track))
    if foreign:
        migrate.downgrade(engine, before_revision or "base", track)
        raise PluginError(
            "plugins.prefix",
            "Its migrations make the table “%(table)s”, which does not start with “%(prefix)s”.",
            table=foreign[0],
            prefix=manifest.table_prefix,
        )
    return migrate.current(engine, track) or ""


def remove(engine: sa.Engine, manifest: Manifest) -> None:
    """Take back every migration of a plugin: its tables and all they hold.

    Raises:
        Rejected: a table of somebody else points at one of its tables.
    """
    track = track_of(manifest)
    if track is None:
        return
    if referring := _referring(engine, track):
        raise Rejected(
            "plugins.referenced",
            "Its tables cannot be removed: “%(table)s” points at them.",
            table=referring[0],
        )
    migrate.downgrade(engine, "base", track)
    with engine.connect().execution_options(banyan_write=True) as connection:
        connection.execute(sa.text(f'DROP TABLE IF EXISTS "{track.version_table}"'))
        connection.commit()


def _referring(engine: sa.Engine, track: Track) -> list[str]:
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


def _assigned(statement: ast.stmt) -> list[tuple[str, str]]:
    """``revision`` and ``down_revision`` of a module-level assignment, as (name, value)."""
    if isinstance(statement, ast.Assign):
        targets: list[ast.expr] = statement.targets
        value: ast.expr | None = statement.value
    elif isinstance(statement, ast.AnnAssign):
        targets, value = [statement.target], statement.value
    else:
        return []
    names = [t.id for t in targets if isinstance(t, ast.Name)]
    if value is None or not {"revision", "down_revision"} & set(names):
        return []
    constant = ast.literal_eval(value)
    values = [constant] if isinstance(constant, str) else list(constant or ())
    return [(name, item) for name in names for item in values]
