"""Drawing lines of text: which font draws which sign, how wide it gets, and the ink itself."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

from core.api.fonts import FontName, covers, font_file
from core.api.values import dataclass
from plugins.poster.rules.clusters import (
    EMOJI_STYLE,
    JOINER,
    TEXT_STYLE,
    bare,
    clean,
    clusters,
    is_mark,
)
from plugins.poster.rules.fitting import UNKNOWN, Fitted, fit

Weight = Literal["regular", "bold"]
Align = Literal["left", "center", "right"]

LEADING = 1.3
"""Height of a line, as a multiple of the size of its letters."""

RISE = 1.03
"""How far below the top of its line a text stands: accents of capitals still fit above."""

_EMOJI_SIZE = 0.86
_CHAINS: dict[str, tuple[FontName, ...]] = {
    "regular": (FontName.REGULAR,),
    "bold": (FontName.BOLD, FontName.REGULAR),
}


@dataclass(frozen=True)
class Run:
    """Signs that one font draws."""

    font: FontName
    text: str


@dataclass(frozen=True)
class Style:
    """How a text is painted; ``size`` in pixels of the poster that is made."""

    size: int
    weight: Weight = "regular"
    align: Align = "left"
    max_lines: int = 1
    strike: bool = False


@dataclass(frozen=True)
class Placed:
    """A line and where it is written: its left end and its baseline, in pixels of the box."""

    text: str
    left: float
    baseline: int
    width: float


def ink(text: str, width: int, height: int, style: Style) -> Image.Image:
    """A mask of a box with a text in it: broken into lines, cut where it must be."""
    mask = Image.new("L", (width, height), 0)
    size, lines = placed(text, width, height, style)
    draw = ImageDraw.Draw(mask)
    for line in lines:
        write(draw, line.left, line.baseline, line.text, size, style.weight)
        if style.strike:
            strike(draw, line.left, line.baseline, line.width, size)
    return mask


def placed(text: str, width: int, height: int, style: Style) -> tuple[int, Sequence[Placed]]:
    """Where the lines of a text stand in a box, and the size of their letters.

    A size that is too high for the box is taken down, so that no letter is cut by its edge.
    """
    size = min(style.size, largest(height))
    if size < 1:
        return 0, ()
    step = size * LEADING
    most = max(1, min(style.max_lines, int(height / step)))
    fitted, over = fit_line_ends(text, width, most, size, style.weight)
    found = []
    for number, line in enumerate(fitted.lines):
        wide = width_of(line, size, style.weight)
        free = width - wide
        left = {"left": over, "center": free / 2, "right": free - over}[style.align]
        found.append(Placed(line, left, round(number * step + RISE * size), wide))
    return size, found


def largest(height: int) -> int:
    """The largest size of which one line fits a box."""
    return int(height / LEADING)


def fit_line_ends(
    text: str, width: float, max_lines: int, size: int, weight: Weight
) -> tuple[Fitted, float]:
    """Lines for a box, and how far from its edge they begin so that all ink stays inside."""

    def measure(line: str) -> float:
        return width_of(line, size, weight)

    fitted = fit(text, width, max_lines, measure)
    over = max((_overhang(line, size, weight) for line in fitted.lines), default=0.0)
    if not over:
        return fitted, 0.0
    return fit(text, width - 2 * over, max_lines, measure), over


def price_ink(text: str, width: int, height: int, style: Style) -> Image.Image:
    """A mask of a box with a price: shrunk rather than cut.

    Its yuan are large and the rest is small, unless it is struck through.
    """
    mask = Image.new("L", (width, height), 0)
    size = min(style.size, largest(height))
    line = clean(text).replace("\n", " ")
    parts = [(line, True)] if style.strike and line else price_parts(line)
    if size < 1 or not parts:
        return mask
    wide = _price_width(parts, size, style.weight)
    while wide > width and size > 4:
        size = max(4, min(size - 1, int(size * width / wide)))
        wide = _price_width(parts, size, style.weight)
    draw = ImageDraw.Draw(mask)
    left = {"left": 0.0, "center": (width - wide) / 2, "right": width - wide}[style.align]
    baseline, begin = round(RISE * size), left
    for part, is_large in parts:
        left = write(draw, left, baseline, part, _part_size(size, is_large), style.weight)
    if style.strike:
        strike(draw, begin, baseline, wide, size)
    return mask


def price_parts(text: str) -> Sequence[tuple[str, bool]]:
    """A price cut into its whole yuan (large) and all that stands around them (small)."""
    start = next((n for n, sign in enumerate(text) if sign.isdigit()), len(text))
    end = start
    while end < len(text) and (text[end].isdigit() or text[end] == ","):
        end += 1
    parts = ((text[:start], False), (text[start:end], True), (text[end:], False))
    return [(part, is_large) for part, is_large in parts if part]


def write(
    draw: ImageDraw.ImageDraw, left: float, baseline: int, text: str, size: int, weight: Weight
) -> float:
    """Draw a line at full ink; returns where the next sign would begin."""
    for run in runs(text, weight):
        font = _font(run.font, size)
        draw.text((round(left), baseline), run.text, fill=255, font=font, anchor="ls")
        left += font.getlength(run.text)
    return left


def strike(draw: ImageDraw.ImageDraw, left: float, baseline: int, wide: float, size: int) -> None:
    """Draw a line through digits and letters."""
    middle, thick = baseline - round(0.36 * size), max(1, round(size / 16))
    top = middle - thick // 2
    draw.rectangle((round(left), top, round(left + wide), top + thick - 1), 255)


@lru_cache(maxsize=8192)
def width_of(text: str, size: int, weight: Weight) -> float:
    """How far a line reaches, in pixels."""
    return sum(float(_font(run.font, size).getlength(run.text)) for run in runs(text, weight))


@lru_cache(maxsize=2048)
def runs(text: str, weight: Weight) -> tuple[Run, ...]:
    """A line cut into what one font draws each; signs that no font has are replaced."""
    found: list[Run] = []
    for cluster in clusters(text):
        for run in _drawn(cluster, weight):
            if found and found[-1].font is run.font:
                found[-1] = Run(run.font, found[-1].text + run.text)
            else:
                found.append(run)
    return tuple(found)


def _drawn(cluster: str, weight: Weight) -> Sequence[Run]:
    """How a sign is drawn: as it is, else in its plain form, without its marks, or replaced."""
    body = bare(cluster)
    for name in _order(cluster, weight):
        if body and all(covers(name, each) for each in body):
            return [Run(name, cluster if name is FontName.EMOJI else body)]
    plain = unicodedata.normalize("NFKC", body)  # 𝓐 is A, ﬁ is fi
    if plain not in {body, ""}:
        return [run for each in clusters(clean(plain)) for run in _drawn(each, weight)]
    for part in (cluster[0], *_letters(body)):
        if part != cluster and _is_covered(part, weight):
            return _drawn(part, weight)
    return [Run(_CHAINS[weight][0], UNKNOWN)]


def _letters(body: str) -> Sequence[str]:
    return [each for each in unicodedata.normalize("NFD", body) if not is_mark(each)][:1]


def _is_covered(character: str, weight: Weight) -> bool:
    return any(covers(name, character) for name in (*_CHAINS[weight], FontName.EMOJI))


def _order(cluster: str, weight: Weight) -> tuple[FontName, ...]:
    chain = _CHAINS[weight]
    is_emoji = EMOJI_STYLE in cluster or JOINER in cluster or ord(cluster[0]) >= 0x1F000
    if is_emoji and TEXT_STYLE not in cluster:
        return (FontName.EMOJI, *chain)
    return (*chain, FontName.EMOJI)


@lru_cache(maxsize=128)
def _font(name: FontName, size: int) -> ImageFont.FreeTypeFont:
    pixels = max(1, round(size * _EMOJI_SIZE)) if name is FontName.EMOJI else size
    return ImageFont.truetype(font_file(name), pixels)


def _overhang(line: str, size: int, weight: Weight) -> float:
    """How far the ink of a line reaches beyond its ends, at most."""
    parts = runs(line, weight)
    if not parts:
        return 0.0
    first, last = parts[0], parts[-1]
    left = _font(first.font, size).getbbox(first.text, anchor="ls")[0]
    font = _font(last.font, size)
    right = font.getbbox(last.text, anchor="ls")[2] - font.getlength(last.text)
    return max(0.0, -left, right)


def _price_width(parts: Sequence[tuple[str, bool]], size: int, weight: Weight) -> float:
    return sum(width_of(part, _part_size(size, is_large), weight) for part, is_large in parts)


def _part_size(size: int, is_large: bool) -> int:
    return size if is_large else max(1, round(size * 0.62))
