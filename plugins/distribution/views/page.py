"""What all pages of the centre have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import flask
from flask import request
from werkzeug.wrappers import Response

from core.api.web import member, reader, render_store_page
from plugins.distribution.services.reports import has_earned
from plugins.distribution.services.standings import Standing, standing_of

PLUGIN = "distribution"
ROOT = "/x/distribution/"


def for_earners(view: Callable[..., Any]) -> Callable[..., Any]:
    """A page about what somebody earned, open also to who is no distributor any more.

    Others, who would read there what sharing earns, are led to joining.
    """

    @wraps(view)
    def page(**arguments: Any) -> Any:
        session = reader()
        standing = standing_of(session, member().subject_id)
        if standing.has_centre or has_earned(session, standing.member_id):
            return view(**arguments)
        return go(f"{ROOT}join")

    return page


def show_page(template: str, standing: Standing, **values: Any) -> str:
    """A page of the centre, from ``templates/store/``."""
    return render_store_page(f"store/{template}", PLUGIN, standing=standing, **values)


def page_number() -> int:
    """The page of a list that is asked for; anything odd is the first."""
    return max(1, min(request.args.get("page", 1, type=int) or 1, 10_000))


def asked_number() -> str:
    """What was typed to find an order by the beginning of its number."""
    return "".join(request.args.get("q", "").split())[:32]


def go(path: str) -> Response:
    """On to another page."""
    return flask.redirect(path, 303)
