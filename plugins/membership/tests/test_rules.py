"""Decisions on plain values."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.api.errors import InvalidInput
from plugins.membership.rules import editing, growth, programme
from plugins.membership.rules.ladder import (
    Measures,
    after_growth,
    after_loss,
    after_review,
    expiring,
    progress,
    reached,
    successor,
)
from plugins.membership.rules.programme import CountsAt, ReviewRule, Rules, Task
from plugins.membership.rules.proposal import check_shares, moves, propose
from plugins.membership.tests.conftest import make_tier

BASE, SILVER, GOLD = LADDER = (make_tier(1, 0), make_tier(2, 500), make_tier(3, 1500))
amounts = st.integers(0, 3_000_000)


@given(st.lists(amounts, min_size=1, max_size=8), st.integers(0, 900), st.integers(10_000, 30_000))
def test_lines_share_what_their_order_gives(paid, rate, multiplier):
    parts = growth.order_growth(paid, rate, multiplier)

    assert sum(parts) == sum(paid) * rate * multiplier // 100_000_000
    assert all(part >= 0 for part in parts)


@given(amounts, st.integers(1, 3_000_000), st.lists(st.integers(0, 3_000_000), max_size=5))
def test_refunds_take_more_and_more_and_all_in_the_end(given_growth, paid, cuts):
    steps = [growth.taken_back(given_growth, each, paid) for each in sorted([*cuts, paid])]

    assert steps == sorted(steps)
    assert steps[-1] == given_growth
    assert growth.taken_back(given_growth, 0, paid) == 0


@pytest.mark.parametrize(
    ("held", "wanted"), [(-50, BASE), (0, BASE), (499, BASE), (500, SILVER), (9999, GOLD)]
)
def test_the_highest_tier_that_is_reached_counts(held, wanted):
    assert reached(LADDER, Measures(growth=held)) == wanted


def test_where_the_lowest_tier_asks_for_something_there_is_none_below_it():
    assert reached(LADDER[1:], Measures(growth=499)) is None


@pytest.mark.parametrize(
    ("rule", "current", "held", "wanted"),
    [
        (ReviewRule.KEEP, GOLD, 0, GOLD),
        (ReviewRule.STEP_DOWN, GOLD, 0, SILVER),
        (ReviewRule.STEP_DOWN, SILVER, 0, BASE),
        (ReviewRule.STEP_DOWN, GOLD, 1499, SILVER),
        (ReviewRule.FALL, GOLD, 0, BASE),
        (ReviewRule.FALL, GOLD, 700, SILVER),
        (ReviewRule.FALL, GOLD, 1500, GOLD),
        (ReviewRule.STEP_DOWN, SILVER, 1500, GOLD),
        (ReviewRule.FALL, None, 500, SILVER),
    ],
)
def test_a_review_keeps_steps_down_or_falls_to_the_balance(rule, current, held, wanted):
    assert after_review(LADDER, current, Measures(growth=held), rule) == wanted


def test_stepping_down_from_the_lowest_tier_ends_without_one():
    ladder = LADDER[1:]

    assert after_review(ladder, SILVER, Measures(), ReviewRule.STEP_DOWN) is None


@given(
    st.sampled_from([None, *LADDER]),
    st.sampled_from([None, *LADDER]),
    st.integers(-100, 4000),
)
def test_growth_never_lowers_and_loss_never_goes_below_floor_or_balance(current, floor, held):
    measures = Measures(growth=held)
    rank = {None: 0, BASE: 1, SILVER: 2, GOLD: 3}
    best = rank[reached(LADDER, measures)]

    assert rank[after_growth(LADDER, current, measures)] == max(best, rank[current])
    assert rank[after_loss(LADDER, current, floor, measures)] == max(best, rank[floor])


def test_other_conditions_are_alternatives():
    spender = replace(SILVER, spent_fen=50_000, bought_count=10, order_count=3)
    ladder = (BASE, spender, GOLD)

    for measures in (
        Measures(spent_fen=50_000),
        Measures(bought_count=10),
        Measures(order_count=3),
        Measures(growth=500),
    ):
        assert reached(ladder, measures) == spender
    assert reached(ladder, Measures(499, 49_999, 9, 2)) == BASE


def test_a_retired_tier_becomes_the_highest_that_asks_for_no_more():
    bronze = make_tier(2, 800)

    assert successor(LADDER, bronze) == SILVER
    assert successor(LADDER[2:], bronze) is None
    assert successor(LADDER, replace(GOLD, threshold=1)).id == GOLD.id


def test_only_what_is_there_expires():
    assert [expiring(held, 2500) for held in (-8, 0, 3, 400)] == [0, 0, 0, 100]


def test_progress_counts_from_the_own_threshold_to_the_next():
    now = progress(LADDER, SILVER, 750)
    assert (now.following, now.missing, now.permille) == (GOLD, 750, 250)
    owing = progress(LADDER, BASE, -20)
    assert (owing.growth, owing.missing, owing.permille) == (0, 520, 0)
    assert progress(LADDER, GOLD, 9999).permille == 1000
    assert progress((), None, 10).following is None


def test_rules_survive_their_document_and_old_documents_their_new_fields():
    rules = Rules(rate=150, counts_at=CountsAt.SETTLED, review=ReviewRule.FALL, expiry_bps=1)

    assert programme.from_json(programme.to_json(rules)) == rules
    old = programme.from_json({"rate": 7, "tasks": {"check_in": 3}, "gone": 1})
    assert (old.rate, old.growth_of(Task.CHECK_IN), old.growth_of(Task.PHONE)) == (7, 3, 20)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rate": -1}, "rate"),
        ({"expiry_bps": 10_001}, "expiry_bps"),
        ({"tasks": {Task.SHARE: -1}}, "task_share"),
    ],
)
def test_rules_out_of_range_are_refused_by_name(changes, field):
    with pytest.raises(InvalidInput) as refusal:
        programme.check_rules(replace(Rules(), **changes))

    assert refusal.value.params["field"] == field


@pytest.mark.parametrize(
    ("place", "changes", "field"),
    [
        (1, {"threshold": 0}, "threshold"),
        (1, {"name_zh": ""}, "name_zh"),
        (1, {"name_zh": BASE.name_zh}, "name_zh"),
        (1, {"colour": "red"}, "colour"),
        (1, {"colour": "#ffe0a0"}, "colour"),
        (1, {"icon": "rocket"}, "icon"),
        (1, {"validity_days": 99_999}, "validity_days"),
        (2, {"spent_fen": 100}, "spent_fen"),
        (2, {"order_count": 0}, "order_count"),
    ],
)
def test_a_faulty_ladder_names_tier_and_field(place, changes, field):
    ladder = [BASE, replace(SILVER, spent_fen=100), GOLD]
    assert editing.faults(ladder) == []
    ladder[place] = replace(ladder[place], **changes)

    assert [(fault.place, fault.field) for fault in editing.faults(ladder)] == [(place, field)]
    with pytest.raises(InvalidInput):
        editing.check_ladder(ladder)


def test_offered_colours_carry_white_text():
    assert min(map(editing.contrast_with_white, editing.COLOURS)) >= 4.5


def test_a_ladder_survives_its_document():
    ladder = (BASE, replace(SILVER, spent_fen=100), GOLD)

    assert editing.from_json(editing.to_json(ladder)) == ladder


@given(
    st.lists(st.one_of(st.integers(0, 50), st.integers(0, 5_000_000)), min_size=1, max_size=60),
    st.lists(st.integers(1, 50), min_size=1, max_size=5),
)
def test_a_proposal_rises_strictly_and_places_everybody_once(contributions, weights):
    total = sum(weights)
    shares = [max(weight * 9000 // total, 1) for weight in weights]
    shares = [10_000 - sum(shares), *shares]
    try:
        found = propose(contributions, shares)
    except InvalidInput:
        assert len(set(contributions)) < len(shares)
        return

    thresholds = [each.threshold for each in found]
    assert thresholds[0] == 0
    assert all(low < high for low, high in pairwise(thresholds))
    assert sum(each.members for each in found) == len(contributions)
    for index, each in enumerate(found):
        top = thresholds[index + 1] if index + 1 < len(found) else None
        inside = [c for c in contributions if c >= each.threshold and (top is None or c < top)]
        assert each.members == len(inside)


def test_a_proposal_meets_the_shares_where_it_can_with_numbers_to_remember():
    found = propose(range(1, 1001), (6000, 2500, 1000, 500))

    assert [each.members for each in found] == [599, 250, 100, 51]
    assert [each.threshold for each in found] == [0, 600, 850, 950]


def test_equal_contributions_stay_together():
    found = propose([10] * 50 + [90] * 45 + [500] * 5, (6000, 4000))

    assert [(each.threshold, each.members) for each in found] == [(0, 50), (80, 50)]


@pytest.mark.parametrize("shares", [(10_000,), (5000, 5001), (10_000, 0), (1000,) * 11])
def test_shares_that_make_no_ladder_are_refused(shares):
    with pytest.raises(InvalidInput):
        check_shares(shares)


def test_moves_count_every_member_once():
    found = moves([0, 300, 600, 2000], old=[0, 500], new=[0, 250, 1000], places=[1, 2, 2, 0])

    assert (found.up, found.down, found.same) == (1, 0, 3)
    assert found.table == ((0, 0, 0, 1), (0, 1, 0, 0), (0, 0, 2, 0))
