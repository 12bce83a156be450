"""What hints promise is what the order of a new guest brings at this moment."""

import re

import pytest

from core.api.catalog import product_cards
from core.api.contributions import PriceRule
from core.api.pricing import Adjustment, Stage
from plugins.distribution.rules import Base, Campaign
from plugins.distribution.tests.programmes import bps, fixed, publish

CAMPAIGNS = {
    "as other lines": {},
    "at a rate of its own": {"campaign": Campaign.OWN, "campaign_rate": bps(300)},
    "excluded": {"campaign": Campaign.EXCLUDED},
    "of the profit": {"base": Base.PROFIT},
    "a sum a piece": {"campaign": Campaign.OWN, "campaign_rate": fixed(700)},
}


@pytest.fixture
def sale(make_plugin):
    """A promotion for everybody that takes a fifth off what costs 80 yuan or more."""

    def lower(draft, _loaded):
        dear = [fen >= 8000 for fen in draft.line_fen]
        return [
            Adjustment(-fen // 5, "Sale", line=line)
            for line, fen in enumerate(draft.line_fen)
            if dear[line]
        ]

    make_plugin("probe", price_rules=[PriceRule("probe.sale", Stage.PROMOTION, lower)])


@pytest.fixture
def hints(shop, chain, sign_in):
    """What the product's page, a list and the page of products to share promise, and “& up”."""
    browser = sign_in(chain.first)

    def read(product):
        with shop.database.read() as session:
            slug = product_cards(session, [product.id])[0].slug
        strip = browser.get(f"/p/{slug}?lang=en").text.partition("dist-strip")[2]
        found = [strip.partition("</strong>")[0]]
        for listed in ("/search", "/x/distribution/products", "/x/distribution/products?sort=earn"):
            page = browser.get(listed).text.partition(f'href="/p/{slug}"')[2]
            page = page.partition('href="/p/')[0]
            found.append(re.split("</p>|</div>", page.partition("dist-earn")[2])[0])
        return {_told(text) for text in found}

    return read


def _told(text):
    amount = re.search(r"¥([0-9]+)\.([0-9]{2})", text)
    return (int("".join(amount.groups())) if amount else 0), "& up" in text


@pytest.fixture
def brings(programme, chain, make_member, make_order, outbox):
    """What the referrer really gets when somebody new buys one piece."""

    def order(product, code, price_fen):
        placed = make_order(
            [(code, 1, price_fen)], member=make_member("新客", referrer=chain.first)
        )
        outbox.drain()
        rows = [row for row in programme.rows(placed.id) if row.beneficiary_id == chain.first.id]
        assert all(row.product_id == product.id for row in rows)
        return sum(row.amount_fen for row in rows)

    return order


@pytest.mark.parametrize("on_sale", [False, True], ids=["list price", "promotion"])
@pytest.mark.parametrize("campaign", CAMPAIGNS.values(), ids=CAMPAIGNS)
def test_hints_promise_what_an_order_of_a_new_guest_brings(
    request, shop, hints, brings, make_product, on_sale, campaign
):
    if on_sale:
        request.getfixturevalue("sale")
    publish(shop, default=campaign, depth=1)
    pot = make_product("茶壶", skus=[("POT", 26_800, 9)], cost_fen=6000)
    cup = make_product("茶杯", skus=[("CUP", 5000, 9)], cost_fen=1000)

    for product, sku in ((pot, ("POT", 26_800)), (cup, ("CUP", 5000))):
        assert hints(product) == {(brings(product, *sku), False)}


def test_of_several_skus_the_least_is_promised_and_said_to_be_it(
    shop, sale, hints, brings, make_product
):
    publish(shop, default=CAMPAIGNS["at a rate of its own"], depth=1)
    made = make_product("茶壶", skus=[("DEAR", 26_800, 9), ("LESS", 10_000, 9)])

    assert hints(made) == {(brings(made, "LESS", 10_000), True)}
    assert brings(made, "DEAR", 26_800) > brings(made, "LESS", 10_000) == 240


def test_a_price_that_is_the_readers_own_changes_no_hint(
    shop, chain, make_plugin, hints, brings, make_product
):
    rule = PriceRule(
        "probe.mine",
        Stage.PROMOTION,
        lambda _draft, _: [Adjustment(-1000, "Mine", line=0)],
        load=lambda _session, asked: asked.member_id == chain.first.id or None,
        audience="member",
    )
    make_plugin("probe", price_rules=[rule])
    pot = make_product("茶壶", skus=[("POT", 26_800, 9)])

    assert hints(pot) == {(brings(pot, "POT", 26_800), False)} == {(2680, False)}


@pytest.mark.parametrize("path", ["/search", "/x/distribution/products"])
def test_hints_of_a_list_load_a_promotion_once_for_few_and_many_products(
    shop, chain, make_plugin, make_product, sign_in, path
):
    asked = []

    def load(_session, request):
        asked.append(request)
        return True

    rule = PriceRule(
        "probe.sale", Stage.PROMOTION, lambda *_: [Adjustment(-500, "Sale", line=0)], load=load
    )
    make_plugin("probe", price_rules=[rule])
    browser, counts = sign_in(chain.first), []
    for made in (2, 12):
        for number in range(made):
            make_product(f"壶{made}-{number}", skus=[(f"P{made}-{number}", 9900, 9)])
        browser.get(path)
        asked.clear()
        assert "dist-earn" in browser.get(path).text
        counts.append(len([each for each in asked if each.member_id is None]))

    assert counts == [1, 1]
