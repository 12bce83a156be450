"""What all merchant pages of membership have in common."""

from typing import Any
from uuid import UUID

import flask
from flask import request
from werkzeug.wrappers import Response

from core.api.errors import NotFound
from core.api.web import locale, render_admin_page

PLUGIN = "membership"
ROOT = "/admin/x/membership"
PER_PAGE = 30


def show_page(template: str, tab: str, **values: Any) -> str:
    """A page from ``templates/admin/``, with its tab marked."""
    return render_admin_page(
        f"admin/{template}", PLUGIN, tab=tab, root=ROOT, locale=locale(), **values
    )


def page_number() -> int:
    """The page that is asked for; anything odd is the first."""
    return max(1, min(request.args.get("page", 1, type=int) or 1, 100_000))


def known_id(text: str) -> UUID:
    """An id from an address.

    Raises:
        NotFound: it is none.
    """
    found = id_or_none(text)
    if found is None:
        raise NotFound("membership.id", "There is no such thing.")
    return found


def id_or_none(text: str) -> UUID | None:
    """An id, if the text is one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def go(path: str) -> Response:
    """On to another page."""
    return flask.redirect(path, 303)
