"""Grades at work: which one somebody has reached, how far they are, and changing what there is."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from uuid import UUID

from core.api.values import dataclass
from plugins.distribution.rules.editing import without_lost_grades
from plugins.distribution.rules.grades import Grade, Measure
from plugins.distribution.rules.programme import Plan, Programme, Rate

Numbers = Mapping[Measure, int]
"""What was measured of one distributor: fen, or heads."""

IN_HEADS = frozenset({Measure.DIRECT_HEADS, Measure.TEAM_HEADS})
"""Measures that count members; the others are fen."""


@dataclass(frozen=True)
class Step:
    """A condition of a grade and how far somebody is."""

    measure: Measure
    at_least: int
    reached: int

    @property
    def is_met(self) -> bool:
        """Whether it holds."""
        return self.reached >= self.at_least

    @property
    def missing(self) -> int:
        """What is left to reach: fen, or heads."""
        return max(0, self.at_least - self.reached)

    @property
    def percent(self) -> int:
        """How much of it is reached, 0 to 100, rounded down."""
        return max(0, min(100, self.reached * 100 // self.at_least))


def steps_to(grade: Grade, numbers: Numbers) -> list[Step]:
    """Each condition of a grade with what was reached of it."""
    return [
        Step(each.measure, each.at_least, numbers.get(each.measure, 0)) for each in grade.conditions
    ]


def holds(grade: Grade, numbers: Numbers) -> bool:
    """Whether somebody fulfils what a grade asks for; nobody does where it asks for nothing."""
    met = [step.is_met for step in steps_to(grade, numbers)]
    return bool(met) and (all(met) if grade.needs_all else any(met))


def due_grade(programme: Programme, grade_id: UUID | None, numbers: Numbers) -> UUID | None:
    """The grade that somebody shall have: the highest that they have reached.

    They keep a better one unless the programme takes grades away; one without conditions was given
    by hand and stays. A grade that the programme no longer has counts as none.
    """
    mine = programme.grade(grade_id)
    reached = [grade for grade in programme.grades if holds(grade, numbers)]
    best = max(reached, key=lambda grade: grade.rank, default=None)
    if mine is None or (best is not None and best.rank > mine.rank):
        return best.id if best else None
    if not programme.is_downgrading or not mine.conditions or mine in reached:
        return mine.id
    return best.id if best else None


def next_grade(programme: Programme, grade_id: UUID | None) -> Grade | None:
    """The lowest grade above somebody's that can be reached."""
    mine = programme.grade(grade_id)
    rank = mine.rank if mine else 0
    above = [each for each in programme.grades if each.rank > rank and each.conditions]
    return min(above, key=lambda grade: grade.rank, default=None)


def measures_of(grades: Collection[Grade]) -> frozenset[Measure]:
    """Everything that these grades ask for."""
    return frozenset(each.measure for grade in grades for each in grade.conditions)


def plans_paying(programme: Programme, grade_id: UUID) -> list[Plan]:
    """Plans that pay those of a grade rates of their own, anywhere."""

    def names(rate: Rate | None) -> bool:
        return rate is not None and grade_id in rate.by_grade

    return [
        plan
        for plan in programme.plans
        if names(plan.rate)
        or names(plan.campaign_rate)
        or any(names(rule.rate) for rule in plan.rules)
    ]


def with_grade(programme: Programme, grade: Grade) -> Programme:
    """The programme with this grade in place of its former self, or last when it is new."""
    if programme.grade(grade.id) is None:
        return replace(programme, grades=(*programme.grades, grade))
    grades = tuple(grade if each.id == grade.id else each for each in programme.grades)
    return replace(programme, grades=grades)


def without_grade(programme: Programme, grade_id: UUID) -> Programme:
    """The programme without a grade, and without the rates that plans pay it."""
    grades = tuple(grade for grade in programme.grades if grade.id != grade_id)
    return without_lost_grades(replace(programme, grades=grades))
