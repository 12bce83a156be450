"""Gates: each takes a tree of files and returns its faults, one sentence a fault."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]

MAX_FILE_LINES = 400
WISHED_FILE_LINES = 300
MAX_FUNCTION_LINES = 60

VAGUE_NAMES = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"}

# What a room may consist of; `rules.py` that outgrew one file may be a package `rules/`.
ROOM_PARTS = {"rules", "types", "models", "services", "events", "jobs"}
# What single rooms have besides, each with its reason.
EXTRA_PARTS = {
    "catalog": {"importing"},  # whole files in and out: a road of its own, with its own words
    "ledger": {"triggers"},  # the database itself refuses to change posted rows
    # pictures re-encoded: pure, but far too heavy for rules; fonts with their licences; files of
    # plugins, without a database
    "media": {"encoding", "fonts", "keeping"},
    "orders": {"states"},  # five axes of states, each a table of moves
    # the contract every gateway keeps and their registry; a gateway in miniature for trying out
    "payments": {"gateways", "sandbox"},
    "pricing": {"values"},  # the quote without database types, so that pure rules may use it
    "staff": {"permissions"},  # the catalogue of rights
}
# A plugin's own doors and faces: pages for shoppers, pages for the merchant, blocks on other pages.
PLUGIN_PARTS = ROOM_PARTS | {"plugin", "api", "views", "admin", "blocks", "forms", "commands"}
PLUGIN_FOLDERS = {"templates", "static", "translations", "migrations", "tests"}
PLUGIN_FILES = {"plugin.toml", "README.md"}
FLOORS = {
    "api",
    "authoring",
    "cli",
    "db",
    "demo",
    "embedded",
    "host",
    "kernel",
    "replay",
    "themes",
    "web",
    "worker",
}

BINARY = {".png", ".jpg", ".jpeg", ".webp", ".woff2", ".ttf", ".gz", ".ico", ".mo", ".gif"}
FOREIGN_PATHS = re.compile(r"(?<![\w.])/(?:tmp|work|root|home/\w+|Users/\w+)/")
REGISTRIES = re.compile(
    r"https?://[\w.-]*(?:pypi|pythonhosted|npmjs|npmmirror|registry)[\w.-]*", re.IGNORECASE
)

FIXED_PICTURES = re.compile(r"([^{}]*\bimg\b[^{}]*)\{[^}]*flex:none[^}]*\}")


def tracked_files(root: Path = ROOT) -> list[Path]:
    """Return files that git tracks or would track, so that a fault shows before its commit."""
    argv = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    paths = (root / name for name in listing.split("\0") if name)
    return [path for path in paths if path.is_file()]


def python_files(root: Path = ROOT) -> list[Path]:
    return [path for path in tracked_files(root) if path.suffix == ".py"]


def vague_names(root: Path) -> Iterator[str]:
    """A name that says nothing collects everything."""
    for path in python_files(root):
        inner = path.relative_to(root).with_suffix("").parts
        for part in VAGUE_NAMES & set(inner):
            yield f"{path.relative_to(root)}: say what it is instead of “{part}”"


def long_files(root: Path, limit: int = MAX_FILE_LINES) -> Iterator[str]:
    for path in python_files(root):
        lines = len(path.read_text().splitlines())
        if lines > limit and "versions" not in path.parts:
            yield f"{path.relative_to(root)}: {lines} lines (at most {limit})"


def long_functions(root: Path) -> Iterator[str]:
    for path in python_files(root):
        if "versions" in path.parts:  # a migration lists columns
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    name = f"{path.relative_to(root)}: {node.name}()"
                    yield f"{name} has {lines} lines (at most {MAX_FUNCTION_LINES})"


def machine_traces(root: Path) -> Iterator[str]:
    """Paths of one machine and addresses of package registries belong in no tracked file."""
    for path in tracked_files(root):
        if path.suffix in BINARY or path == Path(__file__):
            continue
        text = path.read_text(errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            found = FOREIGN_PATHS.search(line) or REGISTRIES.search(line)
            if found:
                yield f"{path.relative_to(root)}:{number}: {found.group()}"


def lock_addresses(text: str) -> Iterator[str]:
    """The lock file names packages and hashes, never where they come from."""
    for number, line in enumerate(text.splitlines(), 1):
        if "://" in line or re.match(r"\s*(-i|-f|--(?!hash=))", line):
            yield f"requirements.lock:{number}: {line.strip()}"


def unlocked(project: Iterable[str], lock: str) -> Iterator[str]:
    """Yield requirement names of pyproject that the lock file lacks."""
    locked = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    for requirement in project:
        name = re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")
        if name not in locked | {"banyan"}:
            yield name


def odd_room_files(root: Path) -> Iterator[str]:
    """Whoever has read one room has read all."""
    for room in sorted((root / "core").glob("*/")):
        if room.name in FLOORS or room.name.startswith("__"):
            continue
        for odd in _odd_parts(
            room,
            ROOM_PARTS | EXTRA_PARTS.get(room.name, set()),
            folders={"translations"},
            files=set(),
        ):
            yield f"core/{room.name}/{odd}: a room has {', '.join(sorted(ROOM_PARTS))}"


def odd_plugin_files(root: Path) -> Iterator[str]:
    """A plugin reads like a room, with its own doors, pages and jobs."""
    for plugin in sorted((root / "plugins").glob("*/")):
        if plugin.name.startswith("__"):
            continue
        for odd in _odd_parts(plugin, PLUGIN_PARTS, PLUGIN_FOLDERS, PLUGIN_FILES):
            yield f"plugins/{plugin.name}/{odd}: not part of a plugin's anatomy"
        for needed in ("plugin.toml", "plugin.py", "README.md"):
            if not (plugin / needed).exists():
                yield f"plugins/{plugin.name}: lacks {needed}"


def python_in_themes(root: Path) -> Iterator[str]:
    """A theme holds no Python: anyone may edit one."""
    for path in sorted((root / "themes").glob("*/**/*.py")):
        yield str(path.relative_to(root))


def foreign_tables(root: Path) -> Iterator[str]:
    """A plugin's tables carry its name, in models and in migrations."""
    for path in python_files(root):
        parts = PurePosixPath(path.relative_to(root)).parts
        if parts[0] != "plugins" or len(parts) < 3 or "tests" in parts:
            continue
        prefix = f"plugin_{parts[1]}_"
        for table in tables_named(path.read_text()):
            if not table.startswith(prefix):
                yield f"{path.relative_to(root)}: table {table} must start with {prefix}"


def unknown_rights(root: Path) -> Iterator[str]:
    """Templates ask `may('…')` for rights that exist; a misspelled one is held by owners alone."""
    known = {
        right
        for path in python_files(root)
        for right in re.findall(r'Permission\(\s*"([\w.]+)"', path.read_text())
    }
    for path in tracked_files(root):
        if path.suffix == ".html":
            for right in re.findall(r"\bmay\('(\w+\.\w+)'\)", path.read_text()):
                if right not in known:
                    yield f"{path.relative_to(root)}: no right is called {right}"


def eager_buttons(root: Path) -> Iterator[str]:
    """Enter in a box presses a form's first button: never one of several answers, nor deletion."""
    for path in tracked_files(root):
        if path.suffix != ".html":
            continue
        for form in path.read_text().split("<form")[1:]:
            bars = re.findall(r'<div class="bulk">.*', form)
            buttons = re.findall(
                r'<button(?![^>]*type="button")[^>]*>', form.partition("</form>")[0]
            )
            is_open = any("<input" in bar for bar in bars)
            is_open |= len(buttons) > 1 and "danger" in buttons[0]
            if is_open and "no_default()" not in form:
                yield f"{path.relative_to(root)}: save first, or begin with no_default()"


def unsized_placeholders(root: Path) -> Iterator[str]:
    """Fixed pictures whose placeholder keeps the full width: goods may have no picture."""
    for path in tracked_files(root):
        name = path.relative_to(root)
        if path.suffix == ".css" and name.parts[0] in {"plugins", "themes"}:
            for selectors in FIXED_PICTURES.findall(path.read_text()):
                if ".noimg" not in selectors:
                    yield f"{name}: “{selectors.strip()}” does not size .noimg"


def tables_named(source: str) -> Iterator[str]:
    """Yield literal table names: `__tablename__ = …`, `Table(…)`, `create_table(…)`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(t, ast.Name) and t.id == "__tablename__" for t in targets):
                yield ast.literal_eval(node.value) if node.value else ""
        elif isinstance(node, ast.Call) and node.args:
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            name = node.args[0]
            if called in {"Table", "create_table"} and isinstance(name, ast.Constant):
                yield str(name.value)


def undeclared_neighbours(root: Path) -> Iterator[str]:
    """A plugin may use another's `api.py` only when its plugin.toml requires that plugin."""
    for path in python_files(root):
        parts = path.relative_to(root).parts
        if parts[0] != "plugins" or len(parts) < 3:
            continue
        used = set(
            re.findall(r"^\s*(?:from|import) plugins\.(\w+)", path.read_text(), re.MULTILINE)
        )
        for name in sorted(used - {parts[1]} - required_plugins(root / "plugins" / parts[1])):
            yield f"{path.relative_to(root)}: plugin.toml does not require {name}"


def required_plugins(plugin: Path) -> set[str]:
    """Return the names in `requires` of a plugin.toml, versions cut off."""
    path = plugin / "plugin.toml"
    manifest = tomllib.loads(path.read_text()) if path.exists() else {}
    return {re.split(r"\W", name.strip(), maxsplit=1)[0] for name in manifest.get("requires", [])}


def rules_modules(root: Path) -> list[str]:
    """Return dotted names of everything that must stay plain Python."""
    chosen = [*root.glob("core/kernel/**/*.py"), *root.glob("core/**/rules.py")]
    chosen += [*root.glob("core/**/rules/**/*.py"), *root.glob("plugins/*/rules.py")]
    chosen += root.glob("plugins/*/rules/**/*.py")
    names = {".".join(path.relative_to(root).with_suffix("").parts) for path in chosen}
    return sorted(name.removesuffix(".__init__") for name in names)


def _odd_parts(folder: Path, parts: set[str], folders: set[str], files: set[str]) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        if path.name in {"__init__.py", "__pycache__"} or path.name in files | folders:
            continue
        is_part = path.suffix == ".py" or (path.is_dir() and (path / "__init__.py").exists())
        if not (is_part and path.stem in parts):
            yield path.name
