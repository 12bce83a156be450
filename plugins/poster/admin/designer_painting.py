"""What a design looks like: whole, for all kinds of people and goods, and layer by layer.

Import it where something is painted, not where it is asked for: it brings Pillow with it.
"""

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import g
from PIL import Image, ImageChops, ImageStat

from core.api.media import picture_views
from core.api.web import external_url, picture_data, reader
from plugins.poster.admin.designer_looking import sample_with
from plugins.poster.rules import Box, Kind, Layer, Layout
from plugins.poster.rules.layout import TEXT_KINDS, places_in
from plugins.poster.rules.words import text_of
from plugins.poster.services.rendering import Sheet, lettering, paint, render
from plugins.poster.services.samples import CODE, Sample, SampleKey
from plugins.poster.services.starters import bundled

GLANCE = 160
MOST_PIXELS = 2400
_SHARED = frozenset({"shop", "code"})


def jpeg(layout: Layout, key: SampleKey, width: int) -> bytes:
    """A design with a sample, as a file of this width."""
    wide = max(80, min(width, layout.width))
    return render(replace(_sheet(layout, sample_with(key)), width=wide), _load).data


def colours_behind(layout: Layout, places: Sequence[int]) -> dict[int, str]:
    """What lies behind some layers, each as the mean of its pixels; texts are left away."""
    if not places:
        return {}
    bare = replace(
        layout, layers=tuple(each for each in layout.shown if each.kind not in TEXT_KINDS)
    )
    sheet = replace(_sheet(bare, sample_with(SampleKey.PLAIN)), width=GLANCE)
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
    text = text_of(layer, sample_with(SampleKey.PLAIN).words)
    width = max(1, layer.box.width)
    return lettering.fit_line_ends(text, width, most, size, layer.font.weight)[0].is_cut


def layer_webp(layer: Layer, key: SampleKey) -> bytes:
    """One layer alone on nothing, as it is painted; its opacity is the page's business."""
    width, height = (max(1, min(side, MOST_PIXELS)) for side in (layer.box.width, layer.box.height))
    alone = replace(layer, box=Box(0, 0, width, height), opacity=100, is_hidden=False)
    sample = sample_with(key)
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
