"""What all merchant pages of distribution have in common."""

from typing import Any

import flask
from flask import request
from werkzeug.wrappers import Response

from core.api.errors import NotFound
from core.api.web import render_admin_page
from plugins.distribution.rules.places import Place, place_or_none

PLUGIN = "distribution"
ROOT = "/admin/x/distribution"
PER_PAGE = 25


def show_page(template: str, tab: str, **values: Any) -> str:
    """A page from ``templates/admin/``, with its tab marked."""
    return render_admin_page(f"admin/{template}", PLUGIN, tab=tab, root=ROOT, **values)


def page_number() -> int:
    """The page that is asked for; anything odd is the first."""
    return max(1, min(request.args.get("page", 1, type=int) or 1, 100_000))


def place() -> Place | None:
    """After which place of a long list to go on; anything odd is its beginning."""
    return place_or_none(request.args.get("after", ""))


def search_text() -> str:
    """What is searched for."""
    return request.args.get("q", "").strip()[:80]


def pressed(*known: str) -> str:
    """Which of a form's buttons was pressed.

    Raises:
        NotFound: none of them.
    """
    button = request.form.get("do", "")
    if button not in known:
        raise NotFound("distribution.button", "There is nothing here.")
    return button


def go(path: str) -> Response:
    """On to another page."""
    return flask.redirect(path, 303)
