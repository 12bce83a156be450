"""What an upgrade of a plugin would do, before it is done: each migration in words and as SQL."""

import ast
import inspect
import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.db import migrate
from core.db.engine import Database
from core.db.versions import current, heads
from core.host.faults import is_of_the_keyboard
from core.host.loading import LoadedPlugin
from core.host.manifest import read_manifest
from core.host.migrations import FOLDER, alone, head_of, track_of
from core.host.models import PluginState
from core.kernel.errors import PluginError, Rejected
from core.kernel.values import dataclass

if TYPE_CHECKING:
    from alembic.script import Script

_TABLE_IN_SQL = re.compile(
    r"^(?:CREATE TABLE|ALTER TABLE|DROP TABLE|INSERT INTO|UPDATE|DELETE FROM"
    r"|CREATE (?:UNIQUE )?INDEX \S+ ON)\s+(?:IF (?:NOT )?EXISTS\s+)?\"?(\w+)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Step:
    """One migration that waits.

    Args:
        revision: its name.
        says: its docstring.
        tables: tables it makes, changes or fills, as far as can be seen without running it.
        sql: what it would send; empty when it decides by looking at the database.
    """

    revision: str
    says: str
    tables: tuple[str, ...]
    sql: str


@dataclass(frozen=True)
class Plan:
    """What an upgrade would do.

    Args:
        plugin: name.
        before: version that is installed; empty when none is.
        after: version of the code.
        at: revision of its tables now; empty without any.
        steps: migrations in the order they would run.
    """

    plugin: str
    before: str
    after: str
    at: str
    steps: tuple[Step, ...]

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.steps) or self.before != self.after


def plan(database: Database, plugin: LoadedPlugin) -> Plan:
    """See :meth:`core.host.host.PluginHost.plan`."""
    refuse_unsound(plugin)
    if (why := old_code(plugin)) is not None:
        raise why
    with database.read() as session:
        row = session.get(PluginState, plugin.name)
        before = row.version if row is not None else ""
    track = track_of(plugin.manifest)
    after = plugin.manifest.version
    if track is None:
        return Plan(plugin.name, before, after, "", ())
    at = current(database.engine, track)
    try:
        scripts = list(migrate.scripts(track))
    except BaseException as error:
        if is_of_the_keyboard(error):
            raise
        raise PluginError(
            "plugins.migration_files",
            "Its migrations cannot be read: %(why)s",
            why=f"{type(error).__name__}: {error}",
        ) from error
    if at is not None and at not in {script.revision for script in scripts}:
        raise Rejected(
            "plugins.newer_tables",
            "The tables of “%(name)s” are at version %(at)s, which its code does not know: a newer "
            "version of it made them. Bring that version back.",
            name=plugin.name,
            at=at,
        )
    prefix = plugin.manifest.table_prefix
    with alone:
        steps = [_step(script, database.engine, prefix) for script in _waiting(scripts, at)]
    return Plan(plugin.name, before, after, at or "", tuple(steps))


def refuse_unsound(plugin: LoadedPlugin) -> None:
    """One in quarantine can do nothing but stay there; its reason is what people read.

    Raises:
        Rejected: it is in quarantine.
    """
    if plugin.quarantine is not None:
        raise Rejected(
            "plugins.quarantined",
            "“%(name)s” is in quarantine: %(why)s",
            name=plugin.name,
            why=str(plugin.quarantine),
            causes=(plugin.quarantine,),
        )


def old_code(plugin: LoadedPlugin) -> Rejected | None:
    """Why this process must not touch a plugin's tables: its files changed since they were read.

    ``None`` when they did not, or cannot be read now: that is said where they are.
    """
    folder = plugin.manifest.folder
    try:
        version, found = read_manifest(folder).version, heads(folder / FOLDER)
    except (PluginError, OSError, SyntaxError, ValueError):
        return None
    if version == plugin.manifest.version and found == [each for each in [head_of(folder)] if each]:
        return None
    return Rejected(
        "plugins.old_code",
        "The files of “%(name)s” changed (version %(files)s) after this process read version "
        "%(running)s. Start the shop again to use them.",
        name=plugin.name,
        files=version,
        running=plugin.manifest.version,
    )


def _waiting(scripts: Iterable["Script"], at: str | None) -> list["Script"]:
    """Those after ``at``, oldest first; the scripts come newest first."""
    newer = []
    for script in scripts:
        if script.revision == at:
            break
        newer.append(script)
    return newer[::-1]


def _step(script: "Script", engine: sa.Engine, prefix: str) -> Step:
    sql = _sql(script.module, engine)
    tables = _TABLE_IN_SQL.findall(sql) if sql else _named(Path(script.path), prefix)
    says = inspect.cleandoc(script.module.__doc__ or "").strip() or script.doc
    return Step(script.revision, says, tuple(dict.fromkeys(tables)), sql)


def _sql(module: Any, engine: sa.Engine) -> str:
    """What a migration would send, written down instead of sent."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    buffer = io.StringIO()
    context = MigrationContext.configure(
        dialect=engine.dialect, opts={"as_sql": True, "output_buffer": buffer}
    )
    try:
        with Operations.context(context):
            module.upgrade()
    except BaseException as error:  # it looks at the database, a plan does not
        if is_of_the_keyboard(error):
            raise
        return ""
    return buffer.getvalue().strip()


def _named(path: Path, prefix: str) -> list[str]:
    """Tables of the plugin that a migration names in its text."""
    texts = [
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return [name for text in texts for name in re.findall(rf"\b{prefix}\w+", text)]
