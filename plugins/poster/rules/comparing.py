"""What differs between two layouts; layers are told apart by their names."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.api.values import dataclass
from plugins.poster.rules.layout import TEXT_KINDS, Kind, Layer, Layout


@dataclass(frozen=True)
class Change:
    """One difference.

    Args:
        layer: name of the layer; empty for the poster itself.
        what: ``added``, ``removed``, ``order``, or the value that differs.
        kind: of the layer; ``None`` for the poster itself.
        before: value before; ``None`` where there is none.
        after: value after.
    """

    layer: str
    what: str
    kind: Kind | None = None
    before: Any = None
    after: Any = None


def changes(before: Layout, after: Layout) -> list[Change]:
    """All that differs, the poster first, then its layers from the top one down."""
    return [*_of_poster(before, after), *_of_layers(before, after)]


def _of_poster(before: Layout, after: Layout) -> Iterator[Change]:
    pairs: Mapping[str, tuple[Any, Any]] = {
        "size": ((before.width, before.height), (after.width, after.height)),
        "background": (before.background, after.background),
        "background_media": (before.background_media_id, after.background_media_id),
    }
    for what, (was, will_be) in pairs.items():
        if was != will_be:
            yield Change("", what, None, was, will_be)
    names = {layer.name for layer in before.layers} & {layer.name for layer in after.layers}
    orders = [
        tuple(layer.name for layer in reversed(layout.layers) if layer.name in names)
        for layout in (before, after)
    ]
    if orders[0] != orders[1]:
        yield Change("", "order", None, *orders)


def _of_layers(before: Layout, after: Layout) -> Iterator[Change]:
    old = {layer.name: layer for layer in before.layers}
    for layer in reversed(after.layers):
        was = old.pop(layer.name, None)
        if was is None or was.kind != layer.kind:
            if was is not None:
                yield Change(was.name, "removed", was.kind, was)
            yield Change(layer.name, "added", layer.kind, None, layer)
            continue
        yield from _of_layer(was, layer)
    for layer in old.values():
        yield Change(layer.name, "removed", layer.kind, layer)


def _of_layer(before: Layer, after: Layer) -> Iterator[Change]:
    was, will_be = values_of(before), values_of(after)
    for what, value in was.items():
        if value != will_be[what]:
            yield Change(after.name, what, after.kind, value, will_be[what])


def values_of(layer: Layer) -> dict[str, Any]:
    """The values of a layer that its kind uses, by name."""
    box = layer.box
    values: dict[str, Any] = {
        "place": (box.x, box.y),
        "box": (box.width, box.height),
        "opacity": layer.opacity,
        "hidden": layer.is_hidden,
    }
    if layer.kind in TEXT_KINDS:
        font = layer.font
        values |= {
            "text": layer.text,
            "font_size": font.size,
            "weight": font.weight,
            "align": font.align,
            "max_lines": font.max_lines,
            "strike": font.strike,
            "colour": font.colour,
        }
    else:
        values["radius"] = layer.radius
    if layer.kind is Kind.IMAGE:
        values |= {"media": layer.media_id, "fit": layer.fit}
    if layer.kind in {Kind.SHAPE, Kind.QR}:
        values["colour"] = layer.colour
    return values
