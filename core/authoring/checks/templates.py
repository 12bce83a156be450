"""Templates: nothing that the content security policy refuses, nothing unescaped."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import jinja2
from jinja2 import nodes

from core.authoring.findings import Finding
from core.authoring.source import PluginSource

_UNESCAPED = frozenset({"safe"})
_LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "srcset"}
_REMOTE = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
_TAG = re.compile(
    r"\{%[-+]?\s*trans\b.*?\{%[-+]?\s*endtrans\b.*?%\}|\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL
)
_WORDS = re.compile(r"[A-Za-z]{3,}(?:\s+[A-Za-z]+)*")
_SILENT = frozenset({"script", "style", "code", "pre", "svg", "kbd"})
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)
_SPOKEN = frozenset({"alt", "title", "aria-label", "placeholder"})


def check(source: PluginSource) -> Iterator[Finding]:
    """Every template of the plugin."""
    env = jinja2.Environment(  # noqa: S701 - parses only, renders nothing
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"]
    )
    for path in source.templates:
        text = path.read_text(encoding="utf-8", errors="replace")
        try:
            tree = env.parse(text)
        except jinja2.TemplateSyntaxError as error:
            yield Finding("P601", path, error.lineno, f"It cannot be read: {error.message}.")
            continue
        yield from _unescaped(path, tree)
        yield from _markup(path, text)


def _unescaped(path: Path, tree: nodes.Template) -> Iterator[Finding]:
    for used in tree.find_all(nodes.Filter):
        if used.name in _UNESCAPED:
            yield Finding("P604", path, used.lineno, f"It uses |{used.name}.")
    for block in tree.find_all(nodes.FilterBlock):
        if block.filter.name in _UNESCAPED:
            yield Finding("P604", path, block.lineno, f"It uses |{block.filter.name}.")
    for scope in tree.find_all(nodes.ScopedEvalContextModifier):
        yield Finding("P604", path, scope.lineno, "It switches escaping off.")


def _markup(path: Path, text: str) -> Iterator[Finding]:
    reader = _Reader(path)
    reader.feed(_TAG.sub(_blank, text))
    reader.close()
    yield from reader.found


def _blank(tag: re.Match[str]) -> str:
    """Jinja's tags as spaces, line ends kept, so that lines stay what they are."""
    return re.sub(r"[^\n]", " ", tag.group())


class _Reader(HTMLParser):
    """Reads markup whose Jinja tags were blanked."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Finding] = []
        self._path = path
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at a tag and its attributes."""
        values = {name: value or "" for name, value in attrs}
        if tag == "script" and "src" not in values and "json" not in values.get("type", ""):
            self._note("P602", "A script stands between the tags.")
        if tag == "style" or "style" in values:
            self._note("P602", "A style stands in the markup.", "Put it into a file of static/.")
        for name, value in values.items():
            if name.startswith("on"):
                self._note("P603", f"The handler {name} stands at <{tag}>.")
            elif value.strip().lower().startswith("javascript:"):
                self._note("P603", f"{name} of <{tag}> runs a script.")
            elif name in _SPOKEN:
                self._spoken(value)
        source = values.get(_LOADED.get(tag, ""), "")
        if _REMOTE.match(source):
            self._note("P605", f"<{tag}> fetches {source.strip()}.")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Likewise, and closed at once."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave a tag; what stands open within it is left, too."""
        if tag in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        """Look at what people read."""
        is_block_of_words = not self._open and data == data.lower()  # such as a class of the page
        if not (_SILENT & set(self._open) or is_block_of_words):
            self._spoken(data)

    def _spoken(self, text: str) -> None:
        words = _WORDS.search(text)
        if words:
            before = text[: words.start()].count("\n")
            self._note("P507", f"“{words.group()[:40]}” is not translated.", after=before)

    def _note(self, code: str, sentence: str, hint: str = "", after: int = 0) -> None:
        self.found.append(Finding(code, self._path, self.getpos()[0] + after, sentence, hint))
