"""Serving fingerprinted assets and pictures: both may be kept by browsers for good."""

from pathlib import Path
from typing import cast

import flask
from flask import request
from werkzeug.wrappers import Response

from core.host.shop import Shop
from core.kernel.errors import NotFound
from core.media.services import media_file
from core.themes.assets import Shelf
from core.web import context
from core.web.access import access

IMMUTABLE = "public, max-age=31536000, immutable"
_MEDIA_TYPES = {".avif": "image/avif", ".webp": "image/webp", ".jpg": "image/jpeg"}


def install(app: flask.Flask) -> None:
    """Register the routes of assets and pictures."""
    app.add_url_rule("/static/<path:file>", "static", static_file)
    app.add_url_rule("/media/<shelf>/<name>", "media", media)
    app.add_url_rule("/favicon.ico", "favicon", favicon)


def shelves() -> dict[str, Shelf]:
    """Shelves by prefix; a face adds its own at the start."""
    return shelves_of(flask.current_app)


def shelves_of(app: flask.Flask) -> dict[str, Shelf]:
    """The shelves of an application by prefix, such as ``/static/admin``."""
    return cast("dict[str, Shelf]", app.extensions.setdefault("banyan.shelves", {}))


def plugin_shelf(app: flask.Flask, shop: Shop, plugin: str) -> Shelf | None:
    """The assets in a plugin's ``static`` folder; ``None`` when there is no such plugin."""
    prefix = f"/static/x/{plugin}"
    known = shelves_of(app).get(prefix)
    if known is None and plugin in shop.plugins.plugins:
        folder: Path = shop.plugins.plugins[plugin].manifest.folder / "static"
        known = shelves_of(app)[prefix] = Shelf(prefix, [folder], is_debug=shop.config.is_debug)
    return known


@access("public")
def static_file(file: str) -> Response:
    """A fingerprinted asset."""
    first, _, rest = file.partition("/")
    prefix = f"/static/{first}"
    shelf = shelves().get(prefix)
    if shelf is None and first in {"t", "x"}:
        second, _, rest = rest.partition("/")
        prefix = f"{prefix}/{second}"
        shelf = shelves().get(prefix)
        if shelf is None and first == "x":
            shelf = plugin_shelf(flask.current_app, context.shop(), second)
        elif shelf is None:
            shelf = flask.current_app.extensions["banyan.face"].shelf(flask.current_app, second)
    asset = shelf.get(rest) if shelf else None
    if asset is None:
        raise NotFound("web.not_found", "There is nothing here.")
    response = flask.Response(asset.body, mimetype=asset.mimetype)
    if asset.packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.set_data(asset.packed)
        response.headers["Content-Encoding"] = "gzip"
    is_current = rest == asset.file
    response.headers["Cache-Control"] = IMMUTABLE if is_current else "public, max-age=60"
    response.headers["Vary"] = "Accept-Encoding"
    return response


@access("public")
def media(shelf: str, name: str) -> Response:
    """A variant of a picture; its name is the hash of its content."""
    path = media_file(context.shop().config.uploads, shelf, name)
    mimetype = _MEDIA_TYPES.get(path.suffix, "application/octet-stream")
    response = flask.send_file(path, mimetype=mimetype, conditional=True, etag=False)
    response.headers["Cache-Control"] = IMMUTABLE
    return response


@access("public")
def favicon() -> Response:
    """Old browsers ask here; the page names the real icon."""
    return flask.Response(status=204, headers={"Cache-Control": "public, max-age=86400"})
