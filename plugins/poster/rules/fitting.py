"""Fitting a text into a box: where lines end, and where an ellipsis must stand.

Chinese ends a line between any two characters, but no line begins with a closing sign or ends with
an opening one. Latin ends at spaces and after hyphens. A number keeps its unit, and a sign of money
its number. Only what is wider than a whole line is torn apart.
"""

import re
import tomllib
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path

from core.api.values import dataclass
from plugins.poster.rules.clusters import clean, clusters, is_wide

ELLIPSIS, LATIN_ELLIPSIS = "…", "..."
"""The first stands at half height, as Chinese has it; the second at the foot of Latin letters."""

_SIGNS = tomllib.loads(Path(__file__).with_name("signs.toml").read_text("utf-8"))

NO_START = frozenset(_SIGNS["no_start"])
"""No line begins with one of these."""

NO_END = frozenset(_SIGNS["no_end"])
"""No line ends with one of these."""

UNKNOWN: str = _SIGNS["unknown"]
"""Stands for a sign that no font has."""

_COUNTED = frozenset(_SIGNS["counted"])
_TRAILING: str = _SIGNS["trailing"]

_UNIT = re.compile(
    r"(?:[kmcdnpμµKMGT]?(?:m|g|l|L|W|V|A|J|N|Pa|Hz|B|b|Wh|Ah)|mAh|mm²|cm²|m²|m³|in|ft|lb|lbs|oz|"
    r"pcs?|px|°C|°F|℃|%|x|h|min|s)(?![A-Za-z])"
)
_DIGITS = frozenset("0123456789")


@dataclass(frozen=True)
class Fitted:
    """Lines that fit. ``is_cut``: the text went on, and the last line ends in an ellipsis."""

    lines: tuple[str, ...]
    is_cut: bool


def fit(text: str, width: float, max_lines: int, width_of: Callable[[str], float]) -> Fitted:
    """Break a text into at most ``max_lines`` lines, none of them wider than ``width``.

    Args:
        text: as people wrote it; it is cleaned here.
        width: of the box, in the unit of ``width_of``.
        max_lines: one at least.
        width_of: how wide a line would be painted.

    Returns:
        No lines when there is nothing to show, or when not even an ellipsis fits.
    """
    lines: list[str] = []
    paragraphs = clean(text).split("\n")
    for number, paragraph in enumerate(paragraphs):
        left = paragraph
        while left or (lines and number < len(paragraphs)):
            taken, rest = _line(left, width, width_of)
            is_last = len(lines) == max_lines - 1
            goes_on = bool(rest) or any(paragraphs[number + 1 :])
            if is_last and goes_on:
                return _cut([*lines, left if rest else taken], width, width_of)
            if left and not taken:  # not even one sign is narrow enough
                return _cut([*lines, left], width, width_of)
            lines.append(taken)
            left = rest
            if not left:
                break
    return Fitted(tuple(lines), is_cut=False)


def shorten(
    name: str, width: float, width_of: Callable[[str], float], around: Callable[[str], str]
) -> str:
    """A line with a name in it; the name is cut, so that what stands around it is not.

    Args:
        name: as people wrote it.
        width: of the box.
        width_of: how wide a line would be painted.
        around: the line with a name put into it.

    Returns:
        The line, too wide when not even two signs of the name would fit.
    """
    signs = clusters(clean(name))
    lines = [around(_with_ellipsis("".join(signs[:count]))) for count in range(2, len(signs))]
    if width_of(clean(around(name))) <= width or not lines:
        return around(name)
    count = _longest(lines, width, width_of)
    return lines[count - 1] if count else around(name)


def segments(text: str) -> Sequence[str]:
    """A cleaned line cut where it may end; spaces stay at the end of what they follow."""
    signs = clusters(text)
    found: list[str] = []
    offset = 0
    for index, sign in enumerate(signs):
        if found and not _may_break(signs, index, text, offset):
            found[-1] += sign
        else:
            found.append(sign)
        offset += len(sign)
    return found


def _may_break(signs: Sequence[str], index: int, text: str, offset: int) -> bool:
    """Whether a line may end before ``signs[index]``."""
    before, here = signs[index - 1], signs[index]
    if here == " " or here[0] in NO_START or before[0] in NO_END:
        return False
    if before == " ":
        last = signs[index - 2] if index >= 2 else ""
        is_measure = last in _DIGITS and (_UNIT.match(text, offset) or here in _COUNTED)
        return not (is_measure or last[:1] in NO_END)
    if before in _DIGITS and here in _COUNTED:
        return False
    if is_wide(before) or is_wide(here):
        return True
    return before in "-/" and here not in _DIGITS and index >= 2 and signs[index - 2] != " "


def _line(text: str, width: float, width_of: Callable[[str], float]) -> tuple[str, str]:
    """The longest beginning of a text that fits a line and may end there, and what is left."""
    parts = segments(text)
    count = _longest(_growing(parts), width, width_of)
    taken = "".join(parts[:count])
    if taken.strip():
        return taken.rstrip(), text[len(taken) :].lstrip()
    signs = clusters(text)
    count = _longest(_growing(signs), width, width_of)
    taken = "".join(signs[:count])
    return taken.rstrip(), text[len(taken) :].lstrip()


def _growing(parts: Sequence[str]) -> Sequence[str]:
    return list(accumulate(parts))


def _longest(beginnings: Sequence[str], width: float, width_of: Callable[[str], float]) -> int:
    """How many parts the longest beginning that fits has; widths grow with the text, nearly."""
    low, high = 0, len(beginnings)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(beginnings[middle - 1].rstrip()) <= width:
            low = middle
        else:
            high = middle - 1
    return low


def _cut(lines: Sequence[str], width: float, width_of: Callable[[str], float]) -> Fitted:
    """End the last line in an ellipsis, however much of it must go for that."""
    signs = clusters(lines[-1])
    endings = [_with_ellipsis("".join(signs[: count + 1])) for count in range(len(signs))]
    count = _longest(endings, width, width_of)
    ending = endings[count - 1] if count else ELLIPSIS
    if width_of(ending) > width:
        return Fitted(tuple(lines[:-1]), is_cut=True)
    return Fitted((*lines[:-1], ending), is_cut=True)


def _with_ellipsis(text: str) -> str:
    kept = clusters(text.rstrip(_TRAILING))
    is_latin = bool(kept) and not is_wide(kept[-1])
    return "".join(kept) + (LATIN_ELLIPSIS if is_latin else ELLIPSIS)
