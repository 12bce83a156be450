from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import PluginError
from core.pricing.rules import flat_freight, lower_price, price
from core.pricing.types import Adjustment, PriceRule, QuoteLine, QuoteRequest, Stage

TEA, CUP = UUID(int=1), UUID(int=2)
NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)


def request(*lines, member_id=None):
    """A basket; each line is (quantity, unit price in fen)."""
    return QuoteRequest(
        lines=tuple(
            QuoteLine(UUID(int=i + 1), UUID(int=i + 1), None, quantity, unit_fen)
            for i, (quantity, unit_fen) in enumerate(lines)
        ),
        member_id=member_id,
        at=NOON,
    )


def rule(key, stage, *adjustments):
    return PriceRule(key, stage, lambda draft, loaded: adjustments)


def percent_off(key, stage, bps):
    """So many basis points of what the goods cost when the rule runs."""
    return PriceRule(
        key, stage, lambda draft, _: [Adjustment(-(draft.goods_fen * bps // 10_000), "Percent off")]
    )


def freight(fen, free_from=0):
    return PriceRule("core.freight", Stage.FREIGHT, flat_freight(fen, free_from))


def run(basket, *rules):
    return price(basket, rules, {})


def test_a_basket_without_rules_costs_its_list_price():
    quote = run(request((2, 9900), (1, 500)))

    assert (quote.list_fen, quote.goods_fen, quote.freight_fen, quote.total_fen) == (
        20300,
        20300,
        0,
        20300,
    )
    assert quote.trace == ()


def test_a_percentage_is_taken_of_the_discounted_total_so_nothing_is_ever_free():
    # Another shop took both percentages of the list price: 60 % + 50 % = goods for nothing.
    quote = run(
        request((1, 10_000)),
        percent_off("a.member_day", Stage.PROMOTION, 6000),
        percent_off("b.coupon", Stage.COUPON, 5000),
    )

    assert quote.goods_fen == 2000
    assert [(step.before_fen, step.after_fen) for step in quote.trace] == [
        (10_000, 4000),
        (4000, 2000),
    ]


def test_a_coupon_of_a_hundred_percent_leaves_not_one_fen():
    quote = run(request((3, 333), (1, 1)), percent_off("c.all", Stage.COUPON, 10_000))

    assert quote.goods_fen == 0


def test_an_order_wide_discount_is_spread_by_largest_remainder():
    quote = run(
        request((1, 100), (1, 100), (1, 100)),
        rule("c.ten", Stage.COUPON, Adjustment(-100, "Coupon")),
    )

    assert [line.discount_fen for line in quote.lines] == [34, 33, 33]
    assert quote.goods_fen == 200


def test_a_discount_larger_than_the_goods_takes_them_to_zero_and_no_further():
    quote = run(
        request((1, 100), (2, 300)),
        rule("c.big", Stage.COUPON, Adjustment(-5000, "Coupon")),
        freight(800),
    )

    assert (quote.goods_fen, quote.freight_fen, quote.total_fen) == (0, 800, 800)


def test_a_line_discount_larger_than_the_line_is_not_moved_to_other_lines():
    quote = run(
        request((1, 100), (1, 1000)),
        rule("p.line", Stage.PROMOTION, Adjustment(-500, "Offer", line=0)),
    )

    assert [line.total_fen for line in quote.lines] == [0, 1000]


def test_rules_run_by_stage_and_key_whatever_order_they_come_in():
    first = rule("a.rule", Stage.PROMOTION, Adjustment(-100, "A", line=0))
    second = rule("b.rule", Stage.PROMOTION, Adjustment(-10, "B", line=0))
    last = rule("a.coupon", Stage.COUPON, Adjustment(-1, "C", line=0))

    quotes = [
        run(request((1, 1000)), *some) for some in ((first, second, last), (last, second, first))
    ]

    assert quotes[0] == quotes[1]
    assert [step.rule for step in quotes[0].trace] == ["a.rule", "b.rule", "a.coupon"]


def test_freight_is_asked_below_the_limit_and_free_from_it_on():
    assert run(request((1, 9899)), freight(1000, 9900)).total_fen == 10_899
    assert run(request((1, 9900)), freight(1000, 9900)).total_fen == 9900


def test_freight_looks_at_what_the_goods_cost_after_discounts():
    quote = run(
        request((1, 10_000)),
        rule("c.coupon", Stage.COUPON, Adjustment(-101, "Coupon")),
        freight(1000, 9900),
    )

    assert (quote.goods_fen, quote.freight_fen) == (9899, 1000)


def test_a_freight_coupon_touches_no_line_and_no_more_than_the_freight():
    quote = run(
        request((1, 100)),
        freight(800),
        rule("z.free_freight", Stage.FREIGHT, Adjustment(-1000, "Free delivery")),
    )

    assert (quote.goods_fen, quote.freight_fen) == (100, 0)
    assert [step.line for step in quote.trace] == [None, None]


def test_an_empty_basket_ships_for_nothing():
    assert (
        run(request(), freight(800), rule("c.x", Stage.COUPON, Adjustment(-5, "C"))).total_fen == 0
    )


def test_of_member_price_and_promotion_the_lower_wins_whichever_runs_first():
    def at(key, stage, unit_fen):
        return PriceRule(key, stage, lambda draft, _: lower_price(draft, 0, unit_fen, "Price"))

    basket = request((2, 1000))

    assert (
        run(basket, at("m.tier", Stage.MEMBER, 800), at("p.sale", Stage.PROMOTION, 900)).goods_fen
        == 1600
    )
    assert (
        run(basket, at("m.tier", Stage.MEMBER, 900), at("p.sale", Stage.PROMOTION, 800)).goods_fen
        == 1600
    )


def member_price(unit_fen, *, stacks=False, line=0):
    return PriceRule(
        "m.tier",
        Stage.MEMBER,
        lambda draft, _: lower_price(draft, line, unit_fen, "%(tier)s price", tier="Gold"),
        stacks=stacks,
    )


SALE = rule("p.sale", Stage.PROMOTION, Adjustment(-150, "Sale"))


def steps_of(quote):
    return [(step.rule, step.line, step.before_fen, step.after_fen) for step in quote.trace]


def test_a_promotion_never_comes_off_on_top_of_a_members_price():
    dear = run(request((1, 1000)), member_price(800), SALE)
    cheap = run(request((1, 1000)), member_price(900), SALE)

    assert steps_of(dear) == [("m.tier", 0, 1000, 800)]
    assert steps_of(cheap) == [("p.sale", 0, 1000, 850)]


def test_where_promotion_and_members_price_come_to_the_same_the_members_price_is_told():
    assert steps_of(run(request((1, 1000)), member_price(850), SALE)) == [("m.tier", 0, 1000, 850)]


def test_each_line_keeps_its_own_lower_price():
    quote = run(request((1, 1000), (1, 1000)), member_price(800), SALE)

    assert steps_of(quote) == [("m.tier", 0, 1000, 800), ("p.sale", 1, 1000, 925)]


def test_promotions_come_off_on_top_of_a_price_that_stacks():
    quote = run(request((1, 1000)), member_price(800, stacks=True), SALE)

    assert steps_of(quote) == [("m.tier", 0, 1000, 800), ("p.sale", 0, 800, 650)]


def test_coupons_come_off_whichever_of_the_two_won():
    coupon = rule("c.ten", Stage.COUPON, Adjustment(-10, "Coupon"))

    assert run(request((1, 1000)), member_price(800), SALE, coupon).goods_fen == 790
    assert run(request((1, 1000)), member_price(900), SALE, coupon).goods_fen == 840


def test_a_promotion_reaches_its_threshold_by_list_prices_where_it_competes():
    from_900 = PriceRule(
        "p.from",
        Stage.PROMOTION,
        lambda draft, _: [Adjustment(-300, "From 900")] if draft.goods_fen >= 900 else [],
    )

    assert run(request((1, 1000)), member_price(800), from_900).goods_fen == 700
    assert run(request((1, 1000)), member_price(800, stacks=True), from_900).goods_fen == 800


def test_the_label_of_a_lower_price_is_told_with_what_the_rule_gives_it():
    (step,) = run(request((2, 1000)), member_price(800)).trace

    assert (step.label, step.params) == (
        "%(tier)s price",
        {"tier": "Gold", "unit_price_fen": 800},
    )


def test_a_price_dearer_than_the_list_price_changes_nothing():
    dearer = PriceRule("p.x", Stage.MEMBER, lambda draft, _: lower_price(draft, 0, 2000, "Price"))

    assert run(request((1, 1000)), dearer).trace == ()


@pytest.mark.parametrize(
    "wrong",
    [
        Adjustment(-1, "X", line=7),
        Adjustment(-1, "X", line=-1),
        Adjustment(-0.5, "X"),
        Adjustment(True, "X"),
        Adjustment(10**16, "X"),
    ],
)
def test_a_rule_that_answers_nonsense_is_named(wrong):
    with pytest.raises(PluginError) as caught:
        run(request((1, 100)), rule("bad.rule", Stage.COUPON, wrong))

    assert caught.value.params["rule"] == "bad.rule"


def test_the_trace_keeps_what_a_rule_wants_to_tell():
    told = Adjustment(-50, "Coupon %(code)s", params={"code": "TEA"})

    (step,) = run(request((1, 100)), rule("c.code", Stage.COUPON, told)).trace

    assert (step.stage, step.rule, step.label, step.params) == (
        "coupon",
        "c.code",
        "Coupon %(code)s",
        {"code": "TEA"},
    )


amounts = st.integers(-200_000, 200_000)
baskets = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 50_000)), min_size=0, max_size=6)


@st.composite
def baskets_with_rules(draw):
    lines = draw(baskets)
    targets = st.none() if not lines else st.none() | st.integers(0, len(lines) - 1)
    adjustment = st.builds(Adjustment, amounts, st.just("Change"), targets)
    rules = draw(
        st.lists(st.tuples(st.sampled_from(Stage), st.lists(adjustment, max_size=3)), max_size=6)
    )
    return request(*lines), [
        rule(f"r.{i}", stage, *changes) for i, (stage, changes) in enumerate(rules)
    ]


@given(baskets_with_rules(), st.data())
def test_any_subset_of_rules_keeps_every_price_at_or_above_zero(some, data):
    basket, rules = some
    subset = data.draw(st.lists(st.sampled_from(rules), unique_by=id)) if rules else []

    quote = run(basket, *subset)

    assert all(line.total_fen >= 0 for line in quote.lines)
    assert quote.freight_fen >= 0
    assert quote.total_fen == quote.goods_fen + quote.freight_fen >= 0


@given(baskets_with_rules())
def test_the_trace_reconciles_exactly_to_the_totals(some):
    basket, rules = some

    quote = run(basket, *rules)

    for index, line in enumerate(basket.lines):
        steps = [step for step in quote.trace if step.line == index]
        at = line.list_fen
        for step in steps:
            assert step.before_fen == at
            at = step.after_fen
        assert quote.lines[index].total_fen == at
        assert quote.lines[index].discount_fen == line.list_fen - at
    at = 0
    for step in (step for step in quote.trace if step.line is None):
        assert step.before_fen == at
        at = step.after_fen
    assert quote.freight_fen == at
    changes = sum(step.after_fen - step.before_fen for step in quote.trace)
    assert quote.total_fen == quote.list_fen + changes


@given(baskets_with_rules())
def test_the_same_basket_and_rules_always_cost_the_same(some):
    basket, rules = some

    assert run(basket, *rules) == run(basket, *reversed(rules))


@given(baskets_with_rules(), st.lists(st.integers(0, 60_000), max_size=6))
def test_no_line_is_dearer_than_by_its_promotions_or_its_members_price_alone(some, unit_prices):
    basket, rules = some
    promotions = [each for each in rules if each.stage == Stage.PROMOTION]
    members = [
        PriceRule(
            f"m.{line}",
            Stage.MEMBER,
            lambda draft, _, line=line, fen=fen: lower_price(draft, line, fen, "Price"),
        )
        for line, fen in enumerate(unit_prices[: len(basket.lines)])
    ]
    both, promoted = run(basket, *promotions, *members), run(basket, *promotions)

    for line, priced in enumerate(run(basket, *members).lines):
        has_price = priced.discount_fen > 0
        lowest = min(priced.total_fen, promoted.lines[line].total_fen)
        wanted = lowest if has_price else promoted.lines[line].total_fen
        assert both.lines[line].total_fen == wanted
        assert len({step.stage for step in both.trace if step.line == line}) <= 1


def test_a_rule_sees_what_rules_before_it_did_to_each_line():
    seen = []
    rules = [
        rule("a.sale", Stage.PROMOTION, Adjustment(-100, "Sale", line=1)),
        PriceRule("b.look", Stage.COUPON, lambda draft, _: seen.append(draft.trace) or ()),
    ]

    quote = price(request((1, 500), (1, 700)), rules, {})

    ((step,),) = seen
    assert (step.stage, step.rule, step.line, step.after_fen) == ("promotion", "a.sale", 1, 600)
    assert quote.trace == (step,)
