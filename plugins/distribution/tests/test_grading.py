"""What a grade asks for, without a database."""

from uuid import UUID

import pytest

from plugins.distribution.rules import Condition, Grade, Joining, Measure, Plan, Programme
from plugins.distribution.rules.grading import due_grade, holds, next_grade, steps_to
from plugins.distribution.rules.programme import Rate, RateKind

M = Measure
A, B, C, BY_HAND = (UUID(int=number) for number in range(1, 5))


def programme(*, downgrading=False):
    grades = (
        Grade(A, "银", 1, True, (Condition(M.TEAM_SALES, 1000),)),
        Grade(B, "金", 2, True, (Condition(M.TEAM_SALES, 5000), Condition(M.DIRECT_HEADS, 3))),
        Grade(C, "钻", 3, False, (Condition(M.EARNED, 900), Condition(M.OWN_SALES, 700))),
        Grade(BY_HAND, "大使", 4),
    )
    plan = Plan(UUID(int=9), "", Rate(RateKind.BPS, (1000, 500, 0)), 3000)
    return Programme(1, 2, Joining.OPEN, (plan,), is_downgrading=downgrading, grades=grades)


def test_all_conditions_or_any_of_them():
    _silver, gold, diamond, _by_hand = programme().grades
    assert not holds(gold, {M.TEAM_SALES: 5000, M.DIRECT_HEADS: 2})
    assert holds(gold, {M.TEAM_SALES: 5000, M.DIRECT_HEADS: 3})
    assert holds(diamond, {M.EARNED: 0, M.OWN_SALES: 700})
    assert not holds(diamond, {M.EARNED: 899, M.OWN_SALES: 699})


def test_a_grade_without_conditions_is_reached_by_nobody():
    everything = dict.fromkeys(M, 10**9)
    assert due_grade(programme(), None, everything) == C


@pytest.mark.parametrize(
    ("mine", "numbers", "kept", "taken"),
    [
        (None, {}, None, None),
        (None, {M.TEAM_SALES: 1000}, A, A),
        (A, {M.TEAM_SALES: 5000, M.DIRECT_HEADS: 3}, B, B),
        (B, {M.TEAM_SALES: 1000}, B, A),
        (B, {}, B, None),
        (A, {M.EARNED: 900}, C, C),
        (BY_HAND, {}, BY_HAND, BY_HAND),
        (UUID(int=77), {M.TEAM_SALES: 1000}, A, A),
        (UUID(int=77), {}, None, None),
    ],
)
def test_the_grade_that_is_due_without_and_with_downgrades(mine, numbers, kept, taken):
    assert due_grade(programme(), mine, numbers) == kept
    assert due_grade(programme(downgrading=True), mine, numbers) == taken


def test_the_next_grade_can_be_reached_and_says_what_is_missing():
    assert next_grade(programme(), None).id == A
    assert next_grade(programme(), B).id == C
    assert next_grade(programme(), C) is None  # the last one is given by hand

    sales, heads = steps_to(programme().grades[1], {M.TEAM_SALES: 1234, M.DIRECT_HEADS: 4})
    assert (sales.missing, sales.percent, sales.is_met) == (3766, 24, False)
    assert (heads.missing, heads.percent, heads.is_met) == (0, 100, True)
