"""Hooks: spelled right, with right arguments, added to and never wrapped."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from core.api import hooks
from core.authoring.findings import Finding
from core.authoring.source import Module, PluginSource

_HOOKIMPL = "core.api.hooks.hookimpl"
_WRAPPERS = frozenset({"wrapper", "hookwrapper"})
_NEARLY = 0.85  # a slip of a letter or two; hooks themselves differ by more than a word
Function = ast.FunctionDef | ast.AsyncFunctionDef


@lru_cache(maxsize=1)
def known() -> Mapping[str, tuple[str, ...]]:
    """Every hook of the house with the names of its arguments."""
    return {
        name: tuple(inspect.signature(function).parameters)[1:]
        for specs in (hooks.RegisterHooks, hooks.CheckHooks, hooks.FactHooks)
        for name, function in vars(specs).items()
        if not name.startswith("_") and callable(function)
    }


def implemented(source: PluginSource) -> Iterator[tuple[Module, Function, ast.expr]]:
    """Functions marked as implementations, with the mark."""
    for module in source.modules:
        for node in ast.walk(module.tree) if module.tree else ():
            if isinstance(node, Function):
                for mark in node.decorator_list:
                    called = mark.func if isinstance(mark, ast.Call) else mark
                    if module.meant(called) == _HOOKIMPL:
                        yield module, node, mark


def check(source: PluginSource) -> Iterator[Finding]:
    """Every function marked with ``@hookimpl``, and those of plugin.py that seem to lack it."""
    marked = set()
    for module, function, mark in implemented(source):
        marked.add(id(function))
        yield from _implementation(module, function, mark)
    entry = source.module(f"{source.package}.plugin")
    for node in entry.tree.body if entry and entry.tree else ():
        if isinstance(node, Function) and id(node) not in marked:
            yield from _unmarked(entry.path, node)  # type: ignore[union-attr]


def _unmarked(path: Path, function: Function) -> Iterator[Finding]:
    name, line = function.name, function.lineno
    is_near = not name.startswith("_") and get_close_matches(name, known(), 1, cutoff=_NEARLY)
    if name in known():
        sentence = f"“{name}” has no @hookimpl, so it is never called."
        yield Finding("P303", path, line, sentence)
    elif is_near:
        sentence = f"“{name}” is nearly a hook's name and is no hook, so it is never called."
        hint = f"{_nearest(name)} Mark it with @hookimpl, or call it something else."
        yield Finding("P303", path, line, sentence, hint)


def _implementation(module: Module, function: Function, mark: ast.expr) -> Iterator[Finding]:
    name, line = function.name, function.lineno
    if isinstance(mark, ast.Call):
        name = _renamed(mark) or name
        if any(word.arg in _WRAPPERS for word in mark.keywords):
            yield Finding("P304", module.path, line, f"“{name}” is a wrapper.")
    if name not in known():
        yield Finding("P301", module.path, line, f"There is no hook “{name}”.", _nearest(name))
        return
    if module.name.partition(".")[0] != "plugin":
        sentence = f"“{name}” stands outside plugin.py, where nobody looks for it."
        yield Finding("P303", module.path, line, sentence, "Move it into plugin.py.")
    yield from _arguments(module, function, name)


def _arguments(module: Module, function: Function, name: str) -> Iterator[Finding]:
    args = function.args
    if args.vararg or args.kwarg:
        sentence = f"“{name}” takes * or **; hooks are called with named arguments."
        yield Finding("P302", module.path, function.lineno, sentence, _signature(name))
    if isinstance(function, ast.AsyncFunctionDef):
        sentence = f"“{name}” is async; hooks are called and waited for."
        yield Finding("P302", module.path, function.lineno, sentence, "Take “async” away.")
    for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs):
        if arg.arg not in (*known()[name], "self"):
            near = get_close_matches(arg.arg, known()[name], 1)
            sentence = f"“{name}” has no argument “{arg.arg}”."
            hint = f"Did you mean “{near[0]}”? {_signature(name)}" if near else _signature(name)
            yield Finding("P302", module.path, arg.lineno, sentence, hint)


def _renamed(mark: ast.Call) -> str:
    for word in mark.keywords:
        if word.arg == "specname" and isinstance(word.value, ast.Constant):
            return str(word.value.value)
    return ""


def _nearest(name: str) -> str:
    near = get_close_matches(name, known(), 2, cutoff=0.6)
    return f"Did you mean {' or '.join(f'“{each}”' for each in near)}?" if near else ""


def _signature(name: str) -> str:
    return f"It is called as {name}({', '.join(known()[name])})."
