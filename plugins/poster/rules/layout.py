"""A poster's layout: an immutable document of layers, painted in the order of the list.

Lengths are pixels of the layout's own size; a poster may be rendered larger, and everything grows
with it. A text layer may hold the places of :data:`PLACES`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from core.api.errors import InvalidInput
from core.api.values import dataclass

FORMAT = 1
"""Number of this document's form, part of every cache key; raise it when rendering changes."""

MAX_WIDTH, MAX_HEIGHT = 1242, 2208
MIN_SIDE = 300
MAX_LAYERS = 40

SIZES: Mapping[str, tuple[int, int]] = {
    "screen": (750, 1334),
    "large": (1242, 2208),
    "square": (1080, 1080),
}
"""Sizes offered by name; any other within the limits is as good."""

PLACES = ("nickname", "title", "price", "was_price", "shop", "code")
"""What ``{…}`` in a text may name: the member's name, the product's title and prices, the shop's
name, and the short code that the QR code leads to."""

_PLACE = re.compile(r"\{([a-z_]*)\}")


class Purpose(StrEnum):
    """What a poster leads to: a product, the shop, or becoming a member."""

    PRODUCT = "product"
    SHOP = "shop"
    INVITE = "invite"


class Kind(StrEnum):
    """What a layer shows."""

    IMAGE = "image"  # the picture ``media_id``, or the product's first one
    AVATAR = "avatar"
    NICKNAME = "nickname"
    TEXT = "text"
    TITLE = "title"  # of the product
    PRICE = "price"
    WAS_PRICE = "was_price"  # nothing is painted when the product has none
    QR = "qr"
    SHAPE = "shape"  # a filled box; a circle when the radius is half its side


TEXT_KINDS = frozenset({Kind.NICKNAME, Kind.TEXT, Kind.TITLE, Kind.PRICE, Kind.WAS_PRICE})
"""Kinds that are painted with a font."""

PRODUCT_KINDS = frozenset({Kind.TITLE, Kind.PRICE, Kind.WAS_PRICE})
"""Kinds that only a poster of a product can fill."""


@dataclass(frozen=True)
class Box:
    """Where a layer stands, in pixels from the top left corner."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Font:
    """How a text looks.

    Args:
        size: height of the letters' square in pixels.
        colour: ``#RRGGBB``.
        max_lines: what does not fit ends in an ellipsis.
        strike: with a line through it.
    """

    size: int = 32
    weight: Literal["regular", "bold"] = "regular"
    colour: str = "#1B1D1A"
    align: Literal["left", "center", "right"] = "left"
    max_lines: int = 1
    strike: bool = False


@dataclass(frozen=True)
class Layer:
    """One thing on a poster.

    Args:
        name: what the merchant calls it; unique within a layout.
        text: of a text layer, with places; of a nickname or price layer what stands around it, with
            ``{}`` for the value itself, such as ``{} 为你推荐``. Empty: the value alone.
        media_id: picture of an image layer; ``None`` shows the product's first picture.
        fit: whether an image fills its box (and is cut) or stands whole within it.
        colour: of a shape; dark modules of a QR code.
        radius: of the corners of images, avatars and shapes; half the side makes a circle.
        opacity: percent.
        is_hidden: kept and not painted.
        is_locked: the designer does not move it by accident.
    """

    name: str
    kind: Kind
    box: Box
    text: str = ""
    media_id: UUID | None = None
    fit: Literal["cover", "contain"] = "cover"
    font: Font = field(default_factory=Font)
    colour: str = "#1B1D1A"
    radius: int = 0
    opacity: int = 100
    is_hidden: bool = False
    is_locked: bool = False


@dataclass(frozen=True)
class Layout:
    """A whole poster. The background is a colour, with a picture over it if there is one."""

    width: int
    height: int
    background: str = "#FFFFFF"
    background_media_id: UUID | None = None
    layers: tuple[Layer, ...] = ()

    @property
    def shown(self) -> tuple[Layer, ...]:
        """The layers that are painted."""
        return tuple(layer for layer in self.layers if not layer.is_hidden)


def places_in(text: str) -> tuple[str, ...]:
    """The names between braces, as written; ``{}`` is the empty name."""
    return tuple(_PLACE.findall(text))


def filled(text: str, value_of: Callable[[str], str]) -> str:
    """A text with a value for each of its places; braces within a value stay what they are."""
    return _PLACE.sub(lambda found: value_of(found[1]), text)


def media_ids(layout: Layout) -> frozenset[UUID]:
    """Every stored picture that a layout shows."""
    ids = {layer.media_id for layer in layout.layers if layer.media_id is not None}
    if layout.background_media_id is not None:
        ids.add(layout.background_media_id)
    return frozenset(ids)


def to_json(layout: Layout) -> dict[str, Any]:
    """The document that is stored. Values that a kind of layer does not use are left out."""
    return {
        "format": FORMAT,
        "size": [layout.width, layout.height],
        "background": {
            "colour": layout.background,
            "media": _id_text(layout.background_media_id),
        },
        "layers": [_layer_to_json(layer) for layer in layout.layers],
    }


def from_json(body: Mapping[str, Any]) -> Layout:
    """The layout of a stored document.

    Raises:
        InvalidInput: it is not one; what it says beyond its form is for :func:`check_layout`.
    """
    try:
        width, height = body["size"]
        background = body.get("background") or {}
        return Layout(
            width=int(width),
            height=int(height),
            background=str(background.get("colour", "#FFFFFF")),
            background_media_id=_id(background.get("media")),
            layers=tuple(_layer_from_json(each) for each in body.get("layers", ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInput(
            "poster.layout", "This is not a poster's layout.", field="layout"
        ) from error


def _layer_to_json(layer: Layer) -> dict[str, Any]:
    box = layer.box
    body: dict[str, Any] = {
        "name": layer.name,
        "kind": str(layer.kind),
        "box": [box.x, box.y, box.width, box.height],
        "opacity": layer.opacity,
    }
    if layer.kind in TEXT_KINDS:
        font = layer.font
        body["text"] = layer.text
        body["font"] = {
            "size": font.size,
            "weight": font.weight,
            "colour": font.colour,
            "align": font.align,
            "max_lines": font.max_lines,
            "strike": font.strike,
        }
    if layer.kind is Kind.IMAGE:
        body |= {"media": _id_text(layer.media_id), "fit": layer.fit}
    if layer.kind in {Kind.SHAPE, Kind.QR}:
        body["colour"] = layer.colour
    if layer.kind in {Kind.IMAGE, Kind.AVATAR, Kind.SHAPE, Kind.QR}:
        body["radius"] = layer.radius
    body |= {"hidden": True} if layer.is_hidden else {}
    body |= {"locked": True} if layer.is_locked else {}
    return body


def _layer_from_json(body: Mapping[str, Any]) -> Layer:
    x, y, width, height = (int(each) for each in body["box"])
    fit = body.get("fit", "cover")
    if fit not in {"cover", "contain"}:
        raise ValueError(fit)
    return Layer(
        name=str(body["name"]),
        kind=Kind(body["kind"]),
        box=Box(x, y, width, height),
        text=str(body.get("text", "")),
        media_id=_id(body.get("media")),
        fit=fit,
        font=_font_from_json(body.get("font") or {}),
        colour=str(body.get("colour", "#1B1D1A")),
        radius=int(body.get("radius", 0)),
        opacity=int(body.get("opacity", 100)),
        is_hidden=bool(body.get("hidden", False)),
        is_locked=bool(body.get("locked", False)),
    )


def _font_from_json(body: Mapping[str, Any]) -> Font:
    weight, align = body.get("weight", "regular"), body.get("align", "left")
    if weight not in {"regular", "bold"} or align not in {"left", "center", "right"}:
        raise ValueError(weight, align)
    return Font(
        size=int(body.get("size", 32)),
        weight=weight,
        colour=str(body.get("colour", "#1B1D1A")),
        align=align,
        max_lines=int(body.get("max_lines", 1)),
        strike=bool(body.get("strike", False)),
    )


def _id(text: object) -> UUID | None:
    return UUID(str(text)) if text else None


def _id_text(value: UUID | None) -> str | None:
    return str(value) if value is not None else None
