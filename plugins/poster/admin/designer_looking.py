"""What a design is tried on, and where its pictures are found."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import flask
from flask import g

from core.api.i18n import lazy_gettext as _l
from core.api.values import dataclass
from core.api.web import locale, reader, store_settings
from plugins.poster.admin.designer_form import DesignForm, LayerForm
from plugins.poster.rules import Layout, Purpose, to_json
from plugins.poster.services.samples import (
    Sample,
    SampleKey,
    key_named,
    sample_keys,
    usual,
    varied,
)

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
    from plugins.poster.admin.designer_painting import jpeg  # brings Pillow with it

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


def fingerprint(layout: Layout, key: SampleKey, width: int) -> str:
    """Names a picture by everything that it shows."""
    sample = sample_with(key)
    said = json.dumps(
        [to_json(layout), str(sample), width, locale()], sort_keys=True, ensure_ascii=False
    )
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def sample_with(key: SampleKey) -> Sample:
    """A sample with the store's own name and product; looked up once a request."""
    known = g.setdefault("poster_usual", None)
    if known is None:
        settings, language = store_settings(), locale()
        shop = settings.shop_name_en if language == "en" else ""
        known = g.poster_usual = usual(reader(), shop or settings.shop_name, language)
    return varied(known, key, locale())


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
