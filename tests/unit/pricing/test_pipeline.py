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
