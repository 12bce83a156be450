"""A distributor's grade: which one, what the next asks for, what it brings, how it changed."""

from typing import Any

from core.api.i18n import gettext as _
from core.api.money import format_yuan
from core.api.values import dataclass
from core.api.web import member, reader
from plugins.distribution.rules import Grade, Plan, RateKind
from plugins.distribution.rules.grading import Numbers, next_grade, steps_to
from plugins.distribution.services.distributors import DistributorState, distributor
from plugins.distribution.services.grades import history_of, numbers_of
from plugins.distribution.services.standings import Standing, standing_of
from plugins.distribution.views.page import go, show_page
from plugins.distribution.views.wording import MEASURE_LABELS, amount, grade_change

HISTORY = 10


@dataclass(frozen=True)
class Progress:
    """A condition, in words, with how much of it is reached."""

    label: str
    reached: str
    wanted: str
    missing: str
    percent: int
    is_met: bool


@dataclass(frozen=True)
class Benefit:
    """What a level of a plan pays now, and with the next grade."""

    plan: str
    level: int
    mine: str
    better: str


def show() -> Any:
    """Grade, progress, benefits and history; others are led to joining."""
    session = reader()
    standing = standing_of(session, member().subject_id)
    if standing.state not in {DistributorState.ACTIVE, DistributorState.FROZEN}:
        return go("/x/distribution/join")
    programme = standing.programme
    target = next_grade(programme, standing.grade_id)
    row = distributor(session, standing.member_id)
    numbers = numbers_of(session, standing.member_id, programme) if programme.grades else {}
    return show_page(
        "grade.html",
        standing,
        target=target,
        is_locked=bool(row and row.is_grade_locked),
        since=row.graded_at if row and standing.grade else None,
        progress=progress_of(target, numbers) if target else [],
        benefits=_benefits(standing, target) if target else [],
        ladder=[
            (grade, progress_of(grade, numbers))
            for grade in sorted(programme.grades, key=lambda grade: grade.rank)
        ],
        history=[
            (change, grade_change(change))
            for change in history_of(session, standing.member_id, HISTORY)
        ],
    )


def progress_of(grade: Grade, numbers: Numbers) -> list[Progress]:
    """Each condition of a grade, in words."""
    return [
        Progress(
            label=str(MEASURE_LABELS[step.measure]),
            reached=amount(step.measure, step.reached),
            wanted=amount(step.measure, step.at_least),
            missing=amount(step.measure, step.missing),
            percent=step.percent,
            is_met=step.is_met,
        )
        for step in steps_to(grade, numbers)
    ]


def _benefits(standing: Standing, target: Grade) -> list[Benefit]:
    """Rates of the first plan, and of every other one where the next grade gets another rate."""
    programme = standing.programme
    rows = []
    for plan in programme.plans:
        levels = range(1, programme.depth + 1)
        mine = [plan.rate.at(level, standing.grade_id) for level in levels]
        better = [plan.rate.at(level, target.id) for level in levels]
        if plan is not programme.default_plan and mine == better:
            continue
        name = plan.name or _("All products")
        rows += [
            Benefit(name, level, _rate(plan, now), _rate(plan, then))
            for level, now, then in zip(levels, mine, better, strict=True)
        ]
    return rows


def _rate(plan: Plan, number: int) -> str:
    text = format_yuan(number)
    if plan.rate.kind == RateKind.FIXED:
        return f"¥{text}"
    return text.rstrip("0").rstrip(".") + "%"
