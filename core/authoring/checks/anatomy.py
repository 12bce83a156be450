"""Files and manifest: a plugin reads like every other one."""

from collections.abc import Iterator
from pathlib import Path

import core
from core.authoring.findings import Finding
from core.authoring.source import TESTS, PluginSource
from core.host.manifest import FILE_NAME, fits

PARTS = frozenset(
    {"rules", "types", "models", "services", "events", "jobs", "plugin", "api", "views"}
    | {"admin", "blocks", "forms", "commands", "ways"}
)
"""Python files of a plugin; each may be a package of that name."""
FOLDERS = frozenset({"templates", "static", "translations", "migrations", TESTS})
FILES = frozenset({FILE_NAME, "README.md", "__init__.py", "conftest.py"})
LONG_FILE = 300
_LANGUAGES = ("zh", "en")


def check(source: PluginSource) -> Iterator[Finding]:
    """Anatomy, needed files, manifest, entry point, syntax, length."""
    yield from _parts(source)
    yield from _needed(source)
    yield from _manifest(source)
    if source.is_distribution:
        yield from _distribution(source)
    yield from _files(source)


def _parts(source: PluginSource) -> Iterator[Finding]:
    for path in sorted(source.folder.iterdir()):
        if path.name in FILES | FOLDERS or path.name.startswith((".", "__")):
            continue
        is_part = path.suffix == ".py" or (path.is_dir() and (path / "__init__.py").exists())
        if not (is_part and path.stem in PARTS):
            sentence = f"“{path.name}” is not part of a plugin's anatomy."
            yield Finding("P101", path, 0, sentence, f"It may have {', '.join(sorted(PARTS))}.")


def _needed(source: PluginSource) -> Iterator[Finding]:
    if not (source.folder / "plugin.py").exists():
        sentence = "There is no plugin.py, so it takes part in nothing."
        yield Finding("P102", source.folder / "plugin.py", 0, sentence)
    places = {source.folder, source.root}
    if not any((place / "README.md").is_file() for place in places):
        yield Finding(
            "P102",
            source.folder / "README.md",
            0,
            "There is no README.md: say what the plugin promises, and what it does not do.",
        )
    if not any(next((place / TESTS).rglob("test_*.py"), None) for place in places):
        yield Finding("P102", source.root / TESTS, 0, "There are no tests (tests/test_….py).")


def _manifest(source: PluginSource) -> Iterator[Finding]:
    path, manifest = source.folder / FILE_NAME, source.manifest
    if manifest is None:
        yield Finding("P103", path, _line_named(path, source.fault), source.fault)
        return
    wanted = source.folder.name if not source.is_distribution else ""
    if wanted and manifest.name != wanted:
        sentence = f"plugin.toml says “{manifest.name}”, its folder “{wanted}”."
        yield Finding("P104", path, _line_of(path, "name"), sentence)
    for kind, texts in (("label", manifest.label), ("description", manifest.description)):
        for language in _LANGUAGES:
            if not texts.get(language, "").strip():
                sentence = f"[{kind}] has no text for “{language}”."
                yield Finding("P105", path, _line_of(path, f"[{kind}]"), sentence)
    if not manifest.core:
        yield Finding("P106", path, 0, "“core” is missing.")
    elif not fits(core.__version__, manifest.core):
        sentence = f"“{manifest.core}” leaves out this core, {core.__version__}."
        yield Finding("P106", path, _line_of(path, "core"), sentence)


def _distribution(source: PluginSource) -> Iterator[Finding]:
    path = source.root / "pyproject.toml"
    if source.manifest and source.entry_points.get(source.manifest.name) != source.package:
        known = ", ".join(sorted(source.entry_points)) or "nothing"
        sentence = f"The entry points name {known}, plugin.toml “{source.manifest.name}”."
        yield Finding("P107", path, _line_of(path, "banyan.plugins"), sentence)
    if not (source.folder / "__init__.py").exists():
        sentence = "The package has no __init__.py, so it cannot be told from a plain folder."
        yield Finding("P102", source.folder / "__init__.py", 0, sentence)


def _files(source: PluginSource) -> Iterator[Finding]:
    for module in (*source.modules, *source.migrations):
        if module.fault is not None:
            why, line = module.fault
            yield Finding("P108", module.path, line, f"It cannot be read: {why}.")
    for module in source.modules:
        lines = len(module.path.read_text(encoding="utf-8", errors="replace").splitlines())
        if lines > LONG_FILE:
            yield Finding("P109", module.path, 0, f"{lines} lines; {LONG_FILE} are a sitting.")


def _line_of(path: Path, word: str) -> int:
    """The line that holds a key or a table's head; 0 when there is none."""
    if not path.is_file():
        return 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip().startswith(word) or (word in line and "[" in line):
            return number
    return 0


def _line_named(path: Path, sentence: str) -> int:
    """The line of the key that a refusal quotes."""
    quoted = sentence.partition("“")[2].partition("”")[0]
    return _line_of(path, quoted) if quoted else 0
