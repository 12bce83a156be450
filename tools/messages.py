"""Bring the translations up to date: every text that people can read has an entry somewhere.

Texts are English in the code. Each room of the core, each plugin and each theme may keep a
``translations/zh.po`` beside its code; all of them are merged when a process starts. A text counts
as translated when a catalogue that is always there together with it has it: for the core those of
the core, for a plugin its own and the core's, for a theme its own, its parents' and the core's.

What is missing is appended, untranslated, to the catalogue nearest to the file that shows it.
Nothing is moved and nothing is dropped: many entries are texts that no call names, such as labels
in tables, or that another room shows.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
METHODS = {".py": "python", ".html": "jinja2", ".txt": "jinja2"}
OPTIONS = {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "silent": "false"}
ERRORS = ("Rejected", "InvalidInput", "NotFound", "Conflict", "Forbidden", "RateLimited")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "_l": None,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
    "say": (1,),
    "done": (2,),
    "entry_row": (3,),
    "add_entry": (4,),
    "Adjustment": (2,),
    **dict.fromkeys(ERRORS, (2,)),
}
"""Calls that name a text, with the place of the text among the arguments."""
SPEAK_ENGLISH = {
    "core/cli",
    "core/authoring",
    "core/api/testing",
    "core/replay",
    "core/demo",
    "plugins/*/commands.py",
}
"""The command line is English in every language of the store."""
FILE = "translations/zh.po"
REST_OF_CORE = f"core/web/store/{FILE}"
"""Catalogue for texts of the core that lie in no room with one of its own."""

Text = tuple[str, ...]
"""A text, and its plural if it has one."""


@dataclass(frozen=True)
class Shown:
    """A text and the first place that shows it."""

    text: Text
    file: Path
    line: int


def catalogues(root: Path = ROOT) -> list[Path]:
    """Every Chinese catalogue of the core, the plugins and the themes."""
    patterns = (f"core/**/{FILE}", f"plugins/*/{FILE}", f"themes/*/{FILE}")
    return [path for pattern in patterns for path in sorted(root.glob(pattern))]


def houses(root: Path = ROOT) -> list[Path]:
    """The core, each plugin and each theme: whatever has texts of its own."""
    folders = [root / "core", *sorted(root.glob("plugins/*")), *sorted(root.glob("themes/*"))]
    return [folder for folder in folders if folder.is_dir() and folder.name != "__pycache__"]


def shown(house: Path) -> Iterator[Shown]:
    """Every text of the core, a plugin or a theme, tests left out; each once."""
    seen: set[str] = set()
    for path in sorted(house.rglob("*")):
        if "tests" in path.relative_to(house).parts or not path.is_file():
            continue
        name = path.relative_to(house.parent if house.name == "core" else house.parent.parent)
        if any(part.match(each) for each in SPEAK_ENGLISH for part in (name, *name.parents)):
            continue
        for text, line in _texts(path):
            if text[0] and text[0] not in seen:
                seen.add(text[0])
                yield Shown(text, path, line)


def _texts(path: Path) -> Iterator[tuple[Text, int]]:
    if path.name == "theme.toml":
        stored = tomllib.loads(path.read_text(encoding="utf-8"))
        for part in ("tokens", "settings"):
            for row in stored.get(part, {}).values():
                yield (str(row.get("label", "")),), 1
    elif path.suffix in METHODS:
        options = OPTIONS if METHODS[path.suffix] == "jinja2" else {}
        found = extract_from_file(METHODS[path.suffix], path, KEYWORDS, options=options)
        for line, message, _comments, _context in found:
            yield (message,) if isinstance(message, str) else tuple(message), line


def load(path: Path) -> Catalog:
    """Read a catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans_CN")


def open_entries(catalogue: Catalog) -> list[str]:
    """Texts of a catalogue that are untranslated or marked fuzzy."""
    return [
        _key(message)
        for message in catalogue
        if message.id and (message.fuzzy or not all(_strings(message)))
    ]


def missing(house: Path, root: Path = ROOT) -> list[Shown]:
    """Texts of a house that no catalogue has which is always there with it."""
    known = {
        _key(message)
        for path in _beside(house, root)
        for message in load(path)
        if message.id and all(_strings(message)) and not message.fuzzy
    }
    return [each for each in shown(house) if each.text[0] not in known]


def update(root: Path = ROOT) -> list[Path]:
    """Append what is missing to the catalogue nearest to it; returns the changed catalogues."""
    changed: dict[Path, None] = {}
    for house in houses(root):
        for each in missing(house, root):
            path = _nearest(each.file, house, root)
            if each.text[0] not in {_key(m) for m in (load(path) if path.exists() else ())}:
                _append(path, each)
                changed[path] = None
    return list(changed)


def main() -> int:
    """Update every catalogue; 1 when a text lacks its translation."""
    update()
    still_open = 0
    for path in catalogues():
        catalogue = load(path)
        left = open_entries(catalogue)
        still_open += len(left)
        print(f"{path.relative_to(ROOT)}: {len(catalogue)} texts, {len(left)} not translated")
        for text in left:
            print(f"  {text}")
    return 1 if still_open else 0


def _beside(house: Path, root: Path) -> list[Path]:
    """Catalogues that are always there with a house."""
    own = [*sorted((root / "core").glob(f"**/{FILE}"))]
    while house.parent.name in {"plugins", "themes"}:
        own += [path for path in [house / FILE] if path.exists()]
        manifest = house / "theme.toml"
        stored = tomllib.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
        parent = stored.get("theme", {}).get("extends", "")
        if not parent:
            break
        house = house.parent / parent
    return own


def _nearest(file: Path, house: Path, root: Path) -> Path:
    for folder in file.parents:
        if (folder / FILE).exists():
            return folder / FILE
        if folder == house:
            break
    return root / REST_OF_CORE if house == root / "core" else house / FILE


def _append(path: Path, each: Shown) -> None:
    """Put an untranslated entry behind the others, and leave these as they are."""
    lines = [""]
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = ['msgid ""', 'msgstr ""', '"Content-Type: text/plain; charset=UTF-8\\n"', ""]
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if Message(each.text[0]).python_format:
        lines.append("#, python-format")
    lines.append(f"msgid {_quoted(each.text[0])}")
    if len(each.text) > 1:
        lines += [f"msgid_plural {_quoted(each.text[1])}", 'msgstr[0] ""']
    else:
        lines.append('msgstr ""')
    end = "" if text.endswith("\n") or not text else "\n"
    path.write_text(text + end + "\n".join(lines) + "\n", encoding="utf-8")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[0])


def _strings(message: Message) -> tuple[str, ...]:
    string = message.string
    return (string or "",) if isinstance(string, str | None) else tuple(string)


if __name__ == "__main__":
    sys.exit(main())
