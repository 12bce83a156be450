"""What the store shows when something is not there, not allowed, broken or closed."""

import flask
from flask import request
from werkzeug.wrappers import Response

from core.web import context, i18n
from core.web.access import access_of
from core.web.errors import Failure
from core.web.render import render_store_page

_SHOWN: dict[int, tuple[str, str, str, str]] = {
    403: ("lock", "Not for you", "/", "To the home page"),
    404: ("door", "This page is gone", "/", "Have a look around"),
    409: ("wait", "Something changed meanwhile", "", "Try again"),
    429: ("wait", "Too many tries", "", "Try again"),
    503: ("moon", "Back in a few minutes", "", "Try again"),
}
_OTHER = ("net", "That did not work", "/", "To the home page")
_CLOSED_PATHS = ("/c/", "/p/", "/search", "/cart", "/checkout")


def show(failure: Failure) -> str:
    """An error as a page of the store."""
    kind, title, href, label = _SHOWN.get(failure.status, _OTHER)
    return render_store_page(
        "error.html",
        kind=kind,
        title=i18n.gettext(title),
        text=failure.message,
        reference=failure.reference,
        action_href=href or (request.full_path.rstrip("?") if request.method == "GET" else "/"),
        action_label=i18n.gettext(label),
    )


def refuse_when_closed() -> Response | None:
    """Before each request: a closed store shows its shutters; orders, admin and callbacks go on."""
    if context.shop().settings().is_open or request.endpoint is None:
        return None
    if request.path != "/" and not request.path.startswith(_CLOSED_PATHS):
        return None
    view = flask.current_app.view_functions[request.endpoint]
    if access_of(view) not in {"public", "member"}:
        return None
    response = flask.make_response(render_store_page("closed.html"), 503)
    response.headers["Retry-After"] = "3600"
    return response
