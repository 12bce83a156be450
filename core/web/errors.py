"""From errors to answers, in one place: status, translated sentence, page or JSON.

Each face registers how it shows an error page; what has none gets plain text.
"""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import flask
from flask import request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Response

from core.kernel.errors import ShopError, SignInRequired
from core.kernel.ids import new_code
from core.kernel.values import dataclass
from core.web import context, i18n

log = logging.getLogger("banyan.web")

Face = Callable[["Failure"], Any]


@dataclass(frozen=True)
class Failure:
    """What an error page shows.

    Args:
        status: HTTP status.
        code: stable dotted code.
        message: translated sentence.
        reference: what support asks for; only unexpected errors have one.
    """

    status: int
    code: str
    message: str
    reference: str = ""


_HTTP = {
    400: ("web.bad_request", "This request could not be understood."),
    403: ("web.forbidden", "You may not open this page."),
    404: ("web.not_found", "There is nothing here."),
    405: ("web.method", "This page cannot be used that way."),
    413: ("web.too_large", "What you sent is too large."),
    429: ("web.too_many", "Too many requests. Please wait a moment."),
    503: ("web.maintenance", "The store is being looked after. Please come back in a few minutes."),
}
_UNEXPECTED = "Something went wrong on our side. Nothing of yours was lost."


def set_face(app: flask.Flask, prefix: str, face: Face, sign_in: str) -> None:
    """Say how addresses under ``prefix`` show errors and where they send people to sign in."""
    app.extensions.setdefault("banyan.faces", {})[prefix] = (face, sign_in)


def install(app: flask.Flask) -> None:
    """Map every error of the product, of HTTP and of the database to an answer."""
    app.register_error_handler(ShopError, _shop_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_error)
    app.register_error_handler(Exception, _unexpected)


def wants_json() -> bool:
    """Whether a program is calling: it prefers JSON to HTML, or uses an API or a callback."""
    if request.path.startswith(("/api/", "/notify/", "/sandbox/api/")):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return best == "application/json"


def _shop_error(error: ShopError) -> Any:
    if isinstance(error, SignInRequired) and not wants_json():
        return _to_sign_in()
    if error.status >= 500:
        return _report(error, error.status, error.code)
    failure = Failure(error.status, error.code, i18n.translate_error(error))
    response = answer(failure)
    retry_after = error.params.get("retry_after")
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    if isinstance(error, MethodNotAllowed) and _is_visit():
        return flask.redirect(_page_above(request.path), 303)
    if isinstance(error, NotFound) and (meant := _without_slash()):
        return flask.redirect(meant, 308)
    code, message = _HTTP.get(error.code, ("web.http", error.description or error.name))
    response = answer(Failure(error.code, code, i18n.gettext(message)))
    for name, value in error.get_headers(request.environ):
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    return response


def _is_visit() -> bool:
    """Whether a person opens an address in a browser, which names HTML."""
    names_html = "text/html" in request.accept_mimetypes.values()
    return request.method == "GET" and names_html and not wants_json()


def _page_above(path: str) -> str:
    """The nearest page above an address that only takes forms: what a refused form stood on."""
    adapter = flask.current_app.create_url_adapter(request)
    path = "/" + path.strip("/")  # "//cart" would be another host
    while adapter is not None and (path := path.rpartition("/")[0]):
        if adapter.test(path, "GET"):
            return path
    return "/"


def _without_slash() -> str:
    """The page that was meant by its address and a slash at the end; empty when there is none."""
    adapter, path = flask.current_app.create_url_adapter(request), "/" + request.path.strip("/")
    if adapter is None or not request.path.endswith("/") or path == "/":
        return ""
    if not adapter.test(path, request.method):
        return ""
    query = request.query_string.decode(errors="replace")
    return f"{quote(path)}?{query}" if query else quote(path)


def _database_error(error: OperationalError) -> Any:
    log.error("database unavailable: %s", error.orig)
    code, message = _HTTP[503]
    response = answer(Failure(503, code, i18n.gettext(message)))
    response.headers["Retry-After"] = "30"
    return response


def _unexpected(error: Exception) -> Any:
    return _report(error, 500, "web.unexpected")


def _report(error: Exception, status: int, code: str) -> Any:
    is_loud = flask.current_app.debug or flask.current_app.testing
    if is_loud and not isinstance(error, ShopError):
        raise error
    reference = new_code(8)
    log.error("error %s at %s %s", reference, request.method, request.path, exc_info=error)
    return answer(Failure(status, code, i18n.gettext(_UNEXPECTED), reference))


def answer(failure: Failure) -> Response:
    """A failure as JSON, as the page of its face, or as plain text."""
    context.close_reader()
    if wants_json():
        body = {"code": failure.code, "message": failure.message, "reference": failure.reference}
        return _with_status(flask.jsonify({"error": body}), failure)
    face = _face()
    try:
        page = face[0](failure) if face else failure.message
    except Exception:
        log.exception("the error page itself failed")
        page = None
    if page is None:
        page = flask.Response(f"{failure.message} {failure.reference}", mimetype="text/plain")
    return _with_status(flask.make_response(page), failure)


def _with_status(response: flask.Response, failure: Failure) -> flask.Response:
    response.status_code = failure.status
    response.headers["Cache-Control"] = "no-store"
    return response


def _face() -> tuple[Face, str] | None:
    faces: dict[str, tuple[Face, str]] = flask.current_app.extensions.get("banyan.faces", {})
    for prefix in sorted(faces, key=len, reverse=True):
        if request.path.startswith(prefix):
            return faces[prefix]
    return None


def _to_sign_in() -> Any:
    face = _face()
    here = request.full_path.rstrip("?") if request.method == "GET" else ""
    if not here:
        here = context.safe_path(_referrer_path())
    return flask.redirect(f"{face[1] if face else '/signin'}?next={quote(here, safe='/')}", 303)


def _referrer_path() -> str | None:
    prefix = request.host_url.rstrip("/")
    referrer = request.referrer or ""
    return referrer.removeprefix(prefix) if referrer.startswith(prefix + "/") else None
