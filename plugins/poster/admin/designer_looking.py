"""What a design looks like: whole, for all kinds of people and goods, and layer by layer."""

import base64
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import flask
from flask import g
from PIL import Image, ImageChops, ImageStat

from core.api.i18n import lazy_gettext as _l
from core.api.media import picture_views
from core.api.web import external_url, locale, picture_data, reader, store_settings
from plugins.poster.admin.designer_form import DesignForm, LayerForm
from plugins.poster.rules import Box, Kind, Layer, Layout, Purpose, to_json
from plugins.poster.rules.layout import TEXT_KINDS, places_in
from plugins.poster.rules.words import text_of
from plugins.poster.services.rendering import Sheet, lettering, paint, render
from plugins.poster.services.samples import (
    CODE,
    Sample,
    SampleKey,
    key_named,
    sample_keys,
    usual,
    varied,
)
from plugins.poster.services.starters import bundled

LABELS: Mapping[SampleKey, Any] = {
    SampleKey.PLAIN: _l("As usual"),
    SampleKey.LONG: _l("Long name and title"),
    SampleKey.EMOJI: _l("Emoji"),
    SampleKey.MISSING: _l("No pictures"),
    SampleKey.CHEAP: _l("¥1"),
    SampleKey.DEAR: _l("¥99,999.99"),
}
STRIP_WIDTH = 375
LARGE = 750
GLANCE = 160
_SHARED = frozenset({"shop", "code"})
MOST_PIXELS = 2400
_LAYER_FIELDS = (
    *("kind", "width", "height", "text", "media", "fit", "size", "weight", "align"),
    *("max_lines", "strike", "colour", "radius"),
)


@dataclass(frozen=True)
class Variant:
    """A poster for one kind of member and product.

    Args:
        label: what the sample is.
        picture: its address, or ``data:``.
        width: of the picture; ``height`` likewise.
        large: address of a larger one; empty: there is none.
    """

    label: str
    picture: str
    width: int
    height: int
    large: str = ""


def sample_labels(purpose: Purpose) -> dict[str, str]:
    """What a design can be tried with, in words."""
    return {str(key): str(LABELS[key]) for key in sample_keys(purpose)}


def variants_of(layout: Layout, purpose: Purpose) -> list[Variant]:
    """The poster for everybody, its pictures within the page: the layout may be stored nowhere."""
    found = []
    for key in sample_keys(purpose):
        data = jpeg(layout, key, STRIP_WIDTH)
        picture = "data:image/jpeg;base64," + base64.b64encode(data).decode()
        found.append(_variant(layout, key, picture))
    return found


def stored_variants(layout: Layout, purpose: Purpose, address: str) -> list[Variant]:
    """The same of a layout that is stored; its pictures come by themselves from ``address``."""
    found = []
    for key in sample_keys(purpose):
        small, large = (
            f"{address}&{urlencode({'sample': key, 'w': width})}" for width in (STRIP_WIDTH, LARGE)
        )
        found.append(replace(_variant(layout, key, small), large=large))
    return found


def _variant(layout: Layout, key: SampleKey, picture: str) -> Variant:
    height = round(STRIP_WIDTH * layout.height / layout.width)
    return Variant(str(LABELS[key]), picture, STRIP_WIDTH, height)


def jpeg(layout: Layout, key: SampleKey, width: int) -> bytes:
    """A design with a sample, as a file of this width."""
    wide = max(80, min(width, layout.width))
    return render(replace(_sheet(layout, _sample(key)), width=wide), _load).data


def fingerprint(layout: Layout, key: SampleKey, width: int) -> str:
    """Names a picture by everything that it shows."""
    sample = _sample(key)
    said = json.dumps(
        [to_json(layout), str(sample), width, locale()], sort_keys=True, ensure_ascii=False
    )
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def colours_behind(layout: Layout, places: Sequence[int]) -> dict[int, str]:
    """What lies behind some layers, each as the mean of its pixels; texts are left away."""
    if not places:
        return {}
    bare = replace(
        layout, layers=tuple(each for each in layout.shown if each.kind not in TEXT_KINDS)
    )
    sheet = replace(_sheet(bare, _sample(SampleKey.PLAIN)), width=GLANCE)
    picture, found = paint(sheet, _load), {}
    for place in places:
        box = layout.layers[place].box
        left, top = (max(0, round(side * sheet.scale)) for side in (box.x, box.y))
        right = max(left + 1, round((box.x + box.width) * sheet.scale))
        low = max(top + 1, round((box.y + box.height) * sheet.scale))
        mean = ImageStat.Stat(picture.crop((left, top, right, low))).mean
        found[place] = "#" + "".join(f"{round(part):02X}" for part in mean)
    return found


def is_cut(layer: Layer) -> bool:
    """Whether a text that is the same for all members does not fit its box."""
    if layer.kind is not Kind.TEXT or not _SHARED.issuperset(places_in(layer.text)):
        return False
    size = min(layer.font.size, int(layer.box.height / lettering.LEADING))
    if size < 1:
        return True
    most = max(1, min(layer.font.max_lines, int(layer.box.height / (size * lettering.LEADING))))
    text = text_of(layer, _sample(SampleKey.PLAIN).words)
    width = max(1, layer.box.width)
    return lettering.fit_line_ends(text, width, most, size, layer.font.weight)[0].is_cut


def layer_webp(layer: Layer, key: SampleKey) -> bytes:
    """One layer alone on nothing, as it is painted; its opacity is the page's business."""
    width, height = (max(1, min(side, MOST_PIXELS)) for side in (layer.box.width, layer.box.height))
    alone = replace(layer, box=Box(0, 0, width, height), opacity=100, is_hidden=False)
    sample = _sample(key)
    is_flat = layer.kind in TEXT_KINDS or layer.kind is Kind.SHAPE
    picture = _flat(alone, sample) if is_flat else _tile(alone, sample)
    file = io.BytesIO()
    picture.save(file, "WEBP", lossless=is_flat or layer.kind is Kind.QR, quality=84, method=2)
    return file.getvalue()


def _flat(layer: Layer, sample: Sample) -> Image.Image:
    """A layer of one colour: its ink as white on black says how opaque each pixel is."""
    colour = layer.font.colour if layer.kind in TEXT_KINDS else layer.colour
    white = replace(layer, colour="#FFFFFF", font=replace(layer.font, colour="#FFFFFF"))
    ink = paint(_sheet(_alone(white, "#000000"), sample), _load).convert("L")
    picture = Image.new("RGB", ink.size, colour)
    picture.putalpha(ink)
    return picture


def _tile(layer: Layer, sample: Sample) -> Image.Image:
    """A picture with its corners: what white and black behind it leave alike is opaque."""
    on_white, on_black = (
        paint(_sheet(_alone(layer, ground), sample), _load) for ground in ("#FFFFFF", "#000000")
    )
    seen = ImageChops.invert(ImageChops.subtract(on_white, on_black)).convert("L")
    whole = paint(_sheet(_alone(replace(layer, radius=0), "#FFFFFF"), sample), _load)
    whole.putalpha(seen)
    return whole


def _alone(layer: Layer, ground: str) -> Layout:
    return Layout(layer.box.width, layer.box.height, ground, None, (layer,))


def _sheet(layout: Layout, sample: Sample) -> Sheet:
    return Sheet(
        layout=layout,
        layout_key="",
        words=sample.words,
        target=external_url(f"/s/{CODE}"),
        product_media_id=sample.product_media_id,
        avatar_media_id=sample.avatar_media_id,
    )


def _sample(key: SampleKey) -> Sample:
    """A sample with the store's own name and product; looked up once a request."""
    known = g.setdefault("poster_usual", None)
    if known is None:
        settings, language = store_settings(), locale()
        shop = settings.shop_name_en if language == "en" else ""
        known = g.poster_usual = usual(reader(), shop or settings.shop_name, language)
    return varied(known, key, locale())


def _load(media_id: UUID, width: int) -> bytes | None:
    """A stored picture, or one of ours; each is looked up once a request."""
    data = bundled(media_id)
    if data is not None:
        return data
    views: dict[UUID, Any] = g.setdefault("poster_pictures", {})
    if media_id not in views:
        views[media_id] = picture_views(reader(), [media_id]).get(media_id)
    view = views[media_id]
    return picture_data(view, width, "webp") if view is not None else None


def layer_url(root: str, layer: LayerForm) -> str:
    """Where a layer's picture is found; the script makes the same address from the same fields."""
    values = {"kind": str(layer.kind), **layer.values}
    query = {name: values[name] for name in _LAYER_FIELDS if values.get(name)}
    return f"{root}/layer.webp?{urlencode({**query, 'sample': SampleKey.PLAIN})}"


def ground_url(root: str, form: DesignForm) -> str:
    """Where the picture behind everything is found, cut to the poster."""
    query = {
        "kind": "image",
        "width": form.values["canvas_width"],
        "height": form.values["canvas_height"],
        "media": form.values["background_media"],
        "fit": "cover",
        "radius": "0",
        "sample": "",
    }
    return f"{root}/layer.webp?{urlencode(query)}"


def answer(data: bytes, mimetype: str, tag: str = "", seconds: int = 0) -> flask.Response:
    """A picture for staff only: kept by the browser as long as ``tag`` or ``seconds`` say."""
    response = flask.Response(data, mimetype=mimetype)
    response.headers["Cache-Control"] = (
        f"private, max-age={seconds}" if seconds else "private, no-cache"
    )
    if tag:
        response.set_etag(tag)
        response.make_conditional(flask.request)
    return response


def sample_asked() -> SampleKey:
    """The sample that an address names."""
    return key_named(flask.request.args.get("sample", ""))
