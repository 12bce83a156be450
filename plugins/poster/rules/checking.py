"""What a layout must fulfil before it is published; each error names its layer."""

import re
from collections.abc import Iterator

from core.api.errors import InvalidInput
from plugins.poster.rules.layout import (
    MAX_HEIGHT,
    MAX_LAYERS,
    MAX_WIDTH,
    MIN_SIDE,
    PLACES,
    PRODUCT_KINDS,
    TEXT_KINDS,
    Box,
    Kind,
    Layer,
    Layout,
    Purpose,
    places_in,
)

NAME_LIMIT = 40
TEXT_LIMIT = 300
MIN_QR_PERCENT = 22
"""Least width of a QR code in percent of the poster's: smaller ones cannot be scanned from a poster
that is shown at two fifths of its size."""

MIN_FONT, MAX_FONT = 10, 400
MAX_LINES = 12
MAX_BOX = 4 * MAX_HEIGHT
MAX_AREA = 2 * MAX_WIDTH * MAX_HEIGHT
"""Of one layer in pixels; a design of forty larger ones would hold up whoever paints it."""
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_LEAST_CONTRAST = 4.5


def check_layout(layout: Layout, purpose: Purpose = Purpose.PRODUCT) -> None:
    """Refuse a layout that cannot become a good poster.

    Args:
        layout: the document.
        purpose: what its template is for; a poster of the shop has no product to show.

    Raises:
        InvalidInput: ``field`` is ``size``, ``background``, ``layers`` or ``layers.<i>.<what>``;
            sentences about a layer say its name.
    """
    for problem in problems(layout, purpose):
        raise problem


def check_paintable(layout: Layout) -> None:
    """Refuse only what cannot be painted at all; a draft may be unfinished otherwise.

    Raises:
        InvalidInput: as :func:`check_layout`.
    """
    for problem in unpaintable(layout):
        raise problem


def problems(layout: Layout, purpose: Purpose = Purpose.PRODUCT) -> Iterator[InvalidInput]:
    """All that :func:`check_layout` would refuse, the gravest first."""
    yield from unpaintable(layout)
    yield from _unfinished(layout, purpose)


def unpaintable(layout: Layout) -> Iterator[InvalidInput]:
    """All that :func:`check_paintable` would refuse."""
    if not (MIN_SIDE <= layout.width <= MAX_WIDTH and MIN_SIDE <= layout.height <= MAX_HEIGHT):
        yield InvalidInput(
            "poster.size",
            "A poster is %(least)s to %(width)s pixels wide and %(least)s to %(height)s high.",
            field="size",
            least=MIN_SIDE,
            width=MAX_WIDTH,
            height=MAX_HEIGHT,
        )
    if not _COLOUR.fullmatch(layout.background):
        yield InvalidInput(
            "poster.background", "The background needs a colour like #FFFFFF.", field="background"
        )
    if len(layout.layers) > MAX_LAYERS:
        yield InvalidInput(
            "poster.layers",
            "A poster has at most %(limit)s layers.",
            field="layers",
            limit=MAX_LAYERS,
        )
    names: set[str] = set()
    for index, layer in enumerate(layout.layers):
        yield from _check_name(layer, index, names)
        yield from _check_looks(layer, index)


def _unfinished(layout: Layout, purpose: Purpose) -> Iterator[InvalidInput]:
    for index, layer in enumerate(layout.layers):
        if layer.is_hidden:
            continue
        box = layer.box
        is_beside = not 0 <= box.x <= layout.width - box.width
        if is_beside or not 0 <= box.y <= layout.height - box.height:
            sentence = "The layer “%(layer)s” stands outside the poster."
            yield _wrong(index, "x" if is_beside else "y", layer, sentence)
        if layer.kind in TEXT_KINDS and 1 <= box.height < layer.font.size:
            sentence = "The letters of “%(layer)s” are higher than its box."
            yield _wrong(index, "font_size", layer, sentence)
        yield from _check_words(layer, index, purpose)
    yield from _check_qr(layout)


def _wrong(index: int, what: str, layer: Layer, message: str, **params: object) -> InvalidInput:
    return InvalidInput(
        f"poster.layer_{what}",
        message,
        field=f"layers.{index}.{what}",
        layer=layer.name or str(index + 1),
        **params,
    )


def _check_name(layer: Layer, index: int, names: set[str]) -> Iterator[InvalidInput]:
    if not layer.name.strip() or len(layer.name) > NAME_LIMIT:
        yield _wrong(
            index,
            "name",
            layer,
            "The layer “%(layer)s” needs a name of at most %(limit)s signs.",
            limit=NAME_LIMIT,
        )
    if layer.name in names:
        yield _wrong(index, "name", layer, "There are two layers named “%(layer)s”.")
    names.add(layer.name)


def _check_looks(layer: Layer, index: int) -> Iterator[InvalidInput]:
    if not 1 <= layer.box.width <= MAX_BOX:
        sentence = "The width of “%(layer)s” is 1 to %(most)s pixels."
        yield _wrong(index, "width", layer, sentence, most=MAX_BOX)
    if not 1 <= layer.box.height <= MAX_BOX:
        sentence = "The height of “%(layer)s” is 1 to %(most)s pixels."
        yield _wrong(index, "height", layer, sentence, most=MAX_BOX)
    if layer.box.width * layer.box.height > MAX_AREA:
        yield _wrong(index, "width", layer, "The layer “%(layer)s” is too large.")
    if not 0 <= layer.opacity <= 100:
        yield _wrong(index, "opacity", layer, "The opacity of “%(layer)s” is 0 to 100 percent.")
    if layer.radius < 0:
        yield _wrong(index, "radius", layer, "The radius of “%(layer)s” cannot be below 0.")
    if not _COLOUR.fullmatch(layer.colour) or not _COLOUR.fullmatch(layer.font.colour):
        yield _wrong(index, "colour", layer, "The layer “%(layer)s” needs a colour like #1B1D1A.")
    if layer.kind in TEXT_KINDS:
        yield from _check_lettering(layer, index)


def _check_lettering(layer: Layer, index: int) -> Iterator[InvalidInput]:
    if len(layer.text) > TEXT_LIMIT:
        yield _wrong(
            index,
            "text",
            layer,
            "The text of “%(layer)s” is longer than %(limit)s signs.",
            limit=TEXT_LIMIT,
        )
    if not MIN_FONT <= layer.font.size <= MAX_FONT:
        yield _wrong(
            index,
            "font_size",
            layer,
            "The letters of “%(layer)s” are %(least)s to %(most)s pixels high.",
            least=MIN_FONT,
            most=MAX_FONT,
        )
    if not 1 <= layer.font.max_lines <= MAX_LINES:
        yield _wrong(
            index,
            "max_lines",
            layer,
            "The layer “%(layer)s” has 1 to %(most)s lines.",
            most=MAX_LINES,
        )


def _check_words(layer: Layer, index: int, purpose: Purpose) -> Iterator[InvalidInput]:
    shows_product = layer.kind in PRODUCT_KINDS or (
        layer.kind is Kind.IMAGE and layer.media_id is None
    )
    if layer.kind is Kind.TEXT and not layer.text.strip():
        yield _wrong(index, "text", layer, "The layer “%(layer)s” has no text.")
    for place in places_in(layer.text):
        is_known = place in PLACES if layer.kind is Kind.TEXT else place == ""
        if not is_known:
            yield _wrong(
                index,
                "text",
                layer,
                "The text of “%(layer)s” has a place {%(place)s} that nothing fills.",
                place=place,
            )
        shows_product = shows_product or place in {"title", "price", "was_price"}
    if shows_product and purpose is not Purpose.PRODUCT:
        yield _wrong(
            index,
            "kind",
            layer,
            "The layer “%(layer)s” shows a product, and this poster has none.",
        )


def _check_qr(layout: Layout) -> Iterator[InvalidInput]:
    shown = [(n, layer) for n, layer in enumerate(layout.layers) if not layer.is_hidden]
    codes = [(index, layer) for index, layer in shown if layer.kind is Kind.QR]
    if len(codes) != 1:
        yield InvalidInput("poster.qr", "A poster has exactly one QR code.", field="layers")
        return
    index, layer = codes[0]
    least = -(-layout.width * MIN_QR_PERCENT // 100)
    if min(layer.box.width, layer.box.height) < least:
        yield _wrong(
            index,
            "width" if layer.box.width < least else "height",
            layer,
            "The QR code “%(layer)s” must be at least %(least)s pixels wide and high.",
            least=least,
        )
    if layer.opacity != 100:
        yield _wrong(index, "opacity", layer, "The QR code “%(layer)s” must not be transparent.")
    if _COLOUR.fullmatch(layer.colour) and _contrast_to_white(layer.colour) < _LEAST_CONTRAST:
        yield _wrong(index, "colour", layer, "The colour of the QR code “%(layer)s” is too light.")
    for place, above in shown:
        if place > index and above.opacity and _overlap(above.box, layer.box):
            yield _wrong(index, "x", layer, "Another layer covers the QR code “%(layer)s”.")
            return


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def _contrast_to_white(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [
        each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    ]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (light + 0.05)
