"""The designer's form: every value of every layer is a field, so it works without any script.

Layers come as fields called ``<key>-<what>``; ``layer`` names the keys from the top layer to the
lowest, as the list shows them. What was typed stays typed, whatever is refused.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self, cast
from uuid import UUID

from core.api.errors import InvalidInput
from core.api.i18n import gettext as _
from core.api.web import translate_error
from plugins.poster.rules import Box, Font, Kind, Layer, Layout
from plugins.poster.rules.layout import MAX_HEIGHT, MAX_LAYERS, MAX_WIDTH, MIN_SIDE, TEXT_KINDS

NUMBERS = ("x", "y", "width", "height", "opacity", "radius", "size", "max_lines")
CANVAS_LIMITS = {"canvas_width": (MIN_SIDE, MAX_WIDTH), "canvas_height": (MIN_SIDE, MAX_HEIGHT)}
CANVAS_NUMBERS = tuple(CANVAS_LIMITS)
_MOST = 100_000
_KEY = re.compile(r"[a-z][a-z0-9]{0,11}")
_FIELD_OF = {"font_size": "size", "kind": "name"}
_DEFAULTS = {
    "fit": "cover",
    "weight": "regular",
    "align": "left",
    "colour": "#1B1D1A",
    "opacity": "100",
    "radius": "0",
    "size": "32",
    "max_lines": "1",
}


@dataclass
class LayerForm:
    """One layer as typed: values and errors by field."""

    key: str
    kind: Kind
    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, key: str, layer: Layer) -> Self:
        """The fields of a layer."""
        font, box = layer.font, layer.box
        is_text = layer.kind in TEXT_KINDS
        values = {
            "name": layer.name,
            "x": str(box.x),
            "y": str(box.y),
            "width": str(box.width),
            "height": str(box.height),
            "text": layer.text,
            "media": str(layer.media_id or ""),
            "fit": layer.fit,
            "size": str(font.size),
            "weight": font.weight,
            "align": font.align,
            "max_lines": str(font.max_lines),
            "strike": "1" if font.strike else "",
            "colour": font.colour if is_text else layer.colour,
            "radius": str(layer.radius),
            "opacity": str(layer.opacity),
            "hidden": "1" if layer.is_hidden else "",
            "locked": "1" if layer.is_locked else "",
        }
        return cls(key, layer.kind, values)

    @property
    def is_text(self) -> bool:
        """Whether it is painted with a font."""
        return self.kind in TEXT_KINDS

    def value(self, name: str) -> str:
        """What a field holds."""
        return self.values.get(name) or _DEFAULTS.get(name, "")

    @property
    def share_of_opacity(self) -> str:
        """Its opacity from 0 to 1, as SVG wants it."""
        return f"{min(100, max(0, _number(self.value('opacity')) or 0)) / 100:g}"

    @property
    def shown_box(self) -> Box:
        """Where it stands on the canvas, whatever was typed."""
        x, y, width, height = (_number(self.value(each)) or 0 for each in NUMBERS[:4])
        return Box(x, y, max(1, width), max(1, height))

    def number(self, name: str) -> int:
        """A number; 0 with an error at its field when it is none."""
        found = _number(self.value(name))
        if found is None:
            self.errors[name] = _("A whole number, please.")
            return 0
        return found

    def layer(self) -> Layer:
        """The layer that the fields say; look at ``errors`` afterwards."""
        colour = self.value("colour").strip().upper()
        return Layer(
            name=" ".join(self.value("name").split()),
            kind=self.kind,
            box=Box(*(self.number(each) for each in ("x", "y", "width", "height"))),
            text=self.value("text").replace("\r\n", "\n").strip() if self.is_text else "",
            media_id=uuid_or_none(self.value("media")) if self.kind is Kind.IMAGE else None,
            fit=cast(Any, _choice(self.value("fit"), ("cover", "contain"))),
            font=self._font(colour) if self.is_text else Font(),
            colour=_DEFAULTS["colour"] if self.is_text else colour,
            radius=0 if self.is_text else self.number("radius"),
            opacity=self.number("opacity"),
            is_hidden=bool(self.values.get("hidden")),
            is_locked=bool(self.values.get("locked")),
        )

    def _font(self, colour: str) -> Font:
        return Font(
            size=self.number("size"),
            weight=cast(Any, _choice(self.value("weight"), ("regular", "bold"))),
            colour=colour,
            align=cast(Any, _choice(self.value("align"), ("left", "center", "right"))),
            max_lines=self.number("max_lines"),
            strike=bool(self.values.get("strike")),
        )


@dataclass
class DesignForm:
    """A layout as typed. ``layers`` in the order of painting, the lowest first.

    Args:
        base: number of the published version that was edited.
        revision: of the draft that was edited; 0: there was none.
    """

    base: int
    revision: int
    values: dict[str, str]
    layers: list[LayerForm]
    errors: dict[str, str] = field(default_factory=dict)
    limits: ClassVar = CANVAS_LIMITS

    @classmethod
    def of(cls, layout: Layout, base: int, revision: int) -> Self:
        """The form of a stored layout."""
        values = {
            "canvas_width": str(layout.width),
            "canvas_height": str(layout.height),
            "background": layout.background,
            "background_media": str(layout.background_media_id or ""),
        }
        layers = [LayerForm.of(f"l{n}", layer) for n, layer in enumerate(layout.layers, 1)]
        return cls(base, revision, values, layers)

    @classmethod
    def read(cls, sent: Any) -> Self:
        """What was sent; layers that say nonsense about themselves are left out.

        Of too many one more is read than a poster has, so that the form is refused.
        """
        named = dict.fromkeys(key for key in sent.getlist("layer") if _KEY.fullmatch(key))
        keys = list(named)[: MAX_LAYERS + 1]
        layers = [_read_layer(sent, key) for key in reversed(keys)]
        values = {
            name: sent.get(name, "") for name in (*CANVAS_NUMBERS, "background", "background_media")
        }
        return cls(
            base=_number(sent.get("base", "")) or 0,
            revision=_number(sent.get("revision", "")) or 0,
            values=values,
            layers=[layer for layer in layers if layer is not None],
        )

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height of the canvas, whatever was typed."""
        width, height = (_number(self.values[each]) or 0 for each in CANVAS_NUMBERS)
        return max(1, width), max(1, height)

    @property
    def palette(self) -> list[str]:
        """The colours that are used already, the most used first."""
        found = Counter(layer.value("colour").upper() for layer in self.layers)
        found[self.values["background"].upper()] += 1
        return [colour for colour, _count in found.most_common(10) if colour.startswith("#")]

    def find(self, key: str) -> LayerForm | None:
        """A layer by its key."""
        return next((layer for layer in self.layers if layer.key == key), None)

    def layout(self) -> Layout:
        """The layout that the fields say; look at :attr:`has_errors` afterwards."""
        return Layout(
            width=self._number("canvas_width"),
            height=self._number("canvas_height"),
            background=self.values["background"].strip().upper(),
            background_media_id=uuid_or_none(self.values["background_media"]),
            layers=tuple(layer.layer() for layer in self.layers),
        )

    def refuse(self, error: InvalidInput) -> None:
        """Put a refusal at the field it is about, unless that has one already."""
        layer, name = self.place_of(error)
        (layer or self).errors.setdefault(name, translate_error(error))

    def place_of(self, error: InvalidInput) -> tuple[LayerForm | None, str]:
        """The layer that a refusal is about, ``None`` for the poster itself, and the field."""
        first, _dot, rest = str(error.params.get("field", "")).partition(".")
        if first != "layers" or not rest:
            return None, {"size": "canvas_width"}.get(first, first)
        index, _dot, what = rest.partition(".")
        return self.layers[int(index)], _FIELD_OF.get(what, what)

    def is_own_size(self, presets: Sequence[tuple[str, str]]) -> bool:
        """Whether the size is none of those offered."""
        size = f"{self.values['canvas_width']}x{self.values['canvas_height']}"
        return all(size != known for known, _words in presets)

    @property
    def has_errors(self) -> bool:
        """Whether anything that was typed cannot be understood."""
        return bool(self.errors) or any(layer.errors for layer in self.layers)

    def new_key(self) -> str:
        """A key that no layer has."""
        taken = {layer.key for layer in self.layers}
        return next(key for key in _keys() if key not in taken)

    def _number(self, name: str) -> int:
        found = _number(self.values[name])
        if found is None:
            self.errors[name] = _("A whole number, please.")
            return 0
        return found


def uuid_or_none(text: str) -> UUID | None:
    """An id that an address or field names; ``None`` for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def read_layer(sent: Mapping[str, str]) -> LayerForm | None:
    """One layer of an address, its fields without a key."""
    kind = kind_or_none(sent.get("kind", ""))
    return LayerForm("l1", kind, dict(sent)) if kind is not None else None


def kind_or_none(text: str) -> Kind | None:
    """A kind of layer; ``None`` for anything else."""
    return Kind(text) if text in set(Kind) else None


def _read_layer(sent: Any, key: str) -> LayerForm | None:
    kind = kind_or_none(sent.get(f"{key}-kind", ""))
    if kind is None:
        return None
    start = f"{key}-"
    values = {name.removeprefix(start): sent[name] for name in sent if name.startswith(start)}
    return LayerForm(key, kind, values)


def _keys() -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"l{number}"


def _number(text: str) -> int | None:
    try:
        number = round(float(text.strip()))
    except (ValueError, OverflowError):
        return None
    return number if -_MOST <= number <= _MOST else None


def _choice(value: str, choices: tuple[str, ...]) -> str:
    return value if value in choices else choices[0]
