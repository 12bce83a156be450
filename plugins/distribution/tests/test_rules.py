import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.api.errors import InvalidInput
from core.api.money import BPS
from plugins.distribution.rules import (
    Joining,
    Plan,
    check_plan,
    estimate_fen,
    line_commissions,
    reversed_fen,
    worked_example,
)


def make_plan(*rates_bps, pool_bps=BPS):
    return Plan(1, len(rates_bps), tuple(rates_bps), pool_bps, Joining.OPEN)


rates = st.lists(st.integers(0, BPS), min_size=1, max_size=3)
plans = st.builds(
    lambda rates_bps, pool_bps: make_plan(*rates_bps, pool_bps=pool_bps),
    rates,
    st.integers(1, BPS),
)
bases = st.integers(0, 10**9)


def test_three_levels_get_their_rates_of_what_was_paid():
    assert line_commissions(10_000, make_plan(1000, 500, 200)) == [1000, 500, 200]


def test_a_line_that_costs_nothing_pays_nobody():
    assert line_commissions(0, make_plan(1000, 500, 200)) == [0, 0, 0]
    assert line_commissions(-5, make_plan(1000)) == [0]


@given(bases, plans)
def test_commissions_never_exceed_the_base_nor_the_pool(base_fen, plan):
    parts = line_commissions(base_fen, plan)

    assert len(parts) == plan.depth
    assert min(parts) >= 0
    assert sum(parts) <= base_fen
    if sum(plan.rates_bps) > plan.pool_bps:  # rounded once, for the pool as a whole
        assert sum(parts) * BPS <= base_fen * plan.pool_bps + BPS // 2


@given(bases, plans)
def test_each_level_is_at_most_a_fen_from_its_rate(base_fen, plan):
    whole = sum(plan.rates_bps)
    if whole <= plan.pool_bps:
        for part, rate in zip(line_commissions(base_fen, plan), plan.rates_bps, strict=True):
            assert abs(part * BPS - base_fen * rate) < BPS


@given(plans)
def test_one_fen_goes_to_one_side_as_a_whole(plan):
    assert sum(line_commissions(1, plan)) in {0, 1}


@given(plans)
def test_a_plan_survives_being_frozen_on_an_order(plan):
    assert Plan.from_json(plan.to_json()) == plan


def test_a_pool_cuts_all_levels_in_proportion():
    parts = line_commissions(10_000, make_plan(2000, 1000, 1000, pool_bps=2000))

    assert parts == [1000, 500, 500]


def test_a_higher_pool_than_the_rates_changes_nothing():
    assert line_commissions(999, make_plan(1000, 500, pool_bps=1500)) == line_commissions(
        999, make_plan(1000, 500)
    )


@given(st.integers(0, 10**7), st.lists(st.integers(0, 1000), max_size=12))
def test_any_number_of_partial_refunds_ends_exactly_at_the_commission(amount_fen, pieces):
    pieces = [*pieces, 1]
    paid_fen, back, taken = sum(pieces), 0, 0
    for piece in pieces:
        back += piece
        step = reversed_fen(amount_fen, back, paid_fen) - taken
        assert step >= 0
        taken += step
    assert taken == amount_fen


@given(st.integers(0, 10**7), st.integers(1, 10**7), st.integers(0, 10**8))
def test_a_refund_never_takes_more_than_the_commission(amount_fen, paid_fen, refunded_fen):
    assert 0 <= reversed_fen(amount_fen, refunded_fen, paid_fen) <= amount_fen


def test_half_of_a_line_takes_half_of_its_commission():
    assert reversed_fen(1000, 5000, 10_000) == 500
    assert reversed_fen(0, 0, 0) == 0


@pytest.mark.parametrize(
    ("depth", "rates_bps", "pool_bps", "field"),
    [
        (0, [], 1000, "depth"),
        (4, [1, 1, 1, 1], 1000, "depth"),
        (2, [1000], 1000, "depth"),
        (2, [0, -1], 1000, "rate2"),
        (1, [BPS + 1], 1000, "rate1"),
        (1, [1000], 0, "pool"),
        (1, [1000], BPS + 1, "pool"),
    ],
)
def test_a_plan_that_could_not_be_paid_is_refused_by_field(depth, rates_bps, pool_bps, field):
    with pytest.raises(InvalidInput) as refused:
        check_plan(depth, rates_bps, pool_bps)

    assert refused.value.params["field"] == field


def test_the_example_adds_up_to_what_was_paid():
    example = worked_example(make_plan(1000, 500, 200), 26_800)

    assert [(row.level, row.rate_bps, row.amount_fen) for row in example.rows] == [
        (1, 1000, 2680),
        (2, 500, 1340),
        (3, 200, 536),
    ]
    assert example.paid_out_fen + example.left_fen == 26_800
    assert not example.is_cut
    assert worked_example(make_plan(2000, pool_bps=1000), 100).is_cut


@given(
    rates=st.lists(st.integers(0, BPS), min_size=1, max_size=3),
    pool_bps=st.integers(1, BPS),
)
def test_effective_rates_are_those_of_the_plan_or_share_its_limit_exactly(rates, pool_bps):
    effective = make_plan(*rates, pool_bps=pool_bps).effective_bps

    if sum(rates) <= pool_bps:
        assert effective == tuple(rates)
    else:
        assert sum(effective) == pool_bps
        exact = [rate * pool_bps / sum(rates) for rate in rates]
        assert all(abs(bps - share) < 1 for bps, share in zip(effective, exact, strict=True))


def test_the_example_says_what_is_really_paid_of_rates_above_the_limit():
    example = worked_example(make_plan(1000, 500, 500, pool_bps=1000), 10_000)

    assert [(row.rate_bps, row.effective_bps, row.amount_fen) for row in example.rows] == [
        (1000, 500, 500),
        (500, 250, 250),
        (500, 250, 250),
    ]


def test_the_estimate_is_what_the_first_level_earns():
    assert estimate_fen(32_160, make_plan(1000, 500)) == 3216
