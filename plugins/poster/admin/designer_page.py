"""What all pages of the designer have in common."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import flask
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.api.media import list_pictures
from core.api.web import reader, render_admin_page
from plugins.poster.admin.designer_form import DesignForm, uuid_or_none
from plugins.poster.admin.designer_wording import KINDS, PLACES, PURPOSE_LABELS
from plugins.poster.rules import Layout
from plugins.poster.services.designing import working_layout
from plugins.poster.services.template_views import TemplateView, template_by_id, unknown

PLUGIN = "poster"
ROOT = "/admin/x/poster"
TEMPLATES = f"{ROOT}/templates"
NEWEST_PICTURES = 12


def show_page(template: str, **values: Any) -> str:
    """A page from ``templates/admin/`` of the designer."""
    return render_admin_page(
        f"admin/{template}",
        PLUGIN,
        tab="templates",
        root=ROOT,
        templates_root=TEMPLATES,
        purpose_labels=PURPOSE_LABELS,
        kinds=KINDS,
        places=PLACES,
        look_url=look_url,
        **values,
    )


def look_url(template_id: UUID, which: str, sample: str = "", width: int = 0) -> str:
    """Where a stored layout is found as a picture."""
    query = {"of": which} | ({"sample": sample, "w": str(width)} if width else {})
    return f"{TEMPLATES}/{template_id}/look.jpg?{urlencode(query)}"


def template_or_404(session: Session, template_id: str) -> TemplateView:
    """A template by what the address says.

    Raises:
        NotFound: there is none.
    """
    key = uuid_or_none(template_id)
    if key is None:
        raise unknown()
    return template_by_id(session, key)


def working(session: Session, template: TemplateView) -> tuple[Layout, DesignForm]:
    """What staff goes on with, as layout and as form."""
    layout, base, revision = working_layout(session, template)
    return layout, DesignForm.of(layout, base, revision)


def seen_revision() -> int:
    """The revision of the draft that the page showed which the request comes from."""
    return flask.request.form.get("revision", -1, type=int)


def picture_names() -> dict[str, str]:
    """The newest pictures of the store by id, for pages without script."""
    found = list_pictures(reader(), per_page=NEWEST_PICTURES).items
    return {
        str(view.id): view.alt or f"{view.width} × {view.height} · {str(view.id)[-4:]}"
        for view in found
    }


def go(path: str) -> Response:
    """On to another page."""
    return flask.redirect(path, 303)
