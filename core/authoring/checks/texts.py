"""Texts: everything people read is English in the code and Chinese in ``translations/zh.po``."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import PoFileError, read_po

from core.authoring.descriptors import made
from core.authoring.findings import Finding
from core.authoring.source import Module, PluginSource
from core.config import ROOT
from core.kernel.values import dataclass

_KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "lazy_gettext": None}
_JINJA = {"extensions": "jinja2.ext.i18n,jinja2.ext.do"}
_PLACES = re.compile(r"%\((\w+)\)")
_CHINESE = re.compile(r"[\u4e00-\u9fff\u3000-\u303f\uff01-\uff5e]")
_IN_DESCRIPTORS = ("label", "menu_label", "done", "message")
_ERRORS = frozenset(
    {"Conflict", "Forbidden", "InvalidInput", "NotFound", "RateLimited", "Rejected"}
    | {"ShopError", "SignInRequired", "UpstreamError"}
)
_FIRST = frozenset({"core.api.web.notice", "core.api.web.sentence"})
_SECOND = frozenset({f"core.api.errors.{name}" for name in _ERRORS})
_SECOND |= {"core.api.pricing.Adjustment"}


@dataclass(frozen=True)
class Text:
    """A text that people read, and where it stands."""

    message: str
    path: Path
    line: int


def check(source: PluginSource) -> Iterator[Finding]:
    """Every text is known, translated, and has the same places in both languages."""
    texts = [*_of_python(source), *_of_templates(source)]
    path = source.folder / "translations" / "zh.po"
    own: dict[str, int] = {}
    if path.is_file():
        try:
            catalogue = _load(path)
        except (PoFileError, ValueError, UnicodeDecodeError) as error:
            yield Finding("P501", path, 0, f"It cannot be read: {error}.", "Correct the file.")
            return
        yield from _entries(path, catalogue)
        own = dict(_ids(catalogue))
    known = _known_elsewhere(source)
    if texts and not path.is_file() and any(text.message not in known for text in texts):
        yield Finding("P501", path, 0, "There is no translations/zh.po.")
    elif path.is_file():
        yield from _unknown(texts, own.keys() | known)
        yield from _unused(source, path, own, {text.message for text in texts})
    yield from _taken(source, path)
    yield from _chinese(source)


def _unknown(texts: list[Text], known: set[str]) -> Iterator[Finding]:
    seen = set()
    for text in texts:
        if text.message not in known and text.message not in seen:
            seen.add(text.message)
            yield Finding("P502", text.path, text.line, f"“{text.message}” has no Chinese.")


def _taken(source: PluginSource, path: Path) -> Iterator[Finding]:
    """Labels that are shown with the trunk's Chinese, because its English is the same.

    Templates of a plugin ask its own catalogue first; labels of what it contributes do not.
    """
    own = _chinese_of([path]) if path.is_file() else {}
    trunk, seen = _chinese_of_the_trunk(), set()
    for text in _labels(source):
        message, shown = text.message, trunk.get(text.message)
        if shown is None or own.get(message) == shown or message in seen:
            continue
        seen.add(message)
        said = own.get(message)
        instead = f", not as its own “{said}”" if said else " and has no Chinese of its own"
        yield Finding("P508", text.path, text.line, f"“{message}” is shown as “{shown}”{instead}.")


def _entries(path: Path, catalogue: Catalog) -> Iterator[Finding]:
    for message in catalogue:
        if not message.id:
            continue
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        ids = message.id if isinstance(message.id, list | tuple) else (message.id,)
        line, what = message.lineno or 0, f"“{ids[0]}”"
        if message.fuzzy or not all(strings):
            yield Finding("P503", path, line, f"{what} is not translated.")
        elif _places(strings) - _places(ids):
            yield Finding("P504", path, line, f"{what} has other places in Chinese.")
        elif _places(ids[:1]) - _places(strings):
            lost = sorted(_places(ids[:1]) - _places(strings))
            yield Finding("P504", path, line, f"{what} loses %({lost[0]})s in Chinese.")


def _unused(
    source: PluginSource, path: Path, own: dict[str, int], used: set[str]
) -> Iterator[Finding]:
    """Entries whose text stands nowhere in the plugin, not even as a plain string.

    Names of accounts and acts are worded from their keys (``gift_balance`` → “Gift balance”), so a
    text whose words are all names of the code is not unused.
    """
    everywhere = "\n".join(
        each.read_text(encoding="utf-8", errors="replace")
        for each in (*(module.path for module in source.modules), *source.templates)
    )
    flat = re.sub(r"[\"']\s*\n\s*[\"']", "", everywhere)
    words = set(re.findall(r"[a-z]+", flat.lower()))
    for text, line in own.items():
        is_worded = set(text.lower().split()) <= words
        if text not in used and text not in flat and not is_worded:
            yield Finding("P505", path, line, f"“{text}” is said nowhere.")


def _of_python(source: PluginSource) -> Iterator[Text]:
    for module in source.modules:
        if module.tree is not None:
            yield from _extracted(module.path, "python", {})
            # what a command line says is English, as all of the house's commands are
            if module.part != "commands":
                yield from _of_calls(source, module, module.tree)
    yield from _labels(source)
    for item in made(source):
        if "fields" in item.arguments and item.kind == "PayoutChannel":
            yield from _pairs(source, item.module, item.arguments["fields"])


def _labels(source: PluginSource) -> Iterator[Text]:
    """What descriptors say: labels of pages, cards and buttons."""
    for item in made(source):
        for name in _IN_DESCRIPTORS:
            if name in item.arguments:
                yield from _text(source, item.module, item.arguments[name])


def _of_calls(source: PluginSource, module: Module, tree: ast.Module) -> Iterator[Text]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            meant = module.meant(node.func)
            place = 0 if meant in _FIRST else 1 if meant in _SECOND else None
            if place is not None and place < len(node.args):
                yield from _text(source, module, node.args[place])
        elif isinstance(node, ast.Dict):
            yield from _hints(source, module, node)


def _hints(source: PluginSource, module: Module, node: ast.Dict) -> Iterator[Text]:
    """The hint of a dashboard card: ``{"value": …, "hint": "…"}``."""
    names = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
    if "hint" in names and "value" in names:
        yield from _text(source, module, node.values[names.index("hint")])


def _pairs(source: PluginSource, module: Module, node: ast.expr) -> Iterator[Text]:
    found = source.constant(module, node)
    for pair in found.elts if isinstance(found, ast.Tuple | ast.List) else ():
        if isinstance(pair, ast.Tuple) and len(pair.elts) > 1:
            yield from _text(source, module, pair.elts[1])


def _text(source: PluginSource, module: Module, node: ast.expr) -> Iterator[Text]:
    if isinstance(node, ast.IfExp):
        yield from _text(source, module, node.body)
        yield from _text(source, module, node.orelse)
        return
    text = source.text(module, node)
    if text and not (text.startswith("%(") and text.endswith(")s") and " " not in text):
        yield Text(text, module.path, node.lineno)


def _of_templates(source: PluginSource) -> Iterator[Text]:
    for path in source.templates:
        yield from _extracted(path, "jinja2", _JINJA)


def _extracted(path: Path, method: str, options: dict[str, str]) -> Iterator[Text]:
    try:
        with path.open("rb") as file:
            found = list(extract(method, file, keywords=_KEYWORDS, options=options))
    except Exception:  # noqa: BLE001 - what cannot be parsed is found by other rules
        return
    for line, message, _comments, _context in found:
        first = message if isinstance(message, str) else message[0]
        if first:
            yield Text(first, path, line)


@lru_cache(maxsize=64)
def _load(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans_CN", abort_invalid=True)


def _ids(catalogue: Catalog) -> Iterator[tuple[str, int]]:
    for message in catalogue:
        if message.id:
            first = message.id if isinstance(message.id, str) else message.id[0]
            yield first, message.lineno or 0


@lru_cache(maxsize=1)
def _chinese_of_the_trunk() -> dict[str, str]:
    """Every text of the trunk and the themes with its Chinese."""
    files = sorted((ROOT / "core").glob("**/translations/zh.po"))
    return _chinese_of([*files, *sorted((ROOT / "themes").glob("*/translations/zh.po"))])


def _chinese_of(paths: Iterable[Path]) -> dict[str, str]:
    """Texts with their Chinese, or its first form; the last file wins, as when they are merged."""
    found = {}
    for path in paths:
        for message in _load(path):
            if message.id:
                ids = (message.id,) if isinstance(message.id, str) else message.id
                strings = message.string or ""
                found[ids[0]] = strings if isinstance(strings, str) else strings[0]
    return found


def _known_elsewhere(source: PluginSource) -> set[str]:
    """Texts that the trunk, the themes and the plugins it requires bring along."""
    known = set(_chinese_of_the_trunk())
    for name in source.manifest.required_names if source.manifest else ():
        path = source.folder.parent / name / "translations" / "zh.po"
        if path.is_file():
            known |= {text for text, _ in _ids(_load(path))}
    return known


def _places(texts: Iterable[Any]) -> set[str]:
    return {place for text in texts for place in _PLACES.findall(str(text or ""))}


def _chinese(source: PluginSource) -> Iterator[Finding]:
    for module in source.modules:
        if module.tree is None:
            continue
        said = _docstrings(module.tree) | _in_messages(module)
        for node in ast.walk(module.tree):
            line = getattr(node, "lineno", 0)
            value = node.value if isinstance(node, ast.Constant) else None
            if isinstance(value, str) and id(node) not in said and _CHINESE.search(value):
                sentence = f"“{value.strip()[:40]}” is Chinese."
                yield Finding("P506", module.path, line, sentence)
    for path in source.templates:
        text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for number, line in enumerate(text.splitlines(), 1):
            if _CHINESE.search(line):
                yield Finding("P506", path, number, f"“{line.strip()[:40]}” holds Chinese.")


def _in_messages(module: Module) -> set[int]:
    """What templates of messages say: each language stands beside the others there."""
    return {
        id(part)
        for node in (ast.walk(module.tree) if module.tree else ())
        if isinstance(node, ast.Call) and module.meant(node.func) == "core.api.messages.Text"
        for part in ast.walk(node)
    }


def _docstrings(tree: ast.Module) -> set[int]:
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
