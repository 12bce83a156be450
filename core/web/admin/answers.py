"""How views answer: on to the next page with a word of what was done, or back as it was typed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import flask
from flask import request
from werkzeug.wrappers import Response

from core.kernel.errors import NotFound, ShopError
from core.web import context, flash, i18n

Answer = str | Response | tuple[str, int]


def done(url: str, message: str, **params: Any) -> Response:
    """Go on to ``url`` and say there what was done (English catalogue entry)."""
    flash.say(message, "ok", **params)
    return flask.redirect(url, 303)


def refused(error: ShopError, show: Callable[..., str], **values: Any) -> Answer:
    """The same page again with the refusal on it and everything that was typed."""
    return show(errors=sentences(error), **values), error.status


def sentences(error: ShopError) -> list[str]:
    """A refusal in the request's language: one sentence, or one per plugin that refuses."""
    reasons = getattr(error, "reasons", ())
    return [i18n.translate_error(reason) for reason in reasons] or [i18n.translate_error(error)]


def page_number() -> int:
    """The page that is asked for; anything odd is the first."""
    return max(1, min(request.args.get("page", 1, type=int) or 1, 100_000))


def query_text(name: str = "q") -> str:
    """What is searched for, trimmed to a sensible length."""
    return request.args.get(name, "").strip()[:80]


def picked_ids(name: str = "pick") -> list[UUID]:
    """The rows ticked in a list; what is no id is left out."""
    found = []
    for text in request.form.getlist(name)[:500]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def back(fallback: str) -> str:
    """Where the form says to return to, within the merchant's face only."""
    target = context.safe_path(request.form.get("back"), fallback)
    return target if target.startswith("/admin") else fallback


def missing() -> NotFound:
    """There is no such thing."""
    return NotFound("web.not_found", "There is nothing here.")


def csv_download(name: str, lines: Any) -> flask.Response:
    """A CSV file as it is made; spreadsheet programs learn from its mark that it is UTF-8."""

    def stream() -> Any:
        yield "\ufeff"
        yield from lines

    kept = flask.stream_with_context(stream())  # the reader and the language stay until the end
    response = flask.Response(kept, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
