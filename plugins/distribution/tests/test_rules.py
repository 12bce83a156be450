from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.api.errors import InvalidInput
from core.api.money import BPS
from plugins.distribution.rules import (
    Base,
    Campaign,
    Condition,
    Found,
    Grade,
    Joining,
    LineSold,
    Measure,
    Plan,
    Programme,
    Rate,
    RateKind,
    Rule,
    Scope,
    SelfPurchase,
    Treatment,
    base_fen,
    check_programme,
    effective_bps,
    estimate_fen,
    from_json,
    line_shares,
    reversed_fen,
    saving_fen,
    split_line,
    to_json,
    worked_example,
)

PLAN, OTHER = UUID(int=1), UUID(int=2)
SKU, PRODUCT, SHELF, SHELF_ABOVE = (UUID(int=number) for number in range(11, 15))
GOLD = UUID(int=21)


def bps(*levels, by_grade=None):
    return Rate(RateKind.BPS, (*levels, 0, 0)[:3], by_grade or {})


def fixed(*levels):
    return Rate(RateKind.FIXED, (*levels, 0, 0)[:3])


def make_programme(*levels, pool_bps=BPS, **changes):
    programme = Programme(
        version=1,
        depth=len(levels),
        joining=Joining.OPEN,
        plans=(Plan(PLAN, "默认", bps(*levels), pool_bps),),
    )
    return replace(programme, **changes)


def with_rules(*rules, **plan):
    """A default plan of 10 %, and another of 20 % that owns what the rules name."""
    other = Plan(OTHER, "护肤", bps(2000), BPS, rules=rules, **plan)
    programme = make_programme(1000)
    return replace(programme, plans=(*programme.plans, other))


def amounts(paid_fen, plan_or_rate, *, depth=3, pool_bps=BPS, quantity=1, cost_fen=0, **more):
    plan = Plan(PLAN, "默认", plan_or_rate, pool_bps, base=more.pop("base", Base.PAID))
    found = Found(plan, Scope.PLAN, None, plan.rate)
    sold = LineSold(paid_fen, cost_fen, quantity)
    more.setdefault("grades", {})
    return [share.amount_fen for share in line_shares(sold, found, depth=depth, **more)]


bases = st.integers(0, 10**9)
pools = st.integers(1, BPS)
kinds = st.sampled_from(RateKind)
numbers = st.lists(st.integers(0, BPS), min_size=1, max_size=4)


def test_three_levels_get_their_rates_of_what_was_paid():
    assert amounts(10_000, bps(1000, 500, 200)) == [1000, 500, 200]


def test_fixed_sums_are_paid_for_each_piece():
    assert amounts(10_000, fixed(300, 100, 50), quantity=3) == [900, 300, 150]


def test_fixed_sums_that_exceed_the_pool_are_cut_in_proportion():
    assert amounts(1000, fixed(600, 300), depth=2, pool_bps=3000) == [200, 100]


def test_a_line_that_costs_nothing_pays_nobody():
    assert amounts(0, bps(1000, 500, 200)) == [0, 0, 0]
    assert amounts(-5, bps(1000), depth=1) == [0]
    assert amounts(0, fixed(500), depth=1) == [0]


def test_profit_is_what_was_paid_less_the_cost_and_never_below_zero():
    assert amounts(10_000, bps(1000), depth=1, base=Base.PROFIT, cost_fen=6000) == [400]
    assert amounts(10_000, bps(1000), depth=1, base=Base.PROFIT, cost_fen=12_000) == [0]


def test_a_grade_has_rates_of_its_own_and_others_have_the_usual_ones():
    rate = bps(1000, 500, by_grade={GOLD: (1500, 800, 0)})

    assert amounts(10_000, rate, depth=2, grades={1: GOLD, 2: None}) == [1500, 500]
    assert amounts(10_000, rate, depth=2, grades={1: uuid4(), 2: GOLD}) == [1000, 800]


def test_an_extra_line_for_the_buyer_counts_against_the_pool_like_any_level():
    rate = bps(1000, 1000)

    assert amounts(10_000, rate, depth=2, has_extra=True) == [1000, 1000, 1000]
    assert amounts(10_000, rate, depth=2, has_extra=True, pool_bps=1500) == [500, 500, 500]


def test_what_is_saved_is_the_first_level():
    plan = Plan(PLAN, "默认", bps(1000, 500), BPS)
    found = Found(plan, Scope.PLAN, None, plan.rate)

    assert saving_fen(LineSold(9_999, 0, 1), found, None) == 1000
    assert saving_fen(LineSold(9_999, 0, 1), found._replace(rate=None), None) == 0


@given(bases, kinds, numbers, pools, st.integers(1, 99))
def test_commissions_never_exceed_the_base_nor_the_pool(base, kind, rates, pool_bps, quantity):
    parts = split_line(base, quantity, kind, rates, pool_bps)

    assert len(parts) == len(rates)
    assert min(parts) >= 0
    assert sum(parts) <= base
    if kind == RateKind.FIXED or sum(rates) > pool_bps:  # rounded once, for the pool as a whole
        assert sum(parts) * BPS <= base * pool_bps + BPS // 2


@given(bases, numbers, pools)
def test_each_level_is_at_most_a_fen_from_its_rate(base, rates, pool_bps):
    if sum(rates) <= pool_bps:
        parts = split_line(base, 1, RateKind.BPS, rates, pool_bps)
        for part, rate in zip(parts, rates, strict=True):
            assert abs(part * BPS - base * rate) < BPS


@given(numbers, pools)
def test_one_fen_goes_to_one_side_as_a_whole(rates, pool_bps):
    assert sum(split_line(1, 1, RateKind.BPS, rates, pool_bps)) in {0, 1}


def test_a_pool_cuts_all_levels_in_proportion():
    assert amounts(10_000, bps(2000, 1000, 1000), pool_bps=2000) == [1000, 500, 500]


def test_rates_that_just_fill_the_pool_are_not_cut():
    """A fen that nobody has most of stays with the store, as without a pool."""
    rates = [1000, 500, 200]
    for pool_bps in (1700, BPS):
        assert split_line(3, 1, RateKind.BPS, rates, pool_bps) == [0, 0, 0]


def test_a_higher_pool_than_the_rates_changes_nothing():
    assert amounts(999, bps(1000, 500), pool_bps=1500) == amounts(999, bps(1000, 500))


@given(bases, st.integers(0, 10**9))
def test_the_base_is_never_below_zero_nor_above_what_was_paid(paid_fen, cost_fen):
    for base in Base:
        assert 0 <= base_fen(LineSold(paid_fen, cost_fen, 1), base) <= paid_fen


def where(programme, *, sku=SKU, product=PRODUCT, shelves=(SHELF, SHELF_ABOVE), is_campaign=False):
    found = programme.find(sku, product, shelves, is_campaign)
    return found.plan.id, found.scope, found.rate and found.rate.levels[0]


def test_the_nearest_rule_counts_before_those_further_away():
    own = (Treatment.OWN, bps(3000))
    everything = [
        Rule(Scope.SKU, SKU, *own),
        Rule(Scope.PRODUCT, PRODUCT, Treatment.PLAN),
        Rule(Scope.CATEGORY, SHELF, Treatment.OWN, bps(2500)),
        Rule(Scope.CATEGORY, SHELF_ABOVE, Treatment.NONE),
    ]
    expected = [
        (OTHER, Scope.SKU, 3000),
        (OTHER, Scope.PRODUCT, 2000),
        (OTHER, Scope.CATEGORY, 2500),
        (OTHER, Scope.CATEGORY, None),
        (PLAN, Scope.PLAN, 1000),
    ]

    assert [where(with_rules(*everything[n:])) for n in range(5)] == expected


def test_a_card_that_knows_no_sku_takes_the_rule_of_its_product():
    rules = Rule(Scope.SKU, SKU, Treatment.NONE), Rule(Scope.PRODUCT, PRODUCT, Treatment.PLAN)

    assert where(with_rules(*rules), sku=None) == (OTHER, Scope.PRODUCT, 2000)


@pytest.mark.parametrize(
    ("campaign", "rate", "expected"),
    [
        (Campaign.SAME, None, (OTHER, Scope.PRODUCT, 2000)),
        (Campaign.OWN, bps(500), (OTHER, Scope.CAMPAIGN, 500)),
        (Campaign.EXCLUDED, None, (OTHER, Scope.CAMPAIGN, None)),
    ],
)
def test_a_line_of_a_campaign_takes_the_rule_of_its_plan_for_campaigns(campaign, rate, expected):
    programme = with_rules(
        Rule(Scope.PRODUCT, PRODUCT, Treatment.PLAN), campaign=campaign, campaign_rate=rate
    )

    assert where(programme, is_campaign=True) == expected
    assert where(programme) == (OTHER, Scope.PRODUCT, 2000)


def test_what_opted_out_stays_out_in_a_campaign():
    programme = with_rules(
        Rule(Scope.PRODUCT, PRODUCT, Treatment.NONE),
        campaign=Campaign.OWN,
        campaign_rate=bps(500),
    )

    assert where(programme, is_campaign=True) == (OTHER, Scope.PRODUCT, None)


def test_a_programme_survives_being_stored():
    programme = replace(
        with_rules(
            Rule(Scope.SKU, SKU, Treatment.OWN, fixed(100, 50)),
            Rule(Scope.CATEGORY, SHELF, Treatment.NONE),
            campaign=Campaign.OWN,
            campaign_rate=bps(100, by_grade={GOLD: (200, 0, 0)}),
            base=Base.PROFIT,
        ),
        joining=Joining.PURCHASE,
        joining_products=(PRODUCT,),
        self_purchase=SelfPurchase.SHIFT,
        is_compressed=True,
        is_downgrading=True,
        grades=(Grade(GOLD, "金牌", 1, False, (Condition(Measure.TEAM_SALES, 100_000),)),),
    )

    assert from_json(1, to_json(programme)) == programme


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


def plan_with(**changes):
    return (replace(make_programme(1000).default_plan, **changes),)


def grades(*pairs, **more):
    return tuple(Grade(uuid4(), name, rank, **more) for name, rank in pairs)


TWICE = Rule(Scope.SKU, SKU, Treatment.PLAN)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"depth": 0}, "depth"),
        ({"depth": 4}, "depth"),
        ({"plans": plan_with(rate=bps(0, -1))}, f"plan.{PLAN}.rate2"),
        ({"plans": plan_with(rate=bps(BPS + 1))}, f"plan.{PLAN}.rate1"),
        ({"plans": plan_with(rate=fixed(-1))}, f"plan.{PLAN}.rate1"),
        ({"plans": plan_with(rate=bps(1, by_grade={GOLD: (1, 1, 1)}))}, f"plan.{PLAN}.rate"),
        ({"plans": plan_with(pool_bps=0)}, f"plan.{PLAN}.pool"),
        ({"plans": plan_with(pool_bps=BPS + 1)}, f"plan.{PLAN}.pool"),
        (
            {"plans": (*plan_with(), replace(make_programme(1).default_plan, id=OTHER, name=" "))},
            f"plan.{OTHER}.name",
        ),
        ({"plans": plan_with(campaign=Campaign.OWN)}, f"plan.{PLAN}.campaign"),
        ({"plans": plan_with(rules=(TWICE, TWICE))}, f"plan.{PLAN}.rules"),
        (
            {"plans": plan_with(rules=(Rule(Scope.SKU, SKU, Treatment.OWN),))},
            f"plan.{PLAN}.rules",
        ),
        ({"joining": Joining.SPEND}, "joining_spend"),
        ({"joining": Joining.ORDERS}, "joining_orders"),
        ({"joining": Joining.PURCHASE}, "joining_products"),
        ({"grades": grades(("", 1))}, "grades"),
        ({"grades": grades(("金牌", 1), ("金牌", 2))}, "grades"),
        ({"grades": grades(("金牌", 1), ("银牌", 1))}, "grades"),
        ({"grades": grades(("金", 1), conditions=(Condition(Measure.EARNED, 0),))}, "grades"),
    ],
)
def test_a_programme_that_could_not_be_paid_is_refused_by_field(changes, field):
    with pytest.raises(InvalidInput) as refused:
        check_programme(make_programme(1000, **changes))

    assert refused.value.params["field"] == field


def test_a_programme_that_uses_everything_is_accepted():
    check_programme(replace(with_rules(TWICE), grades=grades(("银牌", 1), ("金牌", 2)), depth=3))


def test_the_example_adds_up_to_what_was_paid():
    example = worked_example(make_programme(1000, 500, 200), 26_800)

    assert [(row.level, row.rate, row.amount_fen) for row in example.rows] == [
        (1, 1000, 2680),
        (2, 500, 1340),
        (3, 200, 536),
    ]
    assert example.paid_out_fen + example.left_fen == 26_800
    assert not example.is_cut
    assert worked_example(make_programme(2000, pool_bps=1000), 100).is_cut


@given(
    rates=st.lists(st.integers(0, BPS), min_size=1, max_size=3),
    pool_bps=st.integers(1, BPS),
)
def test_effective_rates_are_those_of_the_plan_or_share_its_limit_exactly(rates, pool_bps):
    effective = effective_bps(make_programme(*rates, pool_bps=pool_bps))

    if sum(rates) <= pool_bps:
        assert effective == rates
    else:
        assert sum(effective) == pool_bps
        exact = [rate * pool_bps / sum(rates) for rate in rates]
        assert all(abs(bps - share) < 1 for bps, share in zip(effective, exact, strict=True))


def test_the_example_says_what_is_really_paid_of_rates_above_the_limit():
    example = worked_example(make_programme(1000, 500, 500, pool_bps=1000), 10_000)

    assert [(row.rate, row.effective, row.amount_fen) for row in example.rows] == [
        (1000, 500, 500),
        (500, 250, 250),
        (500, 250, 250),
    ]


def test_the_estimate_is_what_the_first_level_earns():
    programme = make_programme(1000, 500)
    found = programme.find(SKU, PRODUCT, (), is_campaign=False)

    assert estimate_fen(LineSold(32_160, 0, 1), programme, found, None) == 3216
