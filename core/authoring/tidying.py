"""Python that was filled in from a template, put in order as ruff would leave it."""

import ast
import re
import sys
from collections.abc import Iterator

_WIDTH = 100
_HOUSE = re.compile(r"(core|plugins|banyan_\w+)\b")


def tidied(text: str) -> str:
    """The same module with only the imports it uses, sorted, and blank lines as they should be.

    So a template may name every import that any of its parts can need, in any order. All of them
    stand at its top; comments among them are lost.

    Raises:
        SyntaxError: the template is wrong.
    """
    tree = ast.parse(text)
    imports = [each for each in tree.body if isinstance(each, ast.Import | ast.ImportFrom)]
    if imports:
        lines = text.split("\n")
        head = "\n".join(lines[: imports[0].lineno - 1]).strip("\n")
        rest = "\n".join(lines[imports[-1].end_lineno or 0 :]).strip("\n")
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        text = "\n\n".join(filter(None, [head, *_sections(imports, used), rest]))
    text = re.sub(r"\n{2,}(?=(?:@[\w.]+\n)?(?:def|class) )", "\n\n\n", text)
    return re.sub(r"\n{4,}", "\n\n\n", text).strip("\n") + "\n"


def _sections(imports: list[ast.Import | ast.ImportFrom], used: set[str]) -> Iterator[str]:
    """Of Python, of others, of the house; each sorted, as isort has them."""
    found: list[tuple[int, bool, str, str]] = []
    for node in imports:
        module = node.module or "" if isinstance(node, ast.ImportFrom) else node.names[0].name
        names = sorted(
            (each for each in node.names if (each.asname or each.name) in used),
            key=lambda each: (_rank(each.name), each.name),
        )
        if names:
            top = module.partition(".")[0]
            section = 2 if _HOUSE.match(module) else int(top not in sys.stdlib_module_names)
            is_from = isinstance(node, ast.ImportFrom)
            found.append((section, is_from, module, _line(module if is_from else "", names)))
    for section in range(3):
        lines = [line for number, _, _, line in sorted(found) if number == section]
        if lines:
            yield "\n".join(lines)


def _rank(name: str) -> int:
    """Constants before classes before functions."""
    return 0 if name.isupper() else 1 if name[0].isupper() else 2


def _line(module: str, names: list[ast.alias]) -> str:
    words = [f"{each.name} as {each.asname}" if each.asname else each.name for each in names]
    if not module:
        return f"import {', '.join(words)}"
    line = f"from {module} import {', '.join(words)}"
    if len(line) <= _WIDTH:
        return line
    return "\n".join([f"from {module} import (", *(f"    {word}," for word in words), ")"])
