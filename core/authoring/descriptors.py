"""Contributions as they stand in the code: which descriptor, with which arguments."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from core.api import contributions
from core.authoring.source import Module, PluginSource
from core.kernel.values import dataclass

_DOOR = "core.api.contributions."


@dataclass(frozen=True)
class Made:
    """A descriptor made somewhere in the code.

    Args:
        kind: its class, such as ``Block``.
        arguments: expressions by argument; an argument that the code leaves to its default is not
            among them.
        is_whole: ``False`` when ``*`` or ``**`` hides arguments.
    """

    kind: str
    module: Module
    line: int
    arguments: Mapping[str, ast.expr]
    is_whole: bool
    fault: str = ""


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, type]:
    """Every descriptor by the name of its class."""
    return {
        name: value
        for name in contributions.__all__
        if inspect.isclass(value := getattr(contributions, name))
    }


@cache
def parameters(kind: str) -> Mapping[str, inspect.Parameter]:
    """What a descriptor is made with."""
    return inspect.signature(kinds()[kind]).parameters


def made(source: PluginSource) -> Iterator[Made]:
    """Every descriptor that the plugin's code makes, in the order of its files."""
    for module in source.modules:
        for node in ast.walk(module.tree) if module.tree else ():
            if isinstance(node, ast.Call):
                kind = _kind(module.meant(node.func))
                if kind:
                    yield _made(kind, module, node)


def _kind(meant: str) -> str:
    name = meant.removeprefix(_DOOR) if meant.startswith(_DOOR) else ""
    name = name.rpartition(".")[2]
    return name if name in kinds() else ""


def _made(kind: str, module: Module, call: ast.Call) -> Made:
    names = list(parameters(kind))
    arguments: dict[str, ast.expr] = {}
    is_whole, fault = True, ""
    for index, value in enumerate(call.args):
        if isinstance(value, ast.Starred):
            is_whole = False
            break
        if index >= len(names):
            fault = f"{kind} takes {len(names)} arguments at most."
            break
        arguments[names[index]] = value
    for word in call.keywords:
        if word.arg is None:
            is_whole = False
        elif word.arg not in names:
            fault = f"{kind} has no argument “{word.arg}”."
        else:
            arguments[word.arg] = word.value
    return Made(kind, module, call.lineno, arguments, is_whole, fault)
