"""A poster in two steps: what is the same for all members is painted once, their own upon it."""

import io
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Literal
from uuid import UUID

from PIL import Image

from core.api.values import dataclass
from plugins.poster.rules.fitting import shorten
from plugins.poster.rules.layout import FORMAT, TEXT_KINDS, Box, Kind, Layer, Layout
from plugins.poster.rules.words import Words, is_named, is_personal, text_of
from plugins.poster.services.rendering import lettering, pictures
from plugins.poster.services.rendering.codes import paint_code

QUALITIES = (85, 78, 70, 62, 52, 42)
"""Of the JPEG: the first one whose file is small enough is taken, else the last."""

BYTES_PER_PIXEL = 0.25
"""Most bytes of a file: 250 kB at 750×1334."""

BASES = 8
"""Painted grounds that are kept; each is some megabytes."""

Loader = Callable[[UUID, int], bytes | None]
"""Gets a stored picture's id and the width that is needed; ``None``: it is not there."""


@dataclass(frozen=True)
class Sheet:
    """Everything that one poster shows.

    Args:
        layout: how it looks.
        layout_key: names the layout, so that its ground is painted once; empty for drafts.
        words: what its texts say.
        target: what the QR code opens.
        product_media_id: the product's first picture; ``None``: it has none.
        avatar_media_id: the member's portrait; ``None``: they have none.
        width: of the poster in pixels; 0: as the layout says.
    """

    layout: Layout
    layout_key: str
    words: Words
    target: str
    product_media_id: UUID | None = None
    avatar_media_id: UUID | None = None
    width: int = 0

    @property
    def scale(self) -> float:
        """How much larger than the layout the poster is."""
        return (self.width or self.layout.width) / self.layout.width


@dataclass(frozen=True)
class Rendered:
    """A finished poster's JPEG."""

    data: bytes
    width: int
    height: int
    quality: int


@dataclass(frozen=True)
class _Ground:
    """What members share, and the layers still to be painted upon it.

    ``is_whole``: no picture was missing, so it may be kept.
    """

    picture: Image.Image
    left: tuple[Layer, ...]
    is_whole: bool


class _Missing(list[UUID]):
    """Pictures that were asked for and are not there."""


_grounds: OrderedDict[tuple[object, ...], _Ground] = OrderedDict()
_lock = threading.Lock()


def render(sheet: Sheet, load: Loader) -> Rendered:
    """A poster as a JPEG file. Asks nobody but ``load``; a missing picture is replaced.

    Args:
        sheet: what it shows.
        load: reads stored pictures.
    """
    picture = paint(sheet, load)
    data, quality = _encoded(picture)
    return Rendered(data, picture.width, picture.height, quality)


def paint(sheet: Sheet, load: Loader) -> Image.Image:
    """A poster's pixels; see :func:`render`."""
    ground = _ground(sheet, load)
    picture = ground.picture.copy()
    for layer in ground.left:
        _paint_layer(picture, layer, sheet, load, _Missing())
    return picture


def _ground(sheet: Sheet, load: Loader) -> _Ground:
    words = sheet.words
    key = (
        FORMAT,
        sheet.layout_key,
        sheet.width,
        sheet.product_media_id,
        (words.title, words.price, words.was_price, words.shop),
    )
    with _lock:
        found = _grounds.get(key) if sheet.layout_key else None
        if found is not None:
            _grounds.move_to_end(key)
            return found
    made = _painted_ground(sheet, load)
    if sheet.layout_key and made.is_whole:
        with _lock:
            _grounds[key] = made
            while len(_grounds) > BASES:
                _grounds.popitem(last=False)
    return made


def _painted_ground(sheet: Sheet, load: Loader) -> _Ground:
    layout, missing = sheet.layout, _Missing()
    size = (round(layout.width * sheet.scale), round(layout.height * sheet.scale))
    picture = Image.new("RGB", size, layout.background)
    if layout.background_media_id is not None:
        data = load(layout.background_media_id, size[0])
        found = pictures.opened(data, size)
        if found is None:
            missing.append(layout.background_media_id)
        else:
            picture.paste(pictures.covering(found, *size))
    left: list[Layer] = []
    for layer in layout.shown:
        if is_personal(layer) or any(_touch(layer.box, below.box) for below in left):
            left.append(layer)
        else:
            _paint_layer(picture, layer, sheet, load, missing)
    return _Ground(picture, tuple(left), is_whole=not missing)


def _touch(one: Box, other: Box) -> bool:
    """Whether two boxes share pixels; one pixel of rounding is allowed for."""
    return (
        one.x <= other.x + other.width
        and other.x <= one.x + one.width
        and one.y <= other.y + other.height
        and other.y <= one.y + one.height
    )


def _paint_layer(
    picture: Image.Image, layer: Layer, sheet: Sheet, load: Loader, missing: _Missing
) -> None:
    scale = sheet.scale
    left, top = round(layer.box.x * scale), round(layer.box.y * scale)
    width = max(1, round((layer.box.x + layer.box.width) * scale) - left)
    height = max(1, round((layer.box.y + layer.box.height) * scale) - top)
    if left >= picture.width or top >= picture.height or left + width <= 0 or top + height <= 0:
        return
    radius = round(layer.radius * scale)
    if layer.kind in TEXT_KINDS:
        mask = _text_mask(layer, sheet, width, height)
        picture.paste(layer.font.colour, (left, top), _faded(mask, layer.opacity))
    elif layer.kind is Kind.SHAPE:
        mask = pictures.rounded(width, height, radius)
        picture.paste(layer.colour, (left, top), _faded(mask, layer.opacity))
    else:
        tile = _tile(layer, sheet, (width, height), load, missing)
        left, top = left + (width - tile.width) // 2, top + (height - tile.height) // 2
        mask = pictures.rounded(tile.width, tile.height, radius)
        picture.paste(tile, (left, top), _faded(mask, layer.opacity))


def _tile(
    layer: Layer, sheet: Sheet, size: tuple[int, int], load: Loader, missing: _Missing
) -> Image.Image:
    """The pixels of a picture, a portrait or a code."""
    if layer.kind is Kind.QR:
        return paint_code(sheet.target, *size, layer.colour)
    is_avatar = layer.kind is Kind.AVATAR
    media_id = sheet.avatar_media_id if is_avatar else layer.media_id or sheet.product_media_id
    data = load(media_id, size[0]) if media_id is not None else None
    found = pictures.opened(data, size)
    if found is None:
        if media_id is not None:
            missing.append(media_id)
        if is_avatar:
            return pictures.no_avatar(sheet.words.nickname, *size)
        return pictures.no_picture(*size)
    if layer.fit == "contain" and not is_avatar:
        return pictures.containing(found, *size)
    return pictures.covering(found, *size)


def _text_mask(layer: Layer, sheet: Sheet, width: int, height: int) -> Image.Image:
    font = layer.font
    style = lettering.Style(
        size=max(1, round(font.size * sheet.scale)),
        weight=font.weight,
        align=font.align,
        max_lines=font.max_lines,
        strike=font.strike,
    )
    text = _text(layer, sheet, width, min(style.size, lettering.largest(height)), style.weight)
    if layer.kind in {Kind.PRICE, Kind.WAS_PRICE}:
        return lettering.price_ink(text, width, height, style)
    return lettering.ink(text, width, height, style)


def _text(
    layer: Layer, sheet: Sheet, width: int, size: int, weight: Literal["regular", "bold"]
) -> str:
    """What a layer says; on a single line a long name makes room for the words around it."""
    words = sheet.words

    def around(nickname: str) -> str:
        return text_of(layer, replace(words, nickname=nickname))

    whole = text_of(layer, words)
    if layer.font.max_lines > 1 or size < 1 or whole == words.nickname or not is_named(layer):
        return whole
    room = width - max(2, size // 6)  # ink may reach beyond its line, and is given place for that
    return shorten(
        words.nickname, room, lambda line: lettering.width_of(line, size, weight), around
    )


def _faded(mask: Image.Image, opacity: int) -> Image.Image:
    if opacity >= 100:
        return mask
    return mask.point([value * opacity // 100 for value in range(256)])


def _encoded(picture: Image.Image) -> tuple[bytes, int]:
    """The JPEG file, at the best quality that keeps it small."""
    limit = picture.width * picture.height * BYTES_PER_PIXEL
    for quality in QUALITIES:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=quality)
        if file.tell() <= limit:
            break
    return file.getvalue(), quality
