"""Gates of what the documents say: each takes a tree of files and returns its faults."""

import ast
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from core.cli import banyan
from tests.architecture.gates import ROOT, tracked_files

# Links that point nowhere yet, each with its reason.
WAITING_FOR_A_REASON: dict[str, str] = {}

# Made from the code, so what it names is there; see test_reference.py.
MADE = "docs/plugins/reference/"

_FENCE = re.compile(
    r"^ {0,3}(`{3,}|~{3,})\s*([\w-]*)[^\n]*\n(.*?)^ {0,3}\1[`~]*\s*$", re.MULTILINE | re.DOTALL
)
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(
    r"\]\(\s*<?([^)\s>]+)>?(?:\s+[\"'(][^)]*)?\)|^ {0,3}\[[^\]]+\]:\s+(\S+)", re.MULTILINE
)
_SOURCE = re.compile(r"<(?:img|a)\b[^>]*?\b(?:src|href)=[\"']([^\"']+)[\"']", re.IGNORECASE)
_ANCHOR = re.compile(r"<a\b[^>]*?\b(?:id|name)=[\"']([^\"']+)[\"']", re.IGNORECASE)
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)

_TARGET = re.compile(r"(?<![\w./-])make[ \t]+([a-z][\w-]*)")
_COMMAND = re.compile(r"(?:^|(?<=[\s=(|]))(?:[\w./-]*/)?banyan[ \t]+([^\n#;&]+)", re.MULTILINE)
_HOOK = re.compile(
    r"(?<![\w./])(register_[a-z_]+|check_[a-z_]+"
    r"|(?:after_sale|member|order|payment|payout|price|product|referral|share|stock)"
    r"_(?:[a-z_]+ed|paid|bound|sent))\b(?!\.)"
)


@dataclass(frozen=True)
class Document:
    """A Markdown file: its prose without code, its code spans, its fenced code as (kind, text)."""

    name: str
    prose: str
    spans: tuple[str, ...]
    fences: tuple[tuple[str, str], ...]

    @property
    def code(self) -> list[str]:
        return [*self.spans, *(text for _, text in self.fences)]


def documents(root: Path) -> Iterator[Document]:
    for path in tracked_files(root):
        if path.suffix == ".md":
            yield read(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))


def read(name: str, text: str) -> Document:
    fences = tuple((found[2], found[3]) for found in _FENCE.finditer(text))
    open_text = _FENCE.sub("", text)
    spans = tuple(" ".join(found[2].split()) for found in _SPAN.finditer(open_text))
    return Document(name, _SPAN.sub("", open_text), spans, fences)


# --- links ------------------------------------------------------------------------------------


def broken_links(root: Path) -> Iterator[str]:
    """Every relative link and picture leads to a file or folder here, every anchor to a heading."""
    files = {path.relative_to(root).as_posix() for path in tracked_files(root)}
    folders = {parent.as_posix() for name in files for parent in Path(name).parents}
    for document in documents(root):
        for link in links(document.prose):
            target, _, anchor = link.partition("#")
            name = resolved(document.name, unquote(target)) if target else document.name
            if name not in files | folders:
                yield f"{document.name}: {link}"
            elif anchor and not (name.endswith(".md") and unquote(anchor) in anchors(root / name)):
                yield f"{document.name}: {link} (no such heading)"


def links(prose: str) -> list[str]:
    found = [first or second for first, second in _LINK.findall(prose)] + _SOURCE.findall(prose)
    return [link for link in found if not _ELSEWHERE.match(link)]


def resolved(name: str, target: str) -> str:
    """The name of a link's target within the repository; empty when it leads out of it."""
    parts = [] if target.startswith("/") else list(Path(name).parent.parts)
    for part in Path(target.lstrip("/")).parts:
        if part != "..":
            parts.append(part)
        elif parts:
            parts.pop()
        else:
            return ""
    return "/".join(parts) or "."


def anchors(path: Path) -> set[str]:
    """Anchors of a document's headings, as code hosts make them, and those set by hand."""
    seen: Counter[str] = Counter()
    found = set(_ANCHOR.findall(path.read_text(encoding="utf-8")))
    for _, heading in headings(path):
        plain = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def headings(path: Path) -> list[tuple[int, str]]:
    """A document's headings with their levels."""
    text = _FENCE.sub("", path.read_text(encoding="utf-8"))
    return [(len(marks), heading) for marks, heading in _HEADING.findall(text)]


# --- hooks ------------------------------------------------------------------------------------


def unknown_hooks(root: Path) -> Iterator[str]:
    """A hook that a document names is one of ``core/api/hooks.py``."""
    known = hooks(root)
    for document in documents(root):
        if document.name.startswith(MADE):
            continue
        for name in sorted(named_hooks(document) - known):
            is_function = name.startswith("check_") and name in functions(root)
            if not is_function or name in implemented(document):
                yield f"{document.name}: there is no hook {name}"


def undocumented_hooks(root: Path) -> Iterator[str]:
    """The guide for plugin authors names every hook."""
    named: set[str] = set()
    for document in documents(root):
        if document.name.startswith("docs/plugins/") and not document.name.startswith(MADE):
            named |= named_hooks(document)
    for name in sorted(hooks(root) - named):
        yield f"core/api/hooks.py: docs/plugins/ does not name {name}"


def hooks(root: Path) -> set[str]:
    path = root / "core" / "api" / "hooks.py"
    nodes = ast.walk(ast.parse(path.read_text())) if path.exists() else ()
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef) and marked(node)}


def marked(node: ast.FunctionDef) -> bool:
    return any(getattr(each, "id", "") == "hookspec" for each in node.decorator_list)


def named_hooks(document: Document) -> set[str]:
    names = {name for code in document.code for name in _HOOK.findall(code)}
    return {name for name in names if not name.endswith("_")} | implemented(document)


def implemented(document: Document) -> set[str]:
    """Functions that a document's Python marks as a hook's implementation."""
    pattern = re.compile(r"^@hookimpl\s*\n\s*def (\w+)", re.MULTILINE)
    return {name for _, text in document.fences for name in pattern.findall(text)}


def functions(root: Path) -> set[str]:
    found: set[str] = set()
    for path in tracked_files(root):
        if path.suffix == ".py":
            found |= set(re.findall(r"^\s*def (\w+)", path.read_text(), re.MULTILINE))
    return found


# --- what people type --------------------------------------------------------------------------


def unknown_targets(root: Path) -> Iterator[str]:
    """A ``make`` target that a document names is in the Makefile."""
    path = root / "Makefile"
    known = (
        set(re.findall(r"^([\w-]+):", path.read_text(), re.MULTILINE)) if path.exists() else set()
    )
    for document in documents(root):
        for code in shell_code(document):
            for target in _TARGET.findall(code):
                if target not in known:
                    yield f"{document.name}: make {target}"


def unknown_commands(root: Path) -> Iterator[str]:
    """A ``banyan`` command that a document names exists, with the options it names."""
    for document in documents(root):
        for code in shell_code(document):
            for line in _COMMAND.findall(code):
                if fault := command_fault(root, line.split()):
                    yield f"{document.name}: banyan {line.strip()} ({fault})"


def shell_code(document: Document) -> list[str]:
    """What a document lets people type, without comments."""
    fences = [text for kind, text in document.fences if kind != "python"]
    return [*document.spans, *(re.sub(r"(?m)(^|\s)#.*$", "", text) for text in fences)]


def command_fault(root: Path, words: list[str]) -> str:
    """What is wrong with a command line, placeholders such as ``NAME`` or ``…`` aside."""
    command: click.Command = banyan
    context = click.Context(banyan)
    while isinstance(command, click.Group) and words and re.match(r"\w", words[0]):
        if not words[0].islower():
            return ""
        name = words.pop(0)
        found = command.get_command(context, name)
        if found is None:
            return f"no command {name}"
        command = found
    if command is banyan.get_command(context, "x"):
        return contributed_fault(root, words)
    known = {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
    named = re.findall(r"(?<![\w-])--[a-z][a-z-]*", " ".join(words))
    unknown = [option for option in named if option not in {*known, "--help", "--version"}]
    return f"no option {unknown[0]}" if unknown else ""


def contributed_fault(root: Path, words: list[str]) -> str:
    if len(words) < 2 or not all(re.fullmatch(r"[a-z][a-z0-9_-]*", word) for word in words[:2]):
        return ""
    plugin, name = words[:2]
    sources = [path.read_text() for path in (root / "plugins" / plugin).rglob("*.py")]
    named = {each for text in sources for each in re.findall(r"Command\(\s*\"([\w-]+)\"", text)}
    return "" if name in named else f"no command {name} of {plugin}"


# --- the gates at work --------------------------------------------------------------------------


HOOKS = "class FactHooks:\n    @hookspec\n    def order_paid(self):\n        ...\n"
PLUGIN = 'PLAN = Command("plan", "Show it", plan)\n'
GUIDE = """
# The guide: `hooks` & more

See [the tour](tour.md#two-minutes), [here](#the-guide-hooks--more), [twice](tour.md#again-1),
[code](../core/), ![a picture](<a.png> "A picture"), [far](https://example.org/none.md) and
[by name][tour]. `make demo`, `banyan plugin list --json`, `banyan db …`, `banyan x gift plan 10%`.

[tour]: /docs/tour.md

Implement `order_paid`; `check_books` is a function, `maker.check_all` nothing of ours.

```sh
make demo ARGS=x   # and make what you like of it
.venv/bin/banyan run --port 8000   # banyan never sleeps
```

```python
[no](link.md)
@hookimpl
def order_paid(event): ...
```
"""
PLAIN = {
    "docs/guide.md": GUIDE,
    "docs/tour.md": "# Tour\n\n## Two minutes\n\n## Again\n\n## Again\n",
    "docs/a.png": "",
    "docs/plugins/README.md": "`order_paid`",
    "core/api/hooks.py": HOOKS,
    "core/books.py": "def check_books():\n    pass\n",
    "plugins/gift/commands.py": PLUGIN,
    "Makefile": "demo: ## a store\n",
}
FAULTS = [
    (broken_links, "[tour](tours.md)", "tours.md"),
    (broken_links, "![home](pictures/home.png)", "home.png"),
    (broken_links, "[tour](tour.md#three-minutes)", "no such heading"),
    (broken_links, "[here](#nowhere)", "no such heading"),
    (broken_links, "[line](../core/books.py#one)", "no such heading"),
    (broken_links, "[out](../../README.md)", "README.md"),
    (broken_links, "[by name][tour]\n\n[tour]: tours.md", "tours.md"),
    (broken_links, '<img src="b.png" alt="">', "b.png"),
    (unknown_hooks, "`order_payed` is told", "order_payed"),
    (unknown_hooks, "```python\nregister_tabs()\n```", "register_tabs"),
    (unknown_hooks, "`check_nothing`", "check_nothing"),
    (unknown_hooks, "```python\n@hookimpl\ndef check_books(): ...\n```", "check_books"),
    (unknown_targets, "`make coffee`", "make coffee"),
    (unknown_targets, "```sh\nmake tea  # hot\n```", "make tea"),
    (unknown_commands, "`banyan coffee`", "no command coffee"),
    (unknown_commands, "`banyan plugin brew NAME`", "no command brew"),
    (unknown_commands, "```sh\n.venv/bin/banyan run --fast\n```", "no option --fast"),
    (unknown_commands, "`banyan x gift nothing`", "no command nothing of gift"),
]


@pytest.fixture
def tree(tmp_path):
    """A scratch repository: `tree({"docs/x.md": "…"})` returns its root."""

    def plant(files: dict[str, str]):
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return plant


@pytest.mark.parametrize(("gate", "text", "named"), FAULTS)
def test_a_gate_catches_its_fault(tree, gate, text, named):
    (fault,) = gate(tree(PLAIN | {"docs/faulty.md": f"# Faulty\n\n{text}\n"}))

    assert fault.startswith("docs/faulty.md: ")
    assert named in fault


def test_a_hook_that_the_guide_leaves_out_is_caught(tree):
    more = HOOKS + "    @hookspec\n    def order_lost(self):\n        ...\n"

    made = {f"{MADE}hooks.md": "`order_lost`"}
    (fault,) = undocumented_hooks(tree(PLAIN | {"core/api/hooks.py": more} | made))
    assert "order_lost" in fault


def test_gates_let_a_plain_tree_pass(tree):
    plain = tree(PLAIN)

    for gate in {undocumented_hooks, *(gate for gate, _, _ in FAULTS)}:
        assert list(gate(plain)) == []


def test_headings_of_any_language_have_anchors(tree):
    root = tree(
        {"a.md": "# 商家指南：退款\n\n## `banyan run`, *twice*\n\n```\n# no heading\n```\n"}
    )

    assert anchors(root / "a.md") == {"商家指南退款", "banyan-run-twice"}


def test_every_link_leads_somewhere():
    faults = set(broken_links(ROOT))

    assert sorted(faults - set(WAITING_FOR_A_REASON)) == []
    assert sorted(set(WAITING_FOR_A_REASON) - faults) == [], "excuse no longer needed"


def test_every_hook_that_documents_name_exists():
    assert list(unknown_hooks(ROOT)) == []


def test_every_hook_is_in_the_guide():
    assert list(undocumented_hooks(ROOT)) == []


def test_every_make_target_that_documents_name_exists():
    assert list(unknown_targets(ROOT)) == []


def test_every_command_that_documents_name_exists():
    assert list(unknown_commands(ROOT)) == []


@pytest.mark.parametrize("name", ["README", "docs/merchant"])
def test_both_languages_of_a_document_have_the_same_sections(name):
    english, chinese = (headings(ROOT / f"{name}{end}") for end in (".md", ".zh.md"))

    assert [level for level, _ in english] == [level for level, _ in chinese]
