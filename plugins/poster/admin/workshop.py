"""How the making of posters goes, and a second try for those that could not be made."""

from collections.abc import Mapping
from typing import Any

import flask
from sqlalchemy.orm import Session

from core.api.contributions import AdminPage, DashboardCard
from core.api.members import names_of
from core.api.web import audit, notice, reader, render_admin_page, run_soon, writing
from plugins.poster.services import workshop as making
from plugins.poster.services.posters import PLUGIN
from plugins.poster.services.template_views import names_of_templates

ROOT = "/admin/x/poster"
MAKING = f"{ROOT}/making"


def show() -> str:
    """What waits, how long it took, and what could not be made."""
    session = reader()
    failed = making.failures(session)
    return render_admin_page(
        "admin/making.html",
        PLUGIN,
        tab="making",
        root=ROOT,
        figures=making.workshop(session),
        failures=failed,
        names=names_of(session, {each.member_id for each in failed}),
        templates=names_of_templates(session),
    )


def again() -> Any:
    """Have everything that failed tried once more."""
    with writing() as session:
        count = making.try_again(session)
        if count:
            audit(session, "poster.try_again", "poster", "all", after={"count": count})
            run_soon(session, "poster.render")
    one, many = "One poster is tried again.", "%(count)s posters are tried again."
    notice(one if count == 1 else many, count=count)
    return flask.redirect(MAKING, 303)


def _failed(session: Session, _settings: Mapping[str, Any]) -> Mapping[str, Any] | None:
    count = making.failed_count(session)
    if not count:
        return None
    return {"value": str(count), "hint": "Members wait for them", "url": MAKING}


CARD = DashboardCard(
    "poster.failed",
    "Posters that could not be made",
    _failed,
    kind="todo",
    icon="alert-triangle",
    permission="poster.view",
)

MAKING_PAGES = (
    AdminPage("poster.making", MAKING, show, "poster.view"),
    AdminPage("poster.making_again", f"{MAKING}/again", again, "poster.design", ("POST",)),
)
"""Pages of this module."""
