"""The store's settings, a section a page."""

from dataclasses import asdict
from typing import Any

from flask import request

from core.api.forms import AdminForm
from core.kernel.errors import Rejected, ShopError
from core.settings.services import load_settings, save_settings
from core.web import context
from core.web.access import access
from core.web.admin.answers import Answer, done, missing
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.forms.settings import SECTIONS, UNITS
from core.web.admin.render import render_admin_page


@admin.get("/settings")
@access("staff:setting.view")
def settings() -> str:
    """The first section."""
    return _show("shop")


@admin.get("/settings/<section>")
@access("staff:setting.view")
def settings_section(section: str) -> str:
    """One section."""
    return _show(section)


def _show(section: str, form: AdminForm | None = None, errors: Any = ()) -> str:
    kind = SECTIONS.get(section)
    if kind is None:
        raise missing()
    stored = asdict(load_settings(context.reader()))
    return render_admin_page(
        "settings/section.html",
        here="settings",
        section=section,
        form=form or kind(data=stored),
        units=UNITS,
        errors=list(errors),
    )


@admin.post("/settings/<section>")
@access("staff:setting.edit")
def save_section(section: str) -> Answer:
    """Store a section; every process follows within a second."""
    kind = SECTIONS.get(section)
    if kind is None:
        raise missing()
    form = kind(request.form)
    if not form.validate():
        return _show(section, form), 422
    try:
        _check(section, form)
        with context.writing() as session:
            stored = asdict(load_settings(session))
            before = {name: stored[name] for name in form.data}
            after = {name: _typed(before[name], value) for name, value in form.data.items()}
            changed = {name: value for name, value in after.items() if value != before[name]}
            if changed:
                save_settings(session, changed)
                record(session, "setting.edit", "setting", section, before=before, after=after)
    except ShopError as error:
        return _show(section, form, form.refuse(error)), error.status
    context.shop().counters.refresh(force=True)
    return done(f"/admin/settings/{section}", "Saved. Every process follows within a second.")


def _typed(default: Any, value: Any) -> Any:
    """The value in the type that the setting has; an emptied field is empty or 0, not missing."""
    return type(default)() if value is None else value


def _check(section: str, form: AdminForm) -> None:
    if section == "payouts":
        least, most = form.data["payout_min_fen"], form.data["payout_max_fen"]
        if least > most:
            raise Rejected(
                "settings.payout",
                "The most must not be below the least.",
                field="payout_max_fen",
            )
        if (form.data["payout_fee_fen"] or 0) >= least:
            raise Rejected(
                "settings.payout_fee",
                "The fixed fee must stay below the least amount.",
                field="payout_fee_fen",
            )
