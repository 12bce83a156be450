"""``api.md``: everything that ``core.api`` exports, each with its sentence."""

import ast

from tools.reference.markdown import code, finish, head, spaced, table
from tools.reference.source import Found, fields, find, modules_below, public_names, tree

_PACKAGE = "core.api"
_TESTING = "core.api.testing"
_TOLD_ELSEWHERE = frozenset({"core.api.contributions", "core.api.events", "core.api.forms"})
OUTSIDE = {
    "dataclass": "The standard decorator for values of a plugin's own that cost a start next "
    "to nothing; `frozen` is held by the type checker.",
    "gettext": "A text in the request's language, said now.",
    "lazy_gettext": "A text that is translated when it is shown: for labels of forms.",
    "ngettext": "A text with a count: one form or the other, said now.",
}
"""What is said of names that come from packages outside the house."""


def page() -> str:
    """The page."""
    lines = head(
        "What core.api exports",
        "The door: a plugin imports `core.api.*`, itself, and nothing else of the trunk. What is "
        "not named here may change without notice. Descriptors are told at length under "
        "[hooks](hooks.md), facts under [events](events.md), regions under [regions](regions.md).",
    )
    for module in modules():
        lines += [f"## `{module}`", "", *spaced(_doc(module))]
        lines += table(
            ["Name", "Kind", "What it is"],
            ([code(name), found.kind, _told(module, found)] for name, found in exported(module)),
        )
    return finish(lines)


def exported(module: str) -> list[tuple[str, Found]]:
    """What a module of the door exports, with where each comes from."""
    return [(name, find(module, name)) for name in public_names(module)]


def summary(found: Found) -> str:
    """The one line of a name; of a value without one, what it is worth."""
    if found.node is None:
        return OUTSIDE.get(found.name, "")
    return found.doc.summary


def _told(module: str, found: Found) -> str:
    """Its line, with the fields of what has some unless another page tells of them."""
    names = [] if module in _TOLD_ELSEWHERE else [field.name for field in fields(found)]
    held = f" Holds {', '.join(map(code, names))}." if names else ""
    return f"{summary(found)}{held}"


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
