"""What a name looks like to whoever uses it: how it is called, what it holds, what it can do."""

import ast
from collections.abc import Iterator

from tools.reference.markdown import code, read, spaced, table
from tools.reference.source import Found, bases, fields, signature

_WRAPPED = "contextmanager"


def told(found: Found) -> list[str]:
    """A function's head with its arguments; a class's fields and methods. Nothing for a value."""
    if isinstance(found.node, ast.FunctionDef):
        return _function(found, found.node)
    if isinstance(found.node, ast.ClassDef):
        return _class(found)
    return []


def _function(found: Found, node: ast.FunctionDef) -> list[str]:
    if found.kind == "fixture":
        return []
    said = [f"{code(name)}: {text}" for name, text in found.doc.arguments.items()]
    return [*_block([_head(node)]), *_list(said), *_after(found)]


def _class(found: Found) -> list[str]:
    said = {name: text for base in bases(found) for name, text in base.doc.arguments.items()}
    said |= found.doc.arguments
    rows = [
        [
            code(each.name),
            code(each.annotation),
            code(each.default),
            said.get(each.name, "") or read(each.docstring).summary,
        ]
        for each in fields(found)
        if not each.name.startswith("_")
    ]
    lines = table(["Field", "Type", "Default", "What it is"], rows)
    return [*lines, *table(["Method", "What it does"], _methods(found))]


def _methods(found: Found) -> Iterator[list[str]]:
    """Public methods and properties, those of bases in the house first; each once."""
    known = {
        node.name: node
        for each in (*bases(found), found)
        for node in (each.node.body if isinstance(each.node, ast.ClassDef) else ())
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }
    for node in known.values():
        doc = read(ast.get_docstring(node))
        yield [code(_in_a_row(node)), doc.summary]


def _in_a_row(node: ast.FunctionDef) -> str:
    """A method's head in one line; of a property, its name and type."""
    marks = {ast.unparse(each) for each in node.decorator_list}
    if marks & {"property", "cached_property"}:
        return f"{node.name}: {ast.unparse(node.returns)}" if node.returns else node.name
    drops = "cls" if "classmethod" in marks else "self"
    head = _head(node, drops=drops).removeprefix("def ")
    return " ".join(head.split()).replace("( ", "(").replace(", )", ")")


def _head(node: ast.FunctionDef, *, drops: str = "self") -> str:
    """A head; of what is used by ``with``, the way it is used stands before it."""
    marks = {ast.unparse(each).rpartition(".")[2] for each in node.decorator_list}
    head = signature(node, drops=drops)
    return f"@contextmanager\n{head}" if _WRAPPED in marks else head


def _after(found: Found) -> list[str]:
    """What it returns and raises."""
    lines: list[str] = []
    for heading in ("Returns", "Yields", "Raises"):
        entries = found.doc.sections.get(heading, ())
        said = [f"{code(name)}: {text}" if name else text for name, text in entries]
        if said:
            lines += spaced([f"{heading}: {'; '.join(each.rstrip('.') for each in said)}."])
    return lines


def _block(heads: list[str]) -> list[str]:
    return ["```python", *heads, "```", ""]


def _list(entries: list[str]) -> list[str]:
    return [*(f"- {each}" for each in entries), ""] if entries else []
