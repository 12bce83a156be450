"""Docstrings as Markdown: paragraphs, tables, and what Google's sections say of arguments."""

import inspect
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_WIDTH = 104
_ROLE = re.compile(r":\w+:`~?([^`]+)`")
_SECTION = re.compile(r"^(Args|Attributes|Returns|Raises|Yields|Source):$")
_FENCE = "```python\n"
_MADE = "<!-- Made by `make reference` from the code. Change the docstring, not this page. -->"


@dataclass(frozen=True)
class Doc:
    """A docstring taken apart.

    Args:
        paragraphs: what it says before its sections, in Markdown.
        sections: heading of a section → its entries as (name, text); a section without names has
            one entry with an empty name.
    """

    paragraphs: tuple[str, ...]
    sections: dict[str, tuple[tuple[str, str], ...]]

    @property
    def summary(self) -> str:
        """The first line: the fact."""
        return self.paragraphs[0] if self.paragraphs else ""

    @property
    def arguments(self) -> dict[str, str]:
        """What is said of each argument or attribute."""
        found = (*self.sections.get("Args", ()), *self.sections.get("Attributes", ()))
        return dict(found)


def read(docstring: str | None) -> Doc:
    """Take a docstring apart."""
    paragraphs: list[str] = []
    sections: dict[str, tuple[tuple[str, str], ...]] = {}
    for block in re.split(r"\n\s*\n", inspect.cleandoc(docstring or "")):
        lines = block.splitlines()
        head = _SECTION.match(lines[0]) if lines else None
        if head:
            sections[head[1]] = tuple(_entries(textwrap.dedent("\n".join(lines[1:]))))
        elif block.startswith(" "):
            _add_code(paragraphs, block)
        elif block.strip(" :\n"):
            paragraphs.append(inline(" ".join(block.split()).replace("::", ":")))
    return Doc(tuple(paragraphs), sections)


def _add_code(paragraphs: list[str], block: str) -> None:
    """An indented block as code; together with the one before it, if that is code, too."""
    before = ""
    if paragraphs and paragraphs[-1].startswith(_FENCE):
        before = paragraphs.pop().removeprefix(_FENCE).removesuffix("\n```") + "\n\n"
    paragraphs.append(f"{_FENCE}{before}{textwrap.dedent(block)}\n```")


def _entries(text: str) -> Iterable[tuple[str, str]]:
    """Entries of a section: ``name: text``, continued by lines that stand further in."""
    gathered: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        named = re.match(r"(\*{0,2}\w+): (.*)", line)
        if named:
            gathered.append((named[1], [named[2]]))
        elif gathered:
            gathered[-1][1].append(line.strip())
        else:
            gathered.append(("", [line.strip()]))
    return [(name, inline(" ".join(lines))) for name, lines in gathered]


def inline(text: str) -> str:
    """A sentence of a docstring as Markdown: one tick for code, roles become names."""
    return re.sub(r"``([^`]+)``", r"`\1`", _ROLE.sub(lambda role: f"`{_short(role[1])}`", text))


def _short(name: str) -> str:
    return name.rpartition(".")[2] if name.startswith("core.") else name


def head(title: str, *paragraphs: str) -> list[str]:
    """The beginning of a page."""
    return [f"# {title}", "", _MADE, "", *spaced(paragraphs)]


def spaced(paragraphs: Iterable[str]) -> list[str]:
    """Paragraphs as wrapped lines, each with a blank line behind it."""
    lines: list[str] = []
    for paragraph in paragraphs:
        if paragraph.startswith(_FENCE):
            lines += [*paragraph.splitlines(), ""]
            continue
        wrapped = textwrap.wrap(paragraph, _WIDTH, break_long_words=False, break_on_hyphens=False)
        lines += [*wrapped, ""]
    return lines


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table; columns that no row fills are left out. Nothing when there is no row."""
    filled = [[_cell(cell) for cell in row] for row in rows]
    if not filled:
        return []
    kept = [at for at in range(len(heads)) if at == 0 or any(row[at] for row in filled)]
    lines = ["| " + " | ".join(heads[at] for at in kept) + " |", "|" + "---|" * len(kept)]
    lines += ["| " + " | ".join(row[at] for at in kept) + " |" for row in filled]
    return [*(line.replace("|  |", "| |").replace("|  |", "| |") for line in lines), ""]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def code(text: object) -> str:
    """Something as code; nothing stays nothing."""
    return f"`{text}`" if text != "" else ""


def finish(lines: Iterable[str]) -> str:
    """A page as text, ending in one line end."""
    return "\n".join(lines).rstrip("\n") + "\n"
