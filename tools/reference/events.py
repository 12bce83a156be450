"""``events.md``: every fact, its fields, and the thing whose facts come in order."""

import ast
import re

from tools.reference.markdown import code, finish, head, spaced, table
from tools.reference.source import Found, fields, find, public_names

_MODULE = "core.api.events"
_ROOT = "Event"


def page() -> str:
    """The page."""
    lines = head(
        "Events",
        "Facts that the trunk tells after they are committed: frozen dataclasses of "
        "`core.api.events`, each handed to the hook of its name in snake case "
        "([hooks](hooks.md#facts)). Amounts are whole fen, times aware UTC. Facts with the same "
        "value in their *ordered by* field reach a plugin in the order in which they happened; "
        "others may overtake each other.",
    )
    lines += table(
        ["Hook", "Event", "Told when", "Ordered by"],
        (
            [_link(each), code(each.name), each.doc.summary, code(aggregate(each))]
            for each in facts()
        ),
    )
    for each in facts():
        lines += [f"## `{hook_of(each)}`", "", *_body(each)]
    lines += ["## Parts of facts", "", "What the fields of the facts above hold.", ""]
    for each in parts():
        lines += [f"### `{each.name}`", "", *_body(each)]
    return finish(lines)


def facts() -> list[Found]:
    """Every event class, in the order of the hooks."""
    order = list(_hook_names())
    found = [each for each in _classes() if _is_fact(each)]
    return sorted(found, key=lambda each: (_place(hook_of(each), order), each.name))


def parts() -> list[Found]:
    """Dataclasses that facts hold."""
    return [each for each in _classes() if not _is_fact(each) and each.name != _ROOT]


def hook_of(fact: Found) -> str:
    """The hook of an event: its name in snake case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", fact.name).lower()


def aggregate(fact: Found) -> str:
    """Name of the field that orders deliveries."""
    for node in fact.node.body if isinstance(fact.node, ast.ClassDef) else ():
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "aggregate":
            return str(ast.literal_eval(node.value))
    return ""


def _body(each: Found) -> list[str]:
    said = each.doc.arguments
    rows = (
        [code(f.name), code(f.annotation), code(f.default), said.get(f.name, _unit(f.name))]
        for f in fields(each)
    )
    more = [f"`core.api.events.{each.name}`, ordered by `{aggregate(each)}`."]
    paragraphs = [*each.doc.paragraphs, *(more if _is_fact(each) else [])]
    return [*spaced(paragraphs), *table(["Field", "Type", "Default", "What it is"], rows)]


def _unit(name: str) -> str:
    if name.endswith("_fen"):
        return "fen"
    return "aware UTC" if name == "at" or name.endswith(("_at", "_until")) else ""


def _link(each: Found) -> str:
    return f"[`{hook_of(each)}`](#{hook_of(each)})"


def _classes() -> list[Found]:
    return [find(_MODULE, name) for name in public_names(_MODULE)]


def _is_fact(each: Found) -> bool:
    bases = each.node.bases if isinstance(each.node, ast.ClassDef) else []
    return _ROOT in {ast.unparse(base) for base in bases}


def _hook_names() -> list[str]:
    node = find("core.api.hooks", "FactHooks").node
    body = node.body if isinstance(node, ast.ClassDef) else []
    return [each.name for each in body if isinstance(each, ast.FunctionDef)]


def _place(name: str, order: list[str]) -> int:
    return order.index(name) if name in order else len(order)
