"""What a good designer would say about a layout that may be published as it is."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from types import MappingProxyType
from typing import Any

from core.api.values import dataclass
from plugins.poster.rules.layout import TEXT_KINDS, Box, Kind, Layer, Layout

LEAST_CONTRAST = 3.0
"""Between large letters and what lies behind them.

Source: WCAG 2.2, success criterion 1.4.3, large text.
"""
LEAST_SHARE = 0.022
"""Smallest letters, as a share of the width, that can be read on a phone."""

LINE_HEIGHT = 1.2
_DIGIT_WIDTH = 0.6
_LONGEST_PRICE = "¥99999.99"
_TELLING = TEXT_KINDS | {Kind.AVATAR, Kind.QR}


@dataclass(frozen=True)
class Advice:
    """One piece of advice about a layer.

    Args:
        index: of the layer.
        what: field it is about.
        message: catalogue entry.
        params: values for its places.
    """

    index: int
    what: str
    message: str
    params: dict[str, Any]


def advice(layout: Layout, seen: Mapping[int, str] = MappingProxyType({})) -> Iterator[Advice]:
    """All there is to say; hidden layers are nobody's business.

    Args:
        layout: the document.
        seen: colours behind the layers of :func:`upon_pictures`, by their places, where somebody
            looked.
    """
    shown = [(n, layer) for n, layer in enumerate(layout.layers) if not layer.is_hidden]
    for index, layer in shown:
        if layer.kind in TEXT_KINDS:
            yield from _about_text(index, layer, layout, seen.get(index))
    told = [(n, layer) for n, layer in shown if layer.kind in _TELLING]
    for (index, one), (_other, other) in combinations(told, 2):
        if _share(one.box, other.box) > 0.25:
            message = "“%(layer)s” and “%(other)s” lie upon each other."
            yield Advice(index, "box", message, {"layer": one.name, "other": other.name})


def upon_pictures(layout: Layout) -> tuple[int, ...]:
    """Places of texts upon pictures that are the same for all members: one must look at them."""
    return tuple(
        index
        for index, layer in enumerate(layout.layers)
        if layer.kind in TEXT_KINDS and not layer.is_hidden and _behind(index, layout) is None
    )


def _about_text(index: int, layer: Layer, layout: Layout, seen: str | None) -> Iterator[Advice]:
    named, font = {"layer": layer.name}, layer.font
    if font.size < layout.width * LEAST_SHARE:
        message = "The letters of “%(layer)s” are too small to be read on a phone."
        yield Advice(index, "font_size", message, named)
    behind = _behind(index, layout)
    behind = seen if behind is None else behind
    if behind and contrast(font.colour, behind) < LEAST_CONTRAST:
        message = "“%(layer)s” can hardly be told from what lies behind it."
        yield Advice(index, "colour", message, named)
    fitting = int((layer.box.height + font.size * (LINE_HEIGHT - 1)) / (font.size * LINE_HEIGHT))
    if 1 <= fitting < font.max_lines:
        message = "“%(layer)s” may have %(lines)s lines and has room for %(fitting)s."
        yield Advice(
            index, "max_lines", message, {**named, "lines": font.max_lines, "fitting": fitting}
        )
    room = len(_LONGEST_PRICE) * font.size * _DIGIT_WIDTH
    if layer.kind in {Kind.PRICE, Kind.WAS_PRICE} and layer.box.width < room:
        message = "“%(layer)s” is too narrow for high prices such as ¥99999.99."
        yield Advice(index, "box", message, named)


def _behind(index: int, layout: Layout) -> str | None:
    """The colour behind a layer; ``None``: a picture; empty: each product has another one."""
    box = layout.layers[index].box
    for layer in reversed(layout.layers[:index]):
        if layer.is_hidden or not layer.opacity or not _covered(box, layer.box):
            continue
        if layer.kind is Kind.SHAPE and layer.opacity >= 90 and _covered(box, layer.box, 1.0):
            return layer.colour
        if layer.kind in {Kind.SHAPE, Kind.IMAGE, Kind.AVATAR}:
            return "" if layer.kind is Kind.AVATAR or _is_product(layer) else None
    return None if layout.background_media_id is not None else layout.background


def _is_product(layer: Layer) -> bool:
    return layer.kind is Kind.IMAGE and layer.media_id is None


def _covered(box: Box, by: Box, least: float = 0.001) -> bool:
    """Whether at least a share of a box lies under another."""
    return _common(box, by) >= least * box.width * box.height


def _common(one: Box, other: Box) -> int:
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return max(0, width) * max(0, height)


def _share(one: Box, other: Box) -> float:
    smaller = min(one.width * one.height, other.width * other.height)
    return _common(one, other) / smaller if smaller > 0 else 0.0


def contrast(one: str, other: str) -> float:
    """How far two colours are apart, from 1 to 21.

    Source: WCAG 2.2, contrast ratio and relative luminance.
    """
    lights = sorted((_light(one), _light(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _light(colour: str) -> float:
    try:
        parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    except ValueError:
        return 0.5
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
