"""What all pages of the studio have in common: who may be there, and what they need."""

from typing import Any
from uuid import UUID

import flask
from werkzeug.wrappers import Response

from core.api.web import is_promoter, plugin_settings, render_store_page
from plugins.poster.admin.studio_settings import MEMBERS

PLUGIN = "poster"
ROOT = "/x/poster"


def may_make(member_id: UUID) -> bool:
    """Whether a member may make posters: promoters, or everybody where the merchant says so."""
    return plugin_settings(PLUGIN).get("makers") == MEMBERS or is_promoter(member_id)


def show_page(template: str, **values: Any) -> str:
    """A page from ``templates/store/``."""
    return render_store_page(f"store/{template}", PLUGIN, studio=ROOT, **values)


def go(path: str) -> Response:
    """On to another page."""
    return flask.redirect(path, 303)


def uuid_or_none(text: str) -> UUID | None:
    """An id as an address or a form carries it; ``None`` for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None
