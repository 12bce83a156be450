"""The commission plan: the version in force, the next one, and those before."""

from typing import Any

from flask import request

from core.api.errors import Conflict, Rejected
from core.api.money import parse_yuan
from core.api.web import audit, notice, reader, staff, writing
from plugins.distribution.admin.page import ROOT, go, show_page
from plugins.distribution.forms import JOINING_LABELS, PlanForm
from plugins.distribution.rules import Programme, check_programme, to_json, worked_example
from plugins.distribution.services.programmes import (
    NOTICE_VERSION,
    current,
    has_acknowledged,
    history,
    publish,
)

EXAMPLE_FEN = 26_800


def show() -> str:
    """The plan in force as a form, with a worked example and the history."""
    programme = current(reader())
    return _page(PlanForm.of(programme), programme)


def publish_version() -> Any:
    """Put a new version in force, or work out its example without keeping it."""
    form = PlanForm(request.form)
    if not form.validate():
        return _page(form, None), 422
    try:
        programme = form.programme(current(reader()))
        check_programme(programme)
        if request.form.get("do") == "example":
            return _page(form, programme)
        published = _publish(form)
    except (Rejected, Conflict) as error:
        return _page(form, None, errors=form.refuse(error)), error.status
    notice("Version %(version)s is in force for orders placed from now on.", version=published)
    return go(f"{ROOT}/plan")


def _publish(form: PlanForm) -> int:
    person = staff()
    with writing() as session:
        before = current(session)
        published = publish(
            session,
            form.programme(before),
            actor=person.actor,
            actor_name=person.name,
            acknowledged=bool(form.acknowledged.data),
            seen_version=form.seen_version.data,
        )
        after = to_json(published)
        if published.depth == 3 and form.acknowledged.data:
            after["acknowledged_notice"] = NOTICE_VERSION
        audit(
            session,
            "distribution.plan.publish",
            "commission_plan",
            published.version,
            before=to_json(before),
            after=after,
        )
    return published.version


def _page(form: PlanForm, programme: Programme | None, *, errors: Any = ()) -> str:
    session = reader()
    in_force = current(session)
    if form.seen_version.data is None:
        form.seen_version.data = in_force.version
    return show_page(
        "plan.html",
        "plan",
        form=form,
        current=in_force,
        example=worked_example(programme or in_force, _example_base()),
        is_draft=programme is not None and programme != in_force,
        history=history(session),
        joining_labels={str(key): str(label) for key, label in JOINING_LABELS.items()},
        is_acknowledged=has_acknowledged(session, staff().actor),
        notice_version=NOTICE_VERSION,
        errors=list(errors),
    )


def _example_base() -> int:
    try:
        fen = parse_yuan(request.values.get("base", ""))
    except ValueError:
        return EXAMPLE_FEN
    return fen if 0 < fen <= 100_000_000 else EXAMPLE_FEN
