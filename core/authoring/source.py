"""A plugin as files: read, parsed and never imported."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cached_property
from pathlib import Path

from core.host.discovery import ENTRY_POINTS
from core.host.manifest import FILE_NAME, Manifest, read_manifest
from core.kernel.errors import NotFound, PluginError
from core.kernel.values import dataclass

TESTS = "tests"
_FROM_TESTS = frozenset({TESTS, "conftest"})


@dataclass(frozen=True)
class Module:
    """A Python file.

    Args:
        path: where it lies.
        name: its dotted name within the plugin's package, such as ``views.money``; empty for the
            package itself.
        tree: ``None`` when it cannot be parsed.
        fault: why it cannot, with the line.
        package: of the plugin, to tell its own imports.
    """

    path: Path
    name: str
    tree: ast.Module | None
    fault: tuple[str, int] | None
    package: str

    @property
    def part(self) -> str:
        """The first word of its name: which part of the anatomy it belongs to."""
        return self.name.partition(".")[0]

    @cached_property
    def imports(self) -> Mapping[str, str]:
        """What names of the module stand for: ``Block`` → ``core.api.contributions.Block``."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree) if self.tree else ():
            if isinstance(node, ast.Import):
                for alias in node.names:
                    known = alias.asname or alias.name.partition(".")[0]
                    found[known] = alias.name if alias.asname else known
            elif isinstance(node, ast.ImportFrom):
                origin = self.origin(node)
                for alias in node.names:
                    found[alias.asname or alias.name] = f"{origin}.{alias.name}"
        return found

    def origin(self, node: ast.ImportFrom) -> str:
        """The absolute module of a ``from … import``, relative ones resolved."""
        if not node.level:
            return node.module or ""
        parts = [*self.package.split("."), *(self.name.split(".") if self.name else [])]
        drop = node.level - (1 if self.path.name == "__init__.py" else 0)
        base = parts[: len(parts) - drop] if drop else parts
        return ".".join([*base, *([node.module] if node.module else [])])

    @cached_property
    def constants(self) -> Mapping[str, ast.expr]:
        """Values assigned to names at the top of the module."""
        found: dict[str, ast.expr] = {}
        for node in self.tree.body if self.tree else ():
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        found[target.id] = node.value
                    elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                        pairs = zip(target.elts, node.value.elts, strict=False)
                        found |= {a.id: b for a, b in pairs if isinstance(a, ast.Name)}
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found |= {node.target.id: node.value} if node.value else {}
        return found

    def meant(self, node: ast.expr) -> str:
        """What a name or a dotted name stands for, as a dotted path; empty for anything else."""
        if isinstance(node, ast.Name):
            return self.imports.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            base = self.meant(node.value)
            return f"{base}.{node.attr}" if base else ""
        return ""


@dataclass(frozen=True)
class PluginSource:
    """A plugin's files.

    Args:
        folder: holds ``plugin.toml``.
        root: the distribution's folder with ``pyproject.toml``; else the folder itself.
        package: its Python package.
        manifest: ``None`` when it cannot be used.
        fault: why it cannot.
    """

    folder: Path
    root: Path
    package: str
    manifest: Manifest | None
    fault: str = ""
    entry_points: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The plugin's name; its folder's when the manifest does not tell."""
        return self.manifest.name if self.manifest else self.folder.name

    @property
    def is_distribution(self) -> bool:
        """Whether pip can install it."""
        return self.root != self.folder

    @cached_property
    def modules(self) -> tuple[Module, ...]:
        """Its Python files without tests and migrations."""
        return tuple(
            module
            for module in self._python(self.folder)
            if module.part not in _FROM_TESTS and module.part != "migrations"
        )

    @cached_property
    def migrations(self) -> tuple[Module, ...]:
        """Its migrations, in the order of their files."""
        return tuple(self._python(self.folder / "migrations"))

    @cached_property
    def templates(self) -> tuple[Path, ...]:
        """Its templates."""
        return tuple(sorted((self.folder / "templates").rglob("*.html")))

    def module(self, dotted: str) -> Module | None:
        """The module of its own that an absolute dotted name means."""
        if dotted != self.package and not dotted.startswith(f"{self.package}."):
            return None
        name = dotted[len(self.package) + 1 :]
        return next((each for each in self.modules if each.name == name), None)

    def constant(self, module: Module, node: ast.expr, depth: int = 0) -> ast.expr:
        """What an expression stands for, followed through constants of its own modules."""
        if depth > 5 or not isinstance(node, ast.Name | ast.Attribute):
            return node
        if isinstance(node, ast.Name) and node.id in module.constants:
            return self.constant(module, module.constants[node.id], depth + 1)
        origin, _, name = module.meant(node).rpartition(".")
        other = self.module(origin) if origin else None
        if other is not None and name in other.constants:
            return self.constant(other, other.constants[name], depth + 1)
        return node

    def text(self, module: Module, node: ast.expr | None) -> str | None:
        """The text that an expression is, when that can be told without running it."""
        found = self.constant(module, node) if node is not None else None
        if isinstance(found, ast.Constant) and isinstance(found.value, str):
            return found.value
        return None

    def _python(self, folder: Path) -> Iterator[Module]:
        for path in sorted(folder.rglob("*.py")):
            if "__pycache__" not in path.parts:
                yield _parsed(path, self.folder, self.package)


def locate(path: Path) -> list[PluginSource]:
    """The plugins of a folder: one that is a plugin or a distribution, or a folder of plugins.

    Raises:
        NotFound: neither.
    """
    path = path.resolve()
    if (path / FILE_NAME).is_file():
        return [_of_folder(path)]
    if (path / "pyproject.toml").is_file() and (found := _of_distribution(path)):
        return found
    inner = [each for each in sorted(path.glob("*/")) if (each / FILE_NAME).is_file()]
    if inner and not (path / "pyproject.toml").is_file():
        return [_of_folder(each) for each in inner]
    raise NotFound(
        "authoring.nothing",
        "There is no plugin in “%(path)s”: neither plugin.toml nor a pyproject.toml with the "
        "entry-point group banyan.plugins.",
        path=str(path),
    )


def read(folder: Path, root: Path, package: str, points: Mapping[str, str]) -> PluginSource:
    """A plugin's source; a manifest that cannot be used is told by ``fault``."""
    try:
        return PluginSource(folder, root, package, read_manifest(folder), "", points)
    except PluginError as error:
        return PluginSource(folder, root, package, None, str(error), points)


def _of_folder(folder: Path) -> PluginSource:
    """A folder of its own, or the package of the distribution around it."""
    for root in (folder.parent, folder.parent.parent):
        points = entry_points(root)
        for package in points.values():
            if package.rpartition(".")[2] == folder.name:
                return read(folder, root, package, points)
    return read(folder, folder, f"plugins.{folder.name}", {})


def _of_distribution(root: Path) -> list[PluginSource]:
    points = entry_points(root)
    found = []
    for package in points.values():
        inner = Path(*package.split("."))
        for folder in (root / inner, root / "src" / inner):
            if folder.is_dir():
                found.append(read(folder, root, package, points))
                break
    return found


def entry_points(root: Path) -> Mapping[str, str]:
    """Plugin's name → package, as a distribution's ``pyproject.toml`` says."""
    path = root / "pyproject.toml"
    if not path.is_file():
        return {}
    try:
        project = tomllib.loads(path.read_text(encoding="utf-8")).get("project", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}
    points = project.get("entry-points", {}).get(ENTRY_POINTS, {})
    return {name: re.split(r"[:\s]", str(value))[0] for name, value in points.items()}


def _parsed(path: Path, folder: Path, package: str) -> Module:
    parts = list(path.relative_to(folder).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    name = ".".join(parts)
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        return Module(path, name, None, (error.msg, error.lineno or 0), package)
    except (UnicodeDecodeError, ValueError) as error:
        return Module(path, name, None, (str(error), 0), package)
    return Module(path, name, tree, None, package)
