"""Tables and migrations: the plugin's prefix, one line of versions, up and down."""

import ast
import tempfile
from collections.abc import Iterator
from pathlib import Path

from alembic.script import ScriptDirectory

from core.authoring.findings import Finding
from core.authoring.source import Module, PluginSource
from core.db import migrate
from core.db.engine import Database
from core.host import migrations
from core.host.manifest import Manifest

_BY_FIRST = frozenset(
    {"create_table", "drop_table", "add_column", "drop_column", "alter_column", "rename_table"}
    | {"batch_alter_table", "bulk_insert"}
)
_BY_SECOND = frozenset(
    {"create_index", "drop_index", "create_unique_constraint", "create_foreign_key"}
    | {"create_check_constraint", "drop_constraint", "create_primary_key"}
)


def check(source: PluginSource) -> Iterator[Finding]:
    """Models and migrations as they stand; nothing is run."""
    prefix, models = f"plugin_{source.name}_", 0
    for module in source.modules:
        for name, line in _models(source, module):
            models += 1
            if not name.startswith(prefix):
                yield _foreign("P401", module, line, name, prefix)
    for module in source.migrations:
        yield from _migration(module, prefix)
    if models and not source.migrations:
        sentence = f"It has {models} tables, and nothing that makes them."
        yield Finding("P403", source.folder / "migrations", 0, sentence)
    yield from _line(source)


def _models(source: PluginSource, module: Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(module.tree) if module.tree else ():
        value: ast.expr | None = None
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(t, ast.Name) and t.id == "__tablename__" for t in targets):
                value = node.value
        elif isinstance(node, ast.Call) and module.meant(node.func) == "sqlalchemy.Table":
            value = node.args[0] if node.args else None
        name = source.text(module, value)
        if name is not None:
            yield name, node.lineno  # type: ignore[attr-defined]


def _migration(module: Module, prefix: str) -> Iterator[Finding]:
    if module.tree is None:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            name = _touched(module, node)
            if name is not None and not name.startswith(prefix):
                called = module.meant(node.func).rpartition(".")[2]
                code = "P401" if called == "create_table" else "P402"
                yield _foreign(code, module, node.lineno, name, prefix)
    down = [n for n in module.tree.body if getattr(n, "name", "") == "downgrade"]
    if not down or all(_is_empty(node) for node in down):
        line = down[0].lineno if down else 0
        yield Finding("P404", module.path, line, "Its downgrade() does nothing.")


def _touched(module: Module, call: ast.Call) -> str | None:
    origin, _, called = module.meant(call.func).rpartition(".")
    if origin != "alembic.op":
        return None
    index = 0 if called in _BY_FIRST else 1 if called in _BY_SECOND else None
    if index is None or index >= len(call.args):
        return None
    name = call.args[index]
    return name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else None


def _is_empty(node: ast.stmt) -> bool:
    """Whether a function's body says nothing but ``pass`` and its docstring."""
    return isinstance(node, ast.FunctionDef) and all(
        isinstance(each, ast.Pass)
        or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        for each in node.body
    )


def _line(source: PluginSource) -> Iterator[Finding]:
    """Revisions follow one another, from one root to one head."""
    follows: dict[str, str | None] = {}
    for module in source.migrations:
        stated = {
            name: node.value
            for name, node in module.constants.items()
            if name in {"revision", "down_revision"} and isinstance(node, ast.Constant)
        }
        revision = stated.get("revision")
        if not isinstance(revision, str):
            yield Finding("P405", module.path, 0, "It does not say its revision.")
        elif revision in follows:
            yield Finding("P405", module.path, 0, f"The revision “{revision}” is there twice.")
        else:
            before = stated.get("down_revision")
            follows[revision] = before if isinstance(before, str) else None
    folder = source.folder / "migrations"
    if lost := sorted({str(b) for b in follows.values() if b is not None} - set(follows)):
        yield Finding("P405", folder, 0, f"A migration follows “{lost[0]}”, which is not there.")
    heads = sorted(set(follows) - set(follows.values()))
    if len(heads) > 1:
        yield Finding("P405", folder, 0, f"They end in several places: {', '.join(heads)}.")


def run(source: PluginSource) -> Iterator[Finding]:
    """Take the migrations up, down and up again on a SQLite file of its own.

    Only the migrations are run; the plugin itself is not imported.
    """
    if source.manifest is None or not source.migrations:
        return
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'check.db'}")
        try:
            migrate.upgrade(database.engine)
            walk(database, source.manifest)
        except Exception as error:  # noqa: BLE001 - a migration may raise anything
            why = str(error).strip().splitlines()[0] if str(error).strip() else ""
            sentence = f"{type(error).__name__}: {why}"
            yield Finding("P406", source.folder / "migrations", 0, sentence)
        finally:
            database.dispose()


def walk(database: Database, manifest: Manifest) -> None:
    """Each version of a plugin's tables up, down and up again, then all of them down and up.

    Raises:
        PluginError: a table outside the plugin's prefix.
        Exception: whatever a migration raises.
    """
    track = migrations.track_of(manifest)
    if track is None:
        return
    engine, before = database.engine, "base"
    revisions = [item.revision for item in ScriptDirectory(str(track.versions)).walk_revisions()]
    migrations.remove(engine, manifest)
    for revision in reversed(revisions) if revisions else ():
        migrate.upgrade(engine, track, revision)
        migrate.downgrade(engine, before, track)
        migrate.upgrade(engine, track, revision)
        before = revision
    migrations.remove(engine, manifest)
    migrations.upgrade(engine, manifest)


def _foreign(code: str, module: Module, line: int, name: str, prefix: str) -> Finding:
    sentence = f"The table “{name}” does not start with “{prefix}”."
    return Finding(code, module.path, line, sentence)
