"""Editing and comparing programmes: plain values, no store."""

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from plugins.distribution.rules import (
    Grade,
    Joining,
    Plan,
    Programme,
    Rate,
    RateKind,
    Rule,
    Scope,
    Treatment,
    check_programme,
    from_json,
    to_json,
)
from plugins.distribution.rules.comparing import changes
from plugins.distribution.rules.editing import (
    copy_of,
    opt_out,
    owner_of,
    put,
    rebase,
    take_out,
    with_plan,
    without_plan,
)

GOLD = Grade(UUID(int=9), "金牌", 1)


def plan(number, *things, rate=1000, name=None):
    rules = tuple(Rule(Scope.PRODUCT, UUID(int=each), Treatment.PLAN) for each in things)
    return Plan(
        UUID(int=number), name or f"方案{number}", Rate(RateKind.BPS, (rate, 0, 0)), 3000,
        rules=rules,
    )  # fmt: skip


def programme(*plans, **more):
    return Programme(1, 2, Joining.OPEN, plans, **more)


def test_what_belonged_to_a_removed_plan_falls_to_the_default():
    after = without_plan(programme(plan(1), plan(2, 100)), UUID(int=2))
    assert after.find(None, UUID(int=100), (), False).plan.id == UUID(int=1)
    assert without_plan(after, UUID(int=1)) == after


def test_a_copy_pays_the_same_and_owns_nothing():
    made = copy_of(plan(2, 100, rate=700), UUID(int=3), "副本")
    assert (made.rate, made.rules) == (plan(2, rate=700).rate, ())


def test_moving_and_opting_out_leave_each_thing_in_one_plan():
    moved = put(
        programme(plan(1), plan(2, 100), plan(3)),
        UUID(int=3),
        [Rule(Scope.PRODUCT, UUID(int=100), Treatment.NONE)],
    )
    check_programme(moved)
    assert [len(each.rules) for each in moved.plans] == [0, 0, 1]
    out = opt_out(moved, [UUID(int=100), UUID(int=200)])
    assert [len(each.rules) for each in out.plans] == [1, 0, 1]
    gone = take_out(out, UUID(int=1), [(Scope.PRODUCT, UUID(int=200))])
    assert owner_of(gone, (Scope.PRODUCT, UUID(int=200))) is None


def test_a_move_is_told_at_the_plan_that_something_came_to_and_left():
    before = programme(plan(1), plan(2, 100), plan(3))
    after = put(before, UUID(int=3), before.plans[1].rules)
    left, came = changes(before, after)
    assert (left.plan.name, left.after) == ("方案2", None)
    assert (came.plan.name, came.before, came.came_from.name) == ("方案3", None, "方案2")


def test_my_changes_are_done_to_a_newer_version_and_others_keep_theirs():
    base = programme(plan(1), plan(2, 100), plan(3, 300))
    mine = with_plan(replace(base, depth=1), plan(2, 100, 200))
    newer = replace(base, version=5, grades=(GOLD,), plans=(plan(1, rate=900), *base.plans[1:]))
    after = rebase(base, mine, newer)

    assert (after.version, after.depth, after.grades) == (5, 1, (GOLD,))
    assert after.default_plan.rate.levels == (900, 0, 0)
    assert [len(each.rules) for each in after.plans] == [0, 2, 1]


def test_what_both_gave_to_different_plans_belongs_to_mine():
    base = programme(plan(1), plan(2), plan(3))
    mine, newer = with_plan(base, plan(2, 100)), with_plan(base, plan(3, 100))
    after = rebase(base, mine, newer)
    check_programme(after)
    assert owner_of(after, (Scope.PRODUCT, UUID(int=100))).id == UUID(int=2)


def test_rates_of_a_grade_that_is_gone_meanwhile_are_left_out():
    base = programme(plan(1), grades=(GOLD,))
    rate = Rate(RateKind.BPS, (1000, 0, 0), {GOLD.id: (2000, 0, 0)})
    mine = with_plan(base, replace(base.default_plan, rate=rate))
    after = rebase(base, mine, replace(base, grades=()))
    check_programme(after)
    assert after.default_plan.rate.by_grade == {}


_PLANS = st.lists(
    st.tuples(st.integers(0, 9999), st.sets(st.integers(100, 109))), min_size=1, max_size=4
)


@given(_PLANS, _PLANS)
def test_programmes_that_differ_have_changes_and_equal_ones_none(first, second):
    before, after = _programme(first), _programme(second)
    assert changes(before, before) == []
    assert bool(changes(before, after)) == (_content(before) != _content(after))


@given(_PLANS, _PLANS)
def test_my_changes_done_to_where_they_started_are_what_i_had(first, second):
    base, mine = _programme(first), _programme(second)
    after = rebase(base, mine, base)
    assert _content(after) == _content(mine)
    assert from_json(1, to_json(after)) == after


def _programme(shapes):
    taken: set[int] = set()
    plans = []
    for number, (rate, things) in enumerate(shapes, 1):
        plans.append(plan(number, *sorted(things - taken), rate=rate))
        taken |= things
    return programme(*plans)


def _content(value):
    """All of a programme, rules of a plan in any order."""
    return [
        (each.id, each.rate, frozenset((rule.target_id, rule.treatment) for rule in each.rules))
        for each in value.plans
    ]
