"""Which schema version the database is at, and which the code brings; nothing is run for it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from core.kernel.errors import ConfigError
from core.kernel.values import dataclass

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / "migrations"


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


def current(engine: sa.Engine, track: Track = CORE) -> str | None:
    """The revision the database is at; ``None`` when it has none of this track's tables."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table(track.version_table):
            return None
        version = sa.column("version_num", sa.String)
        return connection.scalar(sa.select(version).select_from(sa.table(track.version_table)))


def heads(versions: Path) -> list[str]:
    """Revisions in a folder that no other follows; sound migrations have one.

    Raises:
        OSError, SyntaxError, ValueError: a file cannot be read.
    """
    found = [pair for path in _files(versions) for pair in _links(path)]
    followed = {value for name, value in found if name == "down_revision"}
    return sorted({value for name, value in found if name == "revision"} - followed)


def head(track: Track = CORE) -> str | None:
    """The newest revision that the code brings; ``None`` for a track without revisions."""
    return next(iter(heads(track.versions)), None)


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
    known = {value for path in _files(CORE.versions) for _name, value in _links(path)}
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


def _files(versions: Path) -> list[Path]:
    return sorted(versions.glob("*.py"))


def _links(path: Path) -> Iterator[tuple[str, str]]:
    """``revision`` and ``down_revision`` of a migration, each with its value."""
    for name, value in _assigned(ast.parse(path.read_text(encoding="utf-8"), path.name)):
        if name in {"revision", "down_revision"}:
            try:
                constant = ast.literal_eval(value) if value else None
            except ValueError as error:
                raise ValueError(f"{path.name}: {error}") from error
            values = [constant] if isinstance(constant, str) else constant or ()
            yield from ((name, each) for each in values)


def _assigned(module: ast.Module) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that a module's own lines give a value, with it; ``a, b = 1, 2`` is two."""
    for statement in module.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id, statement.value
        if not isinstance(statement, ast.Assign):
            continue
        for target in statement.targets:
            pairs: list[tuple[ast.expr, ast.expr]] = [(target, statement.value)]
            if isinstance(target, ast.Tuple) and isinstance(statement.value, ast.Tuple):
                pairs = list(zip(target.elts, statement.value.elts, strict=False))
            yield from ((to.id, value) for to, value in pairs if isinstance(to, ast.Name))
