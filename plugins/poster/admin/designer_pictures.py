"""Pictures of the designer: of templates, of starters, of single layers, and of the store."""

from typing import Any

import flask
from flask import request

from core.api.errors import NotFound, ShopError
from core.api.i18n import gettext as _
from core.api.media import list_pictures
from core.api.web import locale, reader, take_picture, translate_error
from plugins.poster.admin.designer_form import read_layer
from plugins.poster.admin.designer_looking import answer, fingerprint, sample_asked
from plugins.poster.admin.designer_page import show_page, template_or_404
from plugins.poster.rules import Layout, check_paintable
from plugins.poster.services.designing import working_layout
from plugins.poster.services.samples import SampleKey
from plugins.poster.services.starters import starter_named
from plugins.poster.services.template_views import unknown, versions_of

FILE_BYTES = 12 * 1024 * 1024
SHELF = 60
LAYER_SECONDS = 600
_WIDEST = 750


def look(template_id: str) -> flask.Response:
    """A stored layout as a picture. ``of``: ``draft``, ``published`` or a version's number."""
    layout, key = _layout_asked(template_id), sample_asked()
    width = min(max(request.args.get("w", 360, type=int), 80), _WIDEST)
    tag = fingerprint(layout, key, width)
    if tag in request.if_none_match:
        return answer(b"", "image/jpeg", tag)
    return _painted(layout, key, width, tag)


def _painted(layout: Layout, key: SampleKey, width: int, tag: str) -> flask.Response:
    from plugins.poster.admin.designer_painting import jpeg  # brings Pillow with it

    return answer(jpeg(layout, key, width), "image/jpeg", tag)


def _layout_asked(template_id: str) -> Layout:
    template = template_or_404(reader(), template_id)
    which = request.args.get("of", "draft")
    if which == "draft":
        return working_layout(reader(), template)[0]
    if which == "published":
        return template.layout
    for version in versions_of(reader(), template.id):
        if str(version.version) == which:
            return version.layout
    raise unknown()


def starter(key: str) -> flask.Response:
    """A design to start from as a picture, its own picture behind it."""
    found = starter_named(key, locale())
    tag = fingerprint(found.layout, SampleKey.PLAIN, 360)
    if tag in request.if_none_match:
        return answer(b"", "image/jpeg", tag)
    return _painted(found.shown, SampleKey.PLAIN, 360, tag)


def layer() -> flask.Response:
    """One layer as the fields in the address say it; changes nothing.

    Raises:
        NotFound: nothing can be painted from them.
    """
    from plugins.poster.admin.designer_painting import layer_webp  # brings Pillow with it

    form = read_layer(request.args)
    if form is None:
        raise NotFound("poster.layer", "There is no such layer.")
    form.values |= {"name": "-", "x": "0", "y": "0", "opacity": "100"}
    wanted = form.layer()
    if form.errors:
        raise NotFound("poster.layer", "There is no such layer.")
    try:
        check_paintable(Layout(750, 750, "#FFFFFF", None, (wanted,)))
    except ShopError as error:
        raise NotFound("poster.layer", "There is no such layer.") from error
    return answer(layer_webp(wanted, sample_asked()), "image/webp", seconds=LAYER_SECONDS)


def shelf() -> str:
    """The newest pictures of the store, as a piece of a page."""
    return show_page("designer_shelf.html", pictures=list_pictures(reader(), per_page=SHELF).items)


def upload() -> Any:
    """Take a picture in; tells the script its id, or why it was refused."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return flask.jsonify(error=_("Choose a picture first.")), 422
    try:
        taken = take_picture(file.filename, file.stream.read(FILE_BYTES + 1))
    except ShopError as error:
        return flask.jsonify(error=translate_error(error)), error.status
    return flask.jsonify(id=str(taken.id), name=file.filename[:60])
