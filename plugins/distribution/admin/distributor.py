"""One distributor: state, application, what was measured, grade by hand, history."""

from typing import Any
from uuid import UUID

from flask import request

from core.api.errors import NotFound, ShopError
from core.api.members import names_of
from core.api.orders import spending_of
from core.api.sharing import referral_of, team_counts
from core.api.staff import staff_names
from core.api.web import audit, notice, reader, staff, writing
from plugins.distribution.admin.distributors import TONES
from plugins.distribution.admin.grade_forms import GiveForm
from plugins.distribution.admin.page import ROOT, go, show_page
from plugins.distribution.models import Distributor
from plugins.distribution.rules import Measure
from plugins.distribution.services import grades
from plugins.distribution.services.distributors import RULES_VERSION, DistributorState, distributor
from plugins.distribution.services.measuring import measure
from plugins.distribution.services.programmes import current
from plugins.distribution.views.showing import DISTRIBUTOR_LABELS, uuid_or_none
from plugins.distribution.views.wording import STAFF_MEASURES, amount, grade_change


def show(member_id: str) -> str:
    """Everything that staff judges by."""
    return _page(_known(member_id), None)


def give(member_id: str) -> Any:
    """Give a grade by hand, or none, and lock or unlock it."""
    row = _known(member_id)
    programme = current(reader())
    form = GiveForm(request.form).offer(programme)
    if not form.validate():
        return _page(row, form), 422
    grade_id = uuid_or_none(form.grade.data or "")
    before = {"grade": _name(programme, row.grade_id), "locked": row.is_grade_locked}
    try:
        with writing() as session:
            grades.give(
                session,
                row.member_id,
                grade_id,
                programme=programme,
                is_locked=bool(form.is_locked.data),
                actor=staff().actor,
                reason=form.reason.data or "",
            )
            after = {
                "grade": _name(programme, grade_id),
                "locked": bool(form.is_locked.data),
                "reason": form.reason.data,
            }
            audit(
                session,
                "distribution.distributor.grade",
                "distributor",
                row.member_id,
                before=before,
                after=after,
            )
    except ShopError as error:
        return _page(row, form, errors=form.refuse(error)), error.status
    notice("The grade is set; it counts for orders placed from now on.")
    return go(f"{ROOT}/distributors/{row.member_id}")


def _plain(row: Distributor) -> dict[str, Any]:
    names = (
        "member_id", "state", "reason", "note", "real_name", "rules_version", "actor",
        "joined_at", "changed_at", "graded_at", "is_grade_locked",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}


def _known(member_id: str) -> Distributor:
    wanted: UUID | None = uuid_or_none(member_id)
    row = distributor(reader(), wanted) if wanted else None
    if row is None:
        raise NotFound("distribution.distributor", "There is no such distributor.")
    return row


def _name(programme: Any, grade_id: UUID | None) -> str:
    grade = programme.grade(grade_id)
    return grade.name if grade else ""


def _page(row: Distributor, form: GiveForm | None, *, errors: Any = ()) -> str:
    session = reader()
    programme = current(session)
    referral = referral_of(session, row.member_id)
    people = {row.member_id} | ({referral.referrer_id} if referral else set())
    history = grades.history_of(session, row.member_id)
    found = measure(session, [row.member_id], tuple(Measure), depth=programme.depth)
    if form is None:
        data = {"grade": str(row.grade_id or ""), "is_locked": row.is_grade_locked}
        form = GiveForm(data=data).offer(programme)
    return show_page(
        "distributor.html",
        "distributors",
        row=_plain(row),
        rules_version=RULES_VERSION,
        names=names_of(session, people),
        referrer_id=referral.referrer_id if referral else None,
        spending=spending_of(session, [row.member_id])[row.member_id],
        team=team_counts(session, row.member_id),
        depth=programme.depth,
        label=str(DISTRIBUTOR_LABELS[DistributorState(row.state)]),
        tone=TONES[DistributorState(row.state)],
        grade=programme.grade(row.grade_id),
        has_grades=bool(programme.grades),
        measures=[
            (str(STAFF_MEASURES[key]), amount(key, number))
            for key, number in found[row.member_id].items()
        ],
        history=[(change, grade_change(change)) for change in history],
        deciders=staff_names(session, {row.actor, *(change.actor for change in history)}),
        form=form,
        errors=list(errors),
    )
