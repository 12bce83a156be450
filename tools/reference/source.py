"""The code as text: what a module defines or hands on, and what its docstrings say.

Nothing is imported to look it up, so what stands on a page does not depend on what is installed.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tools.reference import markdown

ROOT = Path(__file__).parents[2]

Definition = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


@dataclass(frozen=True)
class Found:
    """A name and where it is defined.

    Args:
        name: as it is known there.
        module: dotted name of the module that defines it.
        node: the definition; ``None`` when it comes from a package outside the house.
        docstring: what is said of it, if anything.
    """

    name: str
    module: str
    node: Definition | None
    docstring: str | None

    @property
    def doc(self) -> markdown.Doc:
        """Its docstring taken apart."""
        return markdown.read(self.docstring)

    @property
    def kind(self) -> str:
        """What it is, in a word."""
        if isinstance(self.node, ast.ClassDef):
            return "class"
        if isinstance(self.node, ast.FunctionDef):
            marks = {ast.unparse(each) for each in self.node.decorator_list}
            is_fixture = any(mark.startswith("pytest.fixture") for mark in marks)
            return "fixture" if is_fixture else "function"
        return "value" if self.node is not None else "function"


@dataclass(frozen=True)
class Field:
    """A field of a dataclass: name, annotation and default as they are written."""

    name: str
    annotation: str
    default: str
    docstring: str | None


def path_of(module: str) -> Path | None:
    """The file of a module of the house."""
    place = ROOT.joinpath(*module.split("."))
    for path in (place.with_suffix(".py"), place / "__init__.py"):
        if path.is_file():
            return path
    return None


@cache
def tree(module: str) -> ast.Module:
    """The syntax of a module."""
    path = path_of(module)
    if path is None:
        raise LookupError(f"no module {module}")
    return ast.parse(path.read_text(encoding="utf-8"))


def modules_below(package: str) -> list[str]:
    """A package and every public module in it, by name."""
    folder = ROOT.joinpath(*package.split("."))
    found = []
    for path in folder.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        if not any(part.startswith("_") for part in parts):
            found.append(".".join(parts))
    return sorted(found)


def public_names(module: str) -> list[str]:
    """What ``__all__`` names; without one, what the module itself defines and explains."""
    for node in tree(module).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return sorted(ast.literal_eval(node.value), key=str.lower)
    return [
        name
        for name, (node, docstring) in _defined(module).items()
        if not name.startswith("_") and (docstring or not isinstance(node, ast.Assign))
    ]


def find(module: str, name: str) -> Found:
    """Where a name that a module defines or hands on comes from.

    Raises:
        LookupError: the module does not have it.
    """
    known = _defined(module).get(name)
    if known is not None:
        return Found(name, module, *known)
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    if path_of(node.module) is None:
                        return Found(alias.name, node.module, None, None)
                    return find(node.module, alias.name)
    raise LookupError(f"{module} has no {name}")


def fields(found: Found) -> Iterator[Field]:
    """The annotated fields of a class, those of its bases in the house first."""
    node = found.node
    if not isinstance(node, ast.ClassDef):
        return
    yield from (each for base in bases(found) for each in fields(base))
    for at, each in enumerate(node.body):
        if isinstance(each, ast.AnnAssign) and "ClassVar" not in ast.unparse(each.annotation):
            name, annotation = ast.unparse(each.target), ast.unparse(each.annotation)
            default = ast.unparse(each.value) if each.value else ""
            yield Field(name, annotation, default, _after(node.body, at))


def bases(found: Found) -> list[Found]:
    """The bases of a class that are defined in the house."""
    node, listed = found.node, []
    for base in node.bases if isinstance(node, ast.ClassDef) else ():
        try:
            listed.append(find(found.module, ast.unparse(base)))
        except LookupError:
            continue
    return [base for base in listed if base.node is not None]


def signature(node: ast.FunctionDef, *, drops: str = "self") -> str:
    """A function's head, without ``self``, in one line or an argument a line."""
    arguments = [
        each for each in _arguments(node.args) if each != drops and not each.startswith(f"{drops}:")
    ]
    returned = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    whole = f"def {node.name}({', '.join(arguments)}){returned}"
    if len(whole) <= 100:
        return whole
    inner = "".join(f"    {each},\n" for each in arguments)
    return f"def {node.name}(\n{inner}){returned}"


def _arguments(given: ast.arguments) -> list[str]:
    plain = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(plain) - len(given.defaults)) + list(given.defaults)
    found = [_argument(each, value) for each, value in zip(plain, defaults, strict=True)]
    if given.vararg:
        found.append(f"*{_argument(given.vararg, None)}")
    elif given.kwonlyargs:
        found.append("*")
    found += [
        _argument(each, value)
        for each, value in zip(given.kwonlyargs, given.kw_defaults, strict=True)
    ]
    if given.kwarg:
        found.append(f"**{_argument(given.kwarg, None)}")
    return found


def _argument(each: ast.arg, default: ast.expr | None) -> str:
    text = each.arg + (f": {ast.unparse(each.annotation)}" if each.annotation else "")
    if default is None:
        return text
    return f"{text}{' = ' if each.annotation else '='}{ast.unparse(default)}"


@cache
def _defined(module: str) -> dict[str, tuple[Definition, str | None]]:
    body, found = tree(module).body, dict[str, tuple[Definition, str | None]]()
    for at, node in enumerate(body):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node, ast.get_docstring(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name):
                found[target.id] = node, _after(body, at)
    return found


def _after(body: list[ast.stmt], at: int) -> str | None:
    """The text that stands right behind a value, as its docstring."""
    following = body[at + 1] if at + 1 < len(body) else None
    if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
        return following.value.value if isinstance(following.value.value, str) else None
    return None


def values_of(found: Found) -> dict[str, str | None]:
    """The plain values of a class by name, each with the text behind it."""
    body = found.node.body if isinstance(found.node, ast.ClassDef) else []
    return {
        ast.unparse(node.targets[0]): _after(body, at)
        for at, node in enumerate(body)
        if isinstance(node, ast.Assign)
    }
