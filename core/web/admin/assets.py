"""Style sheet, script, fonts and icons of the merchant's face.

The parts of the style sheet are joined, so a page loads one sheet and one script.
"""

import re
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from core.themes.assets import Shelf

PREFIX = "/static/admin"
_HERE = Path(__file__).parent
_STATIC = _HERE / "static"
_ICONS = _HERE / "icons"


def make_shelf(*, is_debug: bool) -> Shelf:
    """The assets as they are served, each under a name with its hash."""
    return Shelf(PREFIX, [_STATIC], {"admin.css": _sheet}, is_debug=is_debug)


def _sheet() -> str:
    parts = sorted((_STATIC / "css").glob("*.css"))
    return "\n".join(part.read_text(encoding="utf-8") for part in parts)


@lru_cache(maxsize=256)
def icon(name: str, extra: str = "") -> Markup:
    """An icon as inline SVG, hidden from screen readers; an unknown name shows the puzzle piece.

    Source: Tabler Icons (MIT).
    """
    path = _ICONS / f"{name}.svg"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not path.is_file():
        path = _ICONS / "puzzle.svg"
    found = re.search(r"<svg[^>]*>(.*)</svg>", path.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    inner = Markup(found.group(1))  # noqa: S704 (our own file)
    classes = f"icon {extra}".strip()
    return Markup('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>').format(
        classes, inner
    )
