"""Forms of grades: what one asks for, taking one out, giving one by hand."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import HiddenInput

from core.api.forms import (
    AdminForm,
    NotBelow,
    YuanField,
    at_most,
    options,
    required,
    whole_number,
)
from core.api.i18n import gettext as _
from core.api.i18n import lazy_gettext as _l
from plugins.distribution.rules import Condition, Grade, Measure, Programme
from plugins.distribution.rules.checking import NAME_LIMIT

MOST_HEADS = 10_000_000


def _yuan(label: Any) -> YuanField:
    return YuanField(label, [Optional(), NotBelow(1)])


def _heads(label: Any) -> IntegerField:
    return IntegerField(
        label,
        [Optional(), NumberRange(1, MOST_HEADS)],
        render_kw={"inputmode": "numeric", "min": 1},
    )


class GradeForm(AdminForm):
    """A grade; a condition that is left empty is none."""

    name = StringField(_l("Name of the grade"), [required(), at_most(NAME_LIMIT)])
    rank = whole_number(
        _l("Rank"), 1, 999, description=_l("A higher number is better. Each grade has its own.")
    )
    needs = RadioField(
        _l("Who gets it"),
        choices=options(
            [
                ("all", _l("Whoever reaches all of these")),
                ("any", _l("Whoever reaches any one of these")),
            ]
        ),
    )
    own_sales = _yuan(_l("Own purchases"))
    direct_sales = _yuan(_l("Sales to people they brought"))
    team_sales = _yuan(_l("Sales to the whole team"))
    earned = _yuan(_l("Settled commission"))
    direct_heads = _heads(_l("People they brought"))
    team_heads = _heads(_l("People in the whole team"))
    acknowledged = BooleanField(_l("I have read the legal notice and answer for three levels"))
    seen_version = IntegerField(validators=[Optional()], widget=HiddenInput())

    @classmethod
    def of(cls, grade: Grade, version: int) -> "GradeForm":
        """The form filled with a grade."""
        wanted = {str(each.measure): each.at_least for each in grade.conditions}
        needs = "all" if grade.needs_all else "any"
        data = {"name": grade.name, "rank": grade.rank, "needs": needs, "seen_version": version}
        return cls(data={**data, **wanted})

    def grade(self, grade_id: UUID) -> Grade:
        """What was typed."""
        typed = [(measure, self._fields[str(measure)].data) for measure in Measure]
        return Grade(
            id=grade_id,
            name=self.name.data or "",
            rank=self.rank.data or 0,
            needs_all=self.needs.data == "all",
            conditions=tuple(Condition(measure, least) for measure, least in typed if least),
        )


class RemoveForm(AdminForm):
    """Take a grade out, and say what its distributors get instead."""

    successor = SelectField(_l("Its distributors get"), choices=[])
    sure = BooleanField(_l("Yes, take it out"))
    acknowledged = BooleanField(
        _l("I have read the legal notice and answer for three levels"), id="remove-acknowledged"
    )
    seen_version = IntegerField(
        validators=[Optional()], widget=HiddenInput(), id="remove-seen-version"
    )

    def offer(self, grades: Sequence[Grade]) -> "RemoveForm":
        """Put the other grades into the list."""
        self.successor.choices = _choices(grades)
        return self


class GiveForm(AdminForm):
    """A grade given by hand."""

    grade = SelectField(_l("Grade"), choices=[])
    is_locked = BooleanField(
        _l("Lock it"), description=_l("Then it changes by hand only, whatever they reach.")
    )
    reason = StringField(_l("Reason, shown to the distributor"), [required(), at_most(200)])

    def offer(self, programme: Programme) -> "GiveForm":
        """Put the programme's grades into the list."""
        self.grade.choices = _choices(programme.grades)
        return self


def _choices(grades: Sequence[Grade]) -> list[tuple[str, str]]:
    ranked = sorted(grades, key=lambda grade: grade.rank, reverse=True)
    return [("", _("no grade")), *((str(grade.id), grade.name) for grade in ranked)]
