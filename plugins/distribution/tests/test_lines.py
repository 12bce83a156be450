"""What a line earns: where its rate is found, of what it is, and what refunds take back."""

import pytest

from core.api.clock import local_date, now
from core.api.contributions import PriceRule
from core.api.pricing import Adjustment, Stage
from core.api.settings import load_settings
from core.catalog import services as catalog
from core.catalog.types import CategoryDraft
from plugins.distribution.rules import (
    Base,
    Campaign,
    Rule,
    Scope,
    SelfPurchase,
    Treatment,
)
from plugins.distribution.services.distributors import DistributorState
from plugins.distribution.services.totals import day_sums
from plugins.distribution.tests.programmes import bps, fixed, opt_out, own, plan, publish

POT = ("POT", 1, 26_800)
STATES = [DistributorState.FROZEN, DistributorState.LEFT, DistributorState.REJECTED]


def test_sku_before_product_before_nearest_category_before_the_default(
    shop, programme, chain, make_product, earned, tree
):
    tea, pots, small = tree
    plain = make_product("壶", skus=[("A", 10_000, 99), ("B", 10_000, 99)], category_id=small)
    make_product("盏", skus=[("C", 10_000, 99)], category_id=small)
    make_product("罐", skus=[("D", 10_000, 99)], category_id=tea)
    make_product("巾", skus=[("E", 10_000, 99)])
    publish(
        shop,
        plan(
            "茶",
            bps(100),
            own(Scope.SKU, plain.skus["A"], bps(900)),
            own(Scope.PRODUCT, plain.id, bps(800)),
            own(Scope.CATEGORY, pots, bps(700)),
            Rule(Scope.CATEGORY, tea, Treatment.PLAN),
        ),
        depth=1,
    )

    found = {
        code: earned(chain.buyer, (code, 1, 10_000))[0][2] for code in ("A", "B", "C", "D", "E")
    }
    assert found == {"A": 900, "B": 800, "C": 700, "D": 100, "E": 1000}
    assert [row.scope for row in programme.rows()] == [
        "sku",
        "product",
        "category",
        "category",
        "plan",
    ]


def test_a_shelf_that_was_put_up_just_now_takes_after_those_above_it(
    shop, programme, chain, make_product, earned, tree
):
    tea, pots, small = tree
    make_product("盏", skus=[("C", 10_000, 99)], category_id=small)
    publish(shop, plan("茶", bps(100), own(Scope.CATEGORY, tea, bps(700))), depth=1)
    assert earned(chain.buyer, ("C", 1, 10_000)) == [(1, chain.first.id, 700)]

    with shop.database.write() as session:
        draft = CategoryDraft("大壶", slug="large", parent_id=pots)
        large = catalog.create_category(session, draft)
    make_product("杯", skus=[("F", 10_000, 99)], category_id=large)
    assert earned(chain.buyer, ("F", 1, 10_000)) == [(1, chain.first.id, 700)]


@pytest.fixture
def tree(shop):
    """Ids of three shelves, each in the one before."""
    ids = []
    with shop.database.write() as session:
        for name in ("茶", "壶", "小壶"):
            parent = ids[-1] if ids else None
            draft = CategoryDraft(name, slug=f"shelf-{len(ids)}", parent_id=parent)
            ids.append(catalog.create_category(session, draft))
    return ids


def test_what_is_opted_out_earns_nothing_while_other_lines_do(
    shop, programme, chain, make_product, earned
):
    book = make_product("书", skus=[("BOOK", 5000, 9)])
    publish(shop, plan("书", bps(1000), opt_out(Scope.PRODUCT, book.id)), depth=1)

    assert earned(chain.buyer, ("BOOK", 1, 5000), ("CUP", 1, 5000)) == [(1, chain.first.id, 500)]


@pytest.fixture
def sale(make_plugin):
    """A promotion that takes 20 yuan off the first line."""
    rule = PriceRule(
        "probe.sale", Stage.PROMOTION, lambda _draft, _: [Adjustment(-2000, "Sale", line=0)]
    )
    make_plugin("probe", price_rules=[rule])


@pytest.mark.parametrize(
    ("campaign", "rate", "expected"),
    [
        (Campaign.SAME, None, [(8000, 800), (5000, 500)]),
        (Campaign.OWN, bps(300), [(8000, 240), (5000, 500)]),
        (Campaign.EXCLUDED, None, [(5000, 500)]),
    ],
)
def test_lines_of_a_promotion_are_paid_as_the_plan_says(
    shop, programme, chain, sale, make_order, outbox, campaign, rate, expected
):
    publish(shop, default={"campaign": campaign, "campaign_rate": rate}, depth=1)
    order = make_order([("SALE", 1, 10_000), ("CUP", 1, 5000)], member=chain.buyer)
    outbox.drain()

    rows = programme.rows(order.id)
    assert sorted((row.base_fen, row.amount_fen) for row in rows) == sorted(expected)
    if campaign == Campaign.OWN:
        assert {row.base_fen: row.scope for row in rows} == {8000: "campaign", 5000: "plan"}


def test_what_a_coupon_points_and_the_wallet_pay_earns_nothing_and_makes_no_campaign(
    shop, programme, chain, make_plugin, earned
):
    stages = (Stage.COUPON, Stage.POINTS, Stage.WALLET)
    rules = [
        PriceRule(f"probe.{stage.name.lower()}", stage, lambda *_: [Adjustment(-1000, "Off")])
        for stage in stages
    ]
    make_plugin("probe", price_rules=rules)
    publish(shop, default={"campaign": Campaign.EXCLUDED}, depth=1)

    assert earned(chain.buyer, ("CUP", 1, 10_000)) == [(1, chain.first.id, 700)]


def test_a_profit_base_is_what_was_paid_less_the_cost_and_never_below_zero(
    shop, programme, chain, make_product, make_order, outbox
):
    make_product("壶", skus=[("GOOD", 10_000, 9)], cost_fen=7000)
    make_product("盏", skus=[("LOSS", 5000, 9)], cost_fen=6000)
    publish(shop, default={"base": Base.PROFIT})
    order = make_order([("GOOD", 2, 10_000), ("LOSS", 1, 5000)], member=chain.buyer)
    outbox.drain()

    rows = programme.rows(order.id)
    assert [(row.base_fen, row.line_paid_fen, row.amount_fen) for row in rows] == [
        (6000, 20_000, 600),
        (6000, 20_000, 300),
        (6000, 20_000, 120),
    ]


def test_fixed_sums_count_by_the_piece(shop, programme, chain, make_order, outbox):
    publish(shop, default={"rate": fixed(300, 150, 50)})
    order = make_order([("CUP", 3, 5000)], member=chain.buyer)
    outbox.drain()

    rows = programme.rows(order.id)
    assert [(row.kind, row.rate_bps, row.quantity, row.amount_fen) for row in rows] == [
        ("fixed", 300, 3, 900),
        ("fixed", 150, 3, 450),
        ("fixed", 50, 3, 150),
    ]


def test_fixed_sums_above_the_pool_are_cut_in_proportion(shop, programme, chain, earned):
    publish(shop, default={"rate": fixed(300, 150, 50), "pool_bps": 1000})

    # 10 % of 30.00 are 3.00 for 15.00 wanted: a fifth each
    assert [fen for *_, fen in earned(chain.buyer, ("CUP", 3, 1000))] == [180, 90, 30]


def test_rates_above_the_pool_are_cut_in_proportion(shop, programme, chain, earned):
    publish(shop, default={"rate": bps(3000, 2000, 1000), "pool_bps": 3000})

    # 30 % of 99.99 are 29.997, so 30.00 (2999.7 fen round to 3000), parted 3:2:1
    assert [fen for *_, fen in earned(chain.buyer, ("CUP", 1, 9999))] == [1500, 1000, 500]


MODES = {
    "shift": {"self_purchase": SelfPurchase.SHIFT},
    "extra": {"self_purchase": SelfPurchase.EXTRA},
    "saving": {"self_purchase": SelfPurchase.SAVING},
    "profit": {"default": {"base": Base.PROFIT}},
    "fixed": {"default": {"rate": fixed(300, 150, 50)}},
    "cut": {"default": {"rate": fixed(300, 150, 50), "pool_bps": 500}},
}


@pytest.mark.parametrize("mode", MODES)
def test_refunds_reverse_in_proportion_to_the_line_in_every_mode(
    shop, programme, chain, make_product, make_order, maker, outbox, mode
):
    """A third, then two thirds, then all of a line of three; the other line is not touched."""
    make_product("盏", skus=[("CUP", 3333, 99)], cost_fen=1000)
    publish(shop, **MODES[mode])
    programme.name(chain.buyer)
    order = make_order([("CUP", 3, 3333), ("POT", 1, 26_800)], member=chain.buyer)
    outbox.drain()
    cups = {row.order_line_id for row in programme.rows(order.id) if row.quantity == 3}
    (line_id,) = cups
    before = {row.id: row.amount_fen for row in programme.rows(order.id)}

    for returned in (1, 2, 3):
        maker.refund(order, {"CUP": 1})
        outbox.drain()
        for row in programme.rows(order.id):
            assert row.amount_fen == before[row.id]
            if row.order_line_id != line_id:
                assert row.reversed_fen == 0
                continue
            exact = row.amount_fen * row.refunded_fen / row.line_paid_fen
            assert abs(row.reversed_fen - exact) <= 0.5
            assert abs(row.refunded_fen - row.line_paid_fen * returned / 3) < 1
    assert all(
        row.reversed_fen == row.amount_fen
        for row in programme.rows(order.id)
        if row.order_line_id == line_id
    )
    maker.check_books()


def test_turnover_is_what_was_paid_also_where_rates_are_of_the_profit(
    shop, programme, chain, make_product, make_order, maker, outbox
):
    make_product("盏", skus=[("CUP", 5000, 99)], cost_fen=4000)
    publish(shop, default={"base": Base.PROFIT})
    order = make_order([("CUP", 4, 5000)], member=chain.buyer)
    outbox.drain()
    assert _sold_today(shop) == 20_000

    maker.refund(order, {"CUP": 3})
    outbox.drain()
    assert _sold_today(shop) == 5000


def _sold_today(shop):
    with shop.database.read() as session:
        zone = load_settings(session).timezone
        return sum(day_sums(session, zone, local_date(now(), zone), 1)[1])
