"""All that ``core.api`` exports, each with its sentence.

``api.md`` is the index of the door and tells of its small modules; each large one has a page of its
own, and ``testing.md`` tells what tests use.
"""

import ast

from core.host.contracts import KINDS
from tools.reference import shapes
from tools.reference.markdown import code, finish, head, spaced, table
from tools.reference.source import Found, find, modules_below, public_names, tree

_PACKAGE = "core.api"
_TESTING = "core.api.testing"
LARGE = {
    f"{_PACKAGE}.{name}": f"{name}.md"
    for name in ("catalog", "ledger", "members", "orders", "payouts", "sharing", "web")
}
"""Modules that have a page of their own, and the name of its file."""
_FACTS = frozenset({"core.api.events"})
"""Modules whose names have a page of their own."""
OUTSIDE = {
    "dataclass": "The standard decorator for values of a plugin's own that cost a start next "
    "to nothing; `frozen` is held by the type checker.",
    "gettext": "A text in the request's language, said now.",
    "lazy_gettext": "A text that is translated when it is shown: for labels of forms.",
    "ngettext": "A text with a count: one form or the other, said now.",
}
"""What is said of names that come from packages outside the house."""


def page() -> str:
    """The index of the door, and after it the modules without a page of their own."""
    lines = head(
        "What core.api exports",
        "The door: a plugin imports `core.api.*`, itself, and nothing else of the trunk. What is "
        "not named here may change without notice. Descriptors are told at length under "
        "[hooks](hooks.md), facts under [events](events.md), regions under [regions](regions.md), "
        "what tests use under [testing](testing.md).",
    )
    door = [module for module in modules() if not _is_testing(module)]
    lines += table(["Module", "What it is"], ([_way_to(each), _doc(each)[0]] for each in door))
    return _told(lines, [module for module in door if module not in LARGE])


def module_page(module: str) -> str:
    """The page of one of ``LARGE``."""
    lines = head(
        f"What {module} exports",
        *_doc(module),
        "Everything else that a plugin may import is under [api](api.md).",
    )
    return finish([*lines, *_names(module, "##")])


def testing_page() -> str:
    """The page of what tests use."""
    lines = head(
        "What core.api.testing exports",
        "Fixtures, factories, fakes and the contract that any plugin can be held to. Everything "
        "else that a plugin may import is under [api](api.md).",
    )
    return _told(lines, [module for module in modules() if _is_testing(module)])


def _is_testing(module: str) -> bool:
    return module == _TESTING or module.startswith(f"{_TESTING}.")


def _way_to(module: str) -> str:
    """A module with the way to where it is told."""
    return f"[{code(module)}]({LARGE.get(module) or '#' + module.replace('.', '')})"


def _told(lines: list[str], told: list[str]) -> str:
    """A page that goes on with some modules."""
    for module in told:
        lines += [f"## `{module}`", "", *spaced(_doc(module)), *_names(module, "###")]
    return finish(lines)


def _names(module: str, heading: str) -> list[str]:
    """What a module exports: all of it in a table, then each name that has a shape."""
    lines = table(
        ["Name", "Kind", "What it is"],
        (
            [_linked(module, name, found), found.kind, summary(found)]
            for name, found in exported(module)
        ),
    )
    for name, found in exported(module):
        shape = _shape(module, found)
        lines += [f"{heading} `{name}`", "", *spaced([summary(found)]), *shape] if shape else []
    return lines


def exported(module: str) -> list[tuple[str, Found]]:
    """What a module of the door exports, with where each comes from."""
    return [(name, find(module, name)) for name in public_names(module)]


def summary(found: Found) -> str:
    """The one line of a name; of a value without one, what it is worth."""
    if found.node is None:
        return OUTSIDE.get(found.name, "")
    return found.doc.summary


def _shape(module: str, found: Found) -> list[str]:
    """How it is called and what it holds, unless another page tells."""
    return [] if module in _FACTS or found.name in told_with_hooks() else shapes.told(found)


def _linked(module: str, name: str, found: Found) -> str:
    """Its name; of what is told on another page, with the way there."""
    if module != "core.api.contributions" or found.name not in told_with_hooks():
        return code(name)
    return f"[{code(name)}](hooks.md#{name.lower()})"


def told_with_hooks() -> frozenset[str]:
    """Names of the descriptors that ``hooks.md`` tells of at length."""
    return frozenset({kind.__name__ for _, kind in KINDS.values()} | {"SettingsSchema"})


def without_a_sentence() -> list[str]:
    """Exported names of which nothing is said."""
    return [
        f"{module}.{name}"
        for module in modules()
        for name, found in exported(module)
        if not summary(found)
    ]


def modules() -> list[str]:
    """Modules with something in them; the parts of ``contributions`` are exported by it."""
    found = modules_below(_PACKAGE)
    hidden = tuple(f"{_PACKAGE}.{part}." for part in ("contributions",))
    return [
        module
        for module in found
        if not module.startswith(hidden) and (public_names(module) or module == _TESTING)
    ]


def _doc(module: str) -> tuple[str, ...]:
    return Found(module, module, None, ast.get_docstring(tree(module))).doc.paragraphs
