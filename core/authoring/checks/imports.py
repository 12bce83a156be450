"""Imports: the trunk by its door, others by theirs, rules without frameworks."""

import ast
from collections.abc import Iterator
from importlib.util import find_spec, resolve_name

from core.authoring.findings import Finding
from core.authoring.source import Module, PluginSource

HEAVY = frozenset(
    {"flask", "flask_sqlalchemy", "flask_babel", "werkzeug", "sqlalchemy", "alembic", "pluggy"}
    | {"redis", "rq", "wtforms", "httpx"}
)
"""What ``rules.py`` does without."""
PURE_DOORS = frozenset(
    {"charts", "clock", "errors", "events", "money", "pages", "payments", "pricing", "regions"}
    | {"states", "text", "values"}
)
"""Modules of ``core.api`` that bring no framework along."""
_CALLS = frozenset({"importlib.import_module", "importlib.__import__", "__import__"})
Import = tuple[str, int]


def check(source: PluginSource) -> Iterator[Finding]:
    """Every import of every file."""
    for module in source.modules:
        for name, line in imported(source, module):
            yield from _door(source, module, name, line)
            if _is_rules(module):
                yield from _pure(source, module, name, line)
    for module in source.migrations:
        for name, line in imported(source, module):
            yield from _door(source, module, name, line)
            if name == source.package or name.startswith(f"{source.package}."):
                yield Finding("P205", module.path, line, f"It imports {name}.")


def imported(source: PluginSource, module: Module) -> Iterator[Import]:
    """Dotted names of what a module imports, with their lines.

    Calls of ``import_module`` and ``__import__`` are imports, too, as far as the name can be told
    without running them.
    """
    for node in ast.walk(module.tree) if module.tree else ():
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            origin = module.origin(node)
            for alias in node.names:
                yield f"{origin}.{alias.name}", node.lineno
        elif isinstance(node, ast.Call) and module.meant(node.func) in _CALLS:
            name = _called(source, module, node)
            if name:
                yield name, node.lineno


def _called(source: PluginSource, module: Module, call: ast.Call) -> str:
    """What a call imports; empty when that is only known when it runs."""
    words = {word.arg: word.value for word in call.keywords}
    name = source.text(module, call.args[0] if call.args else words.get("name")) or ""
    if not name.startswith("."):
        return name
    package = source.text(module, call.args[1] if len(call.args) > 1 else words.get("package"))
    try:
        return resolve_name(name, package or source.package)
    except ImportError:
        return ""


def _is_rules(module: Module) -> bool:
    return "rules" in module.name.split(".")


def _door(source: PluginSource, module: Module, name: str, line: int) -> Iterator[Finding]:
    top, _, rest = name.partition(".")
    if top == "core" and rest.partition(".")[0] != "api":
        yield Finding("P201", module.path, line, f"It imports {name}.", _nearest_door(name))
    elif name.startswith("core.api.testing"):
        yield Finding("P204", module.path, line, f"It imports {name}.")
    elif top == "plugins" and not _is_own(source, name):
        other, _, part = rest.partition(".")
        required = source.manifest.required_names if source.manifest else ()
        if other not in required:
            sentence = f"It imports the plugin “{other}”, which plugin.toml does not require."
            yield Finding("P202", module.path, line, sentence)
        elif part.partition(".")[0] != "api":
            sentence = f"It imports {name}, past the api.py of “{other}”."
            yield Finding("P202", module.path, line, sentence)


def _pure(source: PluginSource, module: Module, name: str, line: int) -> Iterator[Finding]:
    if name.partition(".")[0] in HEAVY:
        yield Finding("P203", module.path, line, f"It imports {name}.")
    elif name.startswith("core.api.") and name.split(".")[2] not in PURE_DOORS:
        yield Finding("P203", module.path, line, f"{name} brings a framework along.")
    elif _is_own(source, name):
        part = name[len(source.package) + 1 :].partition(".")[0]
        if part not in {"rules", "types", "events"} and source.module(f"{source.package}.{part}"):
            sentence = f"It imports {name}, which is not plain Python."
            yield Finding("P203", module.path, line, sentence)


def _is_own(source: PluginSource, name: str) -> bool:
    return name == source.package or name.startswith(f"{source.package}.")


def _nearest_door(name: str) -> str:
    room = name.split(".")[1] if "." in name else ""
    if room and find_spec(f"core.api.{room}") is not None:
        return f"core.api.{room} is the door to it; ask for what is missing there."
    return ""
