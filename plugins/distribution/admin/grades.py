"""Grades: what there is, what each asks for, taking one out. Each change is a new version."""

from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from core.api.db import new_id
from core.api.errors import InvalidInput, NotFound, ShopError
from core.api.i18n import gettext as _
from core.api.web import audit, notice, reader, staff, writing
from plugins.distribution.admin.grade_forms import GradeForm, RemoveForm
from plugins.distribution.admin.page import ROOT, go, show_page
from plugins.distribution.rules import MAX_DEPTH, Grade, Programme, to_json
from plugins.distribution.rules.grading import IN_HEADS, plans_paying, with_grade, without_grade
from plugins.distribution.services import grades
from plugins.distribution.services.programmes import (
    NOTICE_VERSION,
    current,
    has_acknowledged,
    publish,
)
from plugins.distribution.views.showing import uuid_or_none
from plugins.distribution.views.wording import STAFF_MEASURES, amount

HOME = f"{ROOT}/grades"


def show() -> str:
    """All grades, the best first, with what each asks for and how many have it."""
    session = reader()
    programme = current(session)
    ranked = sorted(programme.grades, key=lambda grade: grade.rank, reverse=True)
    return show_page(
        "grades.html",
        "grades",
        programme=programme,
        rows=[(grade, _conditions(grade)) for grade in ranked],
        holders=grades.holders(session),
        paying={grade.id: len(plans_paying(programme, grade.id)) for grade in ranked},
    )


def edit(grade_id: str) -> Any:
    """One grade as a form; ``new`` for another one."""
    programme = current(reader())
    if grade_id == "new":
        rank = max((grade.rank for grade in programme.grades), default=0) + 1
        data = {"rank": rank, "needs": "all", "seen_version": programme.version}
        return _page(GradeForm(data=data), None)
    grade = _known(programme, grade_id)
    return _page(GradeForm.of(grade, programme.version), grade)


def save(grade_id: str) -> Any:
    """Publish the programme with this grade as typed."""
    programme = current(reader())
    grade = None if grade_id == "new" else _known(programme, grade_id)
    form = GradeForm(request.form)
    if not form.validate():
        return _page(form, grade), 422
    made = form.grade(grade.id if grade else new_id())
    try:
        with writing() as session:
            changed = with_grade(current(session), made)
            summary = _("Grade “%(name)s”", name=made.name)
            version = _publish(session, changed, form, summary)
    except ShopError as error:
        return _page(form, grade, errors=form.refuse(error)), error.status
    notice("Version %(version)s is in force for orders placed from now on.", version=version)
    return go(HOME)


def remove(grade_id: str) -> Any:
    """Publish the programme without a grade; its distributors get another one, or none."""
    programme = current(reader())
    grade = _known(programme, grade_id)
    form = RemoveForm(request.form).offer([each for each in programme.grades if each != grade])
    if not form.validate():
        return _page(GradeForm.of(grade, programme.version), grade, removing=form), 422
    successor = uuid_or_none(form.successor.data or "")
    try:
        if not form.sure.data:
            raise InvalidInput("distribution.sure", "Please tick that you are sure.", field="sure")
        with writing() as session:
            changed = without_grade(current(session), grade.id)
            summary = _("Grade “%(name)s” taken out", name=grade.name)
            version = _publish(session, changed, form, summary)
            moved = grades.replace_grade(
                session,
                grade.id,
                successor,
                version=version,
                actor=staff().actor,
                reason=summary,
            )
    except ShopError as error:
        filled = GradeForm.of(grade, programme.version)
        return _page(filled, grade, removing=form, errors=form.refuse(error)), error.status
    notice("The grade is taken out; %(count)s distributors got another one or none.", count=moved)
    return go(HOME)


def _publish(
    session: Session, programme: Programme, form: GradeForm | RemoveForm, summary: str
) -> int:
    person, before = staff(), current(session)
    published = publish(
        session,
        programme,
        actor=person.actor,
        actor_name=person.name,
        acknowledged=bool(form.acknowledged.data),
        summary=summary,
        seen_version=form.seen_version.data,
    )
    after = {**to_json(published), "summary": summary}
    if published.depth == MAX_DEPTH and form.acknowledged.data:
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


def _known(programme: Programme, grade_id: str) -> Grade:
    wanted: UUID | None = uuid_or_none(grade_id)
    grade = programme.grade(wanted)
    if grade is None:
        raise NotFound("distribution.grade", "There is no such grade.")
    return grade


def _conditions(grade: Grade) -> list[str]:
    return [
        f"{STAFF_MEASURES[each.measure]} {amount(each.measure, each.at_least)}"
        for each in grade.conditions
    ]


def _page(
    form: GradeForm,
    grade: Grade | None,
    *,
    removing: RemoveForm | None = None,
    errors: Any = (),
) -> str:
    session = reader()
    programme = current(session)
    if removing is None and grade is not None:
        others = [each for each in programme.grades if each != grade]
        removing = RemoveForm(data={"seen_version": programme.version}).offer(others)
    typed = form.grade(grade.id if grade else new_id()) if not form.errors else grade
    asked = {each.measure for each in typed.conditions} if typed else set()
    return show_page(
        "grade.html",
        "grades",
        form=form,
        grade=grade,
        removing=removing,
        holders=grades.holders(session).get(grade.id, 0) if grade else 0,
        paying=[plan.name or _("Default plan") for plan in plans_paying(programme, grade.id)]
        if grade
        else [],
        asks_heads_only=bool(asked) and asked <= IN_HEADS,
        needs_notice=programme.depth == MAX_DEPTH and not has_acknowledged(session, staff().actor),
        notice_version=NOTICE_VERSION,
        errors=list(errors),
    )
