"""What a template looks like before one's own poster is made: small, with the shop's own goods."""

from collections import OrderedDict
from threading import Lock
from typing import Any
from uuid import UUID

import flask
from flask import request

from core.api.contributions import StorePage
from core.api.errors import NotFound
from core.api.web import reader
from plugins.poster.admin.designer_looking import fingerprint
from plugins.poster.services.samples import SampleKey
from plugins.poster.services.template_views import TemplateView, template_by_id
from plugins.poster.views.page import ROOT

WIDTH = 360
MOST_KEPT = 64
KEPT_SECONDS = 3_600

_kept: OrderedDict[str, bytes] = OrderedDict()
_lock = Lock()


def look_url(template: TemplateView) -> str:
    """Where the picture of a published template is; another version has another address."""
    return f"{ROOT}/looks/{template.id}/{template.version}.jpg"


def look(template_id: UUID, version: int) -> Any:
    """A published template as a picture."""
    from plugins.poster.admin.designer_painting import jpeg  # brings Pillow with it

    template = template_by_id(reader(), template_id)
    if template.version_id is None or template.version != version:
        raise NotFound("poster.unknown", "There is no such poster.")
    key = fingerprint(template.layout, SampleKey.PLAIN, WIDTH)
    data = _kept.get(key)
    if data is None:
        data = jpeg(template.layout, SampleKey.PLAIN, WIDTH)
        with _lock:
            _kept[key] = data
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
    answer = flask.Response(data, mimetype="image/jpeg")
    answer.headers["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    answer.set_etag(key)
    return answer.make_conditional(request)


LOOK_PAGES = (
    StorePage("poster.look", f"{ROOT}/looks/<uuid:template_id>/<int:version>.jpg", look, "member"),
)
"""Pages of this module."""
