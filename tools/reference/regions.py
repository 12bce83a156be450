"""``regions.md``: where blocks may stand, what they get there, and what each page knows."""

import re
from collections.abc import Iterator
from pathlib import Path

from core.api.regions import Region
from core.web.placing import core_blocks
from core.web.store.blocks import declare_blocks
from tools.reference import views
from tools.reference.markdown import code, finish, head, read, spaced, table
from tools.reference.source import ROOT, find, values_of

_CALL = re.compile(r"\bregion\(\s*['\"]([\w.]+)['\"]")
_PARENT = re.compile(r"{%-?\s*(?:extends|include)\s+['\"]([^'\"]+)['\"]")
_SUBJECT = re.compile(r"Subject: (.+?)\.$")
_THEME = "themes/qingshan/templates"
_CARD = f"{_THEME}/card.html"
# Regions that are asked once for many things, and so stand in their template by another name.
_ASKED_ONCE = {
    Region.CARD_BADGES: _CARD,
    Region.CARD_AFTER_PRICE: _CARD,
    Region.PRINT_ORDER: "core/web/admin/templates/admin/orders/slips.html",
}


def page() -> str:
    """The page."""
    declare_blocks()
    lines = head(
        "Regions",
        "A region is an ordered list of blocks, the trunk's and the plugins' as peers: by the "
        "merchant's arrangement, then weight, then key. The trunk's blocks weigh 100, 200, 300 … "
        "in the order shown; a plugin's may stand behind one of them by the last word of its key "
        '(`after="price"`). A plugin names a region as `core.api.regions.Region.NAME` in its '
        "[`Block`](hooks.md#block).",
        "*Subject* is what a block there gets as `BlockContext.subject`; *the page's* is that of "
        "the page on which it stands, `None` on a page that is about nothing.",
    )
    lines += table(
        [
            "Region",
            "Name in `Region`",
            "Where it stands",
            "Subject",
            "Printed by",
            "Blocks of the trunk",
        ],
        (
            [
                code(region.value),
                code(region.name),
                place_of(region),
                subject_of(region),
                ", ".join(code(name) for name in printed_by(region)),
                ", ".join(code(block.key) for block in core_blocks(region)),
            ]
            for region in Region
        ),
    )
    lines += ["## What pages know", ""]
    lines += spaced(
        [
            "Names that the templates of the trunk's pages see besides `site`, and so do the "
            "trunk's own blocks on them. Blocks of plugins see `site` and what their `context` "
            "returns. A page with the template of a region in this list shows that region.",
        ]
    )
    lines += table(
        ["Template", "Addresses", "Names", "Regions"],
        (
            [
                code(each.template),
                ", ".join(code(path) for path in each.addresses),
                ", ".join(code(name) for name in each.names),
                ", ".join(code(name) for name in sorted(regions_on(each.template))),
            ]
            for each in views.pages()
        ),
    )
    return finish(lines)


def place_of(region: Region) -> str:
    """Where a region stands, as its docstring says."""
    return " ".join(_SUBJECT.sub("", text).strip() for text in _doc(region)).strip()


def subject_of(region: Region) -> str:
    """What its docstring says that a block gets as the page's subject."""
    found = [match[1] for text in _doc(region) if (match := _SUBJECT.search(text))]
    return found[0] if found else ""


def printed_by(region: Region) -> list[str]:
    """Templates of the default theme and of plugins in which a region stands."""
    if region in _ASKED_ONCE:
        return [_ASKED_ONCE[region]]
    return sorted(
        path.relative_to(ROOT).as_posix()
        for path in _templates()
        if region.value in _CALL.findall(path.read_text(encoding="utf-8"))
    )


def regions_on(template: str) -> set[str]:
    """Regions that a template of the default theme shows by itself; those of the base left out."""
    path = ROOT / _THEME / template
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    found = set(_CALL.findall(text))
    for name in _PARENT.findall(text):
        if name not in {"base.html", template}:
            found |= regions_on(name)
    return found


def _doc(region: Region) -> tuple[str, ...]:
    return read(values_of(find("core.api.regions", "Region"))[region.name]).paragraphs


def _templates() -> Iterator[Path]:
    yield from (ROOT / _THEME).rglob("*.html")
    yield from ROOT.glob("plugins/*/templates/**/*.html")
