"""The trunk's store pages as their views render them: template, addresses, names."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from tools.reference.source import modules_below, tree

_VIEWS = "core.web.store"
_RENDERER = "render_store_page"
_NOT_NAMES = {"kept_by", "kept_for", "later", "plugin"}


@dataclass(frozen=True)
class Page:
    """A template, where it answers, and the names that views give it."""

    template: str
    addresses: tuple[str, ...]
    names: tuple[str, ...]


def pages() -> list[Page]:
    """Every page that a view of the trunk renders, by template."""
    addresses: dict[str, set[str]] = {}
    names: dict[str, set[str]] = {}
    for module in modules_below(_VIEWS):
        functions = {
            node.name: node for node in ast.walk(tree(module)) if isinstance(node, ast.FunctionDef)
        }
        for function in functions.values():
            for template, given in _renderings(function):
                names.setdefault(template, set()).update(given)
                addresses.setdefault(template, set()).update(_reached(function, functions))
    return [
        Page(template, tuple(sorted(addresses[template])), tuple(sorted(names[template])))
        for template in sorted(names)
    ]


def _renderings(function: ast.FunctionDef) -> Iterator[tuple[str, set[str]]]:
    for node in ast.walk(function):
        is_call = isinstance(node, ast.Call) and ast.unparse(node.func) == _RENDERER
        if isinstance(node, ast.Call) and is_call and isinstance(node.args[0], ast.Constant):
            given = {each.arg for each in node.keywords if each.arg} - _NOT_NAMES
            later = [each.value for each in node.keywords if each.arg == "later"]
            yield str(node.args[0].value), given | set(_keys(later))


def _keys(later: list[ast.expr]) -> Iterator[str]:
    for value in later:
        if isinstance(value, ast.Lambda) and isinstance(value.body, ast.Dict):
            yield from (str(key.value) for key in value.body.keys if isinstance(key, ast.Constant))


def _reached(function: ast.FunctionDef, functions: dict[str, ast.FunctionDef]) -> set[str]:
    """Addresses whose views come to a function, within its module."""
    wanted = {function.name}
    while True:
        callers = {name for name, node in functions.items() if _called(node) & wanted}
        if callers <= wanted:
            return {path for name in wanted for path in _addresses(functions[name])}
        wanted |= callers


def _called(function: ast.FunctionDef) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}


def _addresses(function: ast.FunctionDef) -> Iterator[str]:
    for mark in function.decorator_list:
        is_route = isinstance(mark, ast.Call) and ast.unparse(mark.func).startswith("bp.")
        if isinstance(mark, ast.Call) and is_route and isinstance(mark.args[0], ast.Constant):
            yield str(mark.args[0].value)
