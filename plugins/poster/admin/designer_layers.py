"""Adding, copying, reordering and removing layers of a form: what the script does, without it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.api.i18n import gettext as _
from core.api.i18n import lazy_gettext as _l
from plugins.poster.admin.designer_form import DesignForm, LayerForm, kind_or_none
from plugins.poster.admin.designer_wording import KINDS
from plugins.poster.rules import Box, Font, Kind, Layer
from plugins.poster.rules.layout import TEXT_KINDS

STEP = 24
BASE_WIDTH = 750
_INK, _RED, _GREY = "#1B1D1A", "#C4341B", "#676B63"
_NEW: Mapping[Kind, Layer] = {
    Kind.TEXT: Layer("", Kind.TEXT, Box(0, 0, 400, 60), font=Font(36, colour=_INK)),
    Kind.TITLE: Layer(
        "", Kind.TITLE, Box(0, 0, 560, 112), font=Font(42, "bold", _INK, max_lines=2)
    ),
    Kind.PRICE: Layer("", Kind.PRICE, Box(0, 0, 380, 84), font=Font(64, "bold", _RED)),
    Kind.WAS_PRICE: Layer(
        "", Kind.WAS_PRICE, Box(0, 0, 240, 40), font=Font(28, colour=_GREY, strike=True)
    ),
    Kind.IMAGE: Layer("", Kind.IMAGE, Box(0, 0, 480, 480), radius=24),
    Kind.SHAPE: Layer("", Kind.SHAPE, Box(0, 0, 320, 160), colour="#E5EFEA", radius=20),
    Kind.QR: Layer("", Kind.QR, Box(0, 0, 200, 200), colour="#123B30"),
    Kind.AVATAR: Layer("", Kind.AVATAR, Box(0, 0, 96, 96), radius=48),
    Kind.NICKNAME: Layer("", Kind.NICKNAME, Box(0, 0, 320, 44), font=Font(30, "bold", _INK)),
}
FIRST_WORDS = _l("Write something nice here")


def new_layer(kind: Kind) -> Layer:
    """A layer to begin with, on a poster 750 pixels wide."""
    text = str(FIRST_WORDS) if kind is Kind.TEXT else ""
    return replace(_NEW[kind], name=str(KINDS[kind].label), text=text)


def blanks() -> list[LayerForm]:
    """A new layer of each kind, for the script to copy."""
    return [LayerForm.of("__key__", new_layer(kind)) for kind in KINDS]


def change_layers(form: DesignForm, do: str) -> str | None:
    """Do what a button of the layer list says.

    Returns:
        The key of the layer to look at now; ``None`` when the button is none of these.
    """
    verb, _colon, what = do.partition(":")
    if verb == "add":
        kind = kind_or_none(what)
        return _add(form, kind) if kind is not None else ""
    layer = form.find(what)
    if verb not in {"up", "down", "copy", "drop"}:
        return None
    if layer is None:
        return ""
    index = form.layers.index(layer)
    if verb == "drop":
        form.layers.remove(layer)
        return ""
    if verb == "copy":
        return _copy(form, layer, index)
    other = index + (1 if verb == "up" else -1)
    if 0 <= other < len(form.layers):
        form.layers.insert(other, form.layers.pop(index))
    return layer.key


def _add(form: DesignForm, kind: Kind) -> str:
    """A new layer in the middle of the poster, on top, as large as the poster asks for."""
    made = LayerForm.of(form.new_key(), new_layer(kind))
    width, height = (
        _whole(form.values[name], BASE_WIDTH) for name in ("canvas_width", "canvas_height")
    )
    scale = width / BASE_WIDTH
    own = {
        "width": min(width, round(made.number("width") * scale)),
        "height": min(height, round(made.number("height") * scale)),
        "size": round(made.number("size") * scale),
        "radius": round(made.number("radius") * scale),
    }
    own |= {"x": (width - own["width"]) // 2, "y": (height - own["height"]) // 2}
    if kind not in TEXT_KINDS:
        own.pop("size")
    made.values |= {name: str(number) for name, number in own.items()}
    made.values["name"] = free_name(form, made.value("name"))
    form.layers.append(made)
    return made.key


def _copy(form: DesignForm, layer: LayerForm, index: int) -> str:
    values = dict(layer.values)
    for name in ("x", "y"):
        values[name] = str(_whole(layer.value(name), 0) + STEP)
    values["name"] = free_name(form, layer.value("name"))
    copied = LayerForm(form.new_key(), layer.kind, values)
    form.layers.insert(index + 1, copied)
    return copied.key


def free_name(form: DesignForm, name: str) -> str:
    """A name that no layer has: the name itself, else with a number."""
    taken = {layer.value("name") for layer in form.layers}
    stem, number, last = name, 1, name.rpartition(" ")
    if last[2].isdigit() and last[0]:
        stem = last[0]
    while name in taken:
        number += 1
        name = f"{stem} {number}"
    return name


def _whole(text: Any, fallback: int) -> int:
    try:
        return int(text)
    except ValueError:
        return fallback


def presets() -> list[tuple[str, str]]:
    """Sizes to choose from, as ``(750x1334, words)``."""
    return [
        ("750x1334", _("Phone screen, 750 × 1334")),
        ("1080x1080", _("Square, 1080 × 1080")),
        ("1242x2208", _("Large, 1242 × 2208")),
        ("1080x1440", _("Three to four, 1080 × 1440")),
    ]
