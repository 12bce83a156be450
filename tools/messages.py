"""Collect every translatable text and compile the translations.

Each package that shows text (the core, every plugin, every theme) keeps its own `translations/`
folder; this brings all of them up to date: new texts are added untranslated, gone ones dropped.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
KEYWORDS = DEFAULT_KEYWORDS | {
    "_l": None,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
}


def packages(root: Path = ROOT) -> Iterator[Path]:
    """Yield the folders that own a `translations/` folder: core, plugins, themes."""
    for pattern in ("core", "plugins/*", "themes/*"):
        yield from (folder for folder in sorted(root.glob(pattern)) if has_translations(folder))


def has_translations(package: Path) -> bool:
    """Whether a package brings translations."""
    return (package / "translations").is_dir()


def translations(package: Path) -> list[Path]:
    """Return the `.po` files of a package."""
    return sorted(package.glob("translations/*/LC_MESSAGES/messages.po"))


def extract(package: Path) -> Catalog:
    """Return every translatable text of a package, with the places that show it.

    Tests are left out.
    """
    catalog = Catalog(project="Banyan", charset="utf-8")
    found = extract_from_dir(package, METHODS, keywords=KEYWORDS, comment_tags=("i18n:",))
    for file, line, message, comments, context in found:
        if "tests" not in Path(file).parts:
            place = [((package.name / Path(file)).as_posix(), line)]
            catalog.add(message, None, place, auto_comments=comments, context=context)
    return catalog


def load(path: Path) -> Catalog:
    """Read a `.po` file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def open_entries(catalog: Catalog) -> list[str]:
    """Return the texts of a catalogue that are untranslated or marked fuzzy."""
    return [
        str(message.id)
        for message in catalog
        if message.id and (message.fuzzy or not all(_strings(message.string)))
    ]


def update(package: Path) -> int:
    """Bring a package's translations up to date, compile them, return how many texts are open."""
    template, still_open = extract(package), 0
    for path in translations(package):
        catalog = load(path)
        catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalog.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalog, width=100, sort_output=True, include_lineno=False)
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog)
        left = len(open_entries(catalog))
        print(f"{path.relative_to(ROOT)}: {len(catalog)} texts, {left} not translated")
        still_open += left
    return still_open


def main() -> int:
    """Update all packages; 1 when a text lacks its translation."""
    return 1 if sum([update(package) for package in packages()]) else 0


def _strings(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (string or "",) if isinstance(string, str | None) else tuple(string)


if __name__ == "__main__":
    sys.exit(main())
