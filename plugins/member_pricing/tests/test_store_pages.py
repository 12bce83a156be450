"""What shoppers see: their price everywhere the same, and others' as an invitation."""

import html
import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.api.catalog import list_products
from core.api.contributions import PriceRule
from core.api.pricing import Adjustment, Stage
from plugins.member_pricing.rules import price_text
from plugins.member_pricing.rules.prices import Price, PriceKind


@pytest.fixture
def database_url(sqlite_url):
    """Pages ask what services ask; those are tested on both databases."""
    return sqlite_url


@pytest.fixture
def pot(make_product):
    return make_product("茶壶", skus=[("POT-S", 10_000, 500), ("POT-L", 20_000, 500)])


@pytest.fixture
def slug(shop, pot):
    with shop.database.read() as session:
        return list_products(session).items[0].slug


def page(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def fen_of(text):
    return int(text.replace("¥", "").replace(",", "").replace(".", "")) if text else None


def card_fen(text):
    found = re.findall(r'<p class="own">.*?<b>([^<]*)</b>', text)
    return fen_of(found[0]) if found else None


def sheet_fen(text):
    (told,) = re.findall(r'data-skus="([^"]*)"', text)
    prices = [row["p"] for row in json.loads(html.unescape(told))]
    return [fen_of(each if "." in each else f"{each}.00") for each in prices]


def locked(text):
    return re.findall(r'class="mp-(?:locked|card)".*?</(?:a|p)>', text, re.DOTALL)


def test_guests_are_told_what_members_pay_and_pay_the_list_price(prices, pot, slug, client):
    prices.set(pot, "all", "90")
    prices.set(pot, "gold", "80")

    (told,) = locked(page(client, f"/p/{slug}"))
    assert "会员价 <b>¥90.00</b>" in told
    assert "金卡价 ¥80.00" in told
    assert "/signin?next=" in told
    assert "会员价 <b>¥90.00</b>" in locked(page(client, "/search"))[0]


def test_the_product_page_tells_the_nearest_tiers_price_and_the_lowest_one(
    prices, pot, slug, client, make_member, sign_in
):
    for tier, text in (("silver", "95"), ("gold", "90"), ("black", "85")):
        prices.set(pot, tier, text)

    (guest,) = locked(page(client, f"/p/{slug}"))
    assert "银卡价 <b>¥95.00</b><small>黑卡价 ¥85.00</small>" in guest
    member = make_member()
    prices.raise_to(member, "silver")
    (silver,) = locked(page(sign_in(member), f"/p/{slug}"))
    assert "金卡价 <b>¥90.00</b><small>黑卡价 ¥85.00</small>" in silver


def test_members_see_their_own_price_and_the_next_tiers(
    prices, pot, slug, make_member, sign_in, offers
):
    for tier, text in (("silver", "95"), ("gold", "90"), ("black", "85")):
        prices.set(pot, tier, text, sku="POT-S")
    member = make_member()
    prices.raise_to(member, "silver")
    browser = sign_in(member)

    shown = page(browser, f"/p/{slug}")
    assert "银卡价" in shown
    assert "/x/membership/" in locked(shown)[0]
    assert "金卡价 <b>¥90.00</b>" in locked(shown)[0]
    listed = page(browser, "/search")
    assert card_fen(listed) == 9_500
    assert "金卡价 <b>¥90.00</b>" in locked(listed)[0]
    offers["line"] = 3_000
    for path in ("/search", f"/p/{slug}"):
        assert locked(page(browser, path)) == [], "a promotion is lower than what gold would pay"
    offers["line"] = 0
    prices.raise_to(member, "black")
    assert card_fen(page(browser, "/search")) == 8_500
    assert locked(page(browser, f"/p/{slug}")) == []


def test_invitations_can_be_switched_off(prices, pot, slug, shop, client):
    prices.set(pot, "all", "90")
    shop.plugins.save_settings("member_pricing", {"shows_locked": False}, "test")

    assert locked(page(client, f"/p/{slug}")) + locked(page(client, "/search")) == []


def test_a_guests_page_asks_for_invitations_once_and_not_for_each_card(
    prices, make_product, client, count_statements
):
    for number in range(6):
        prices.set(make_product(f"茶{number}"), "all", "-5%")
    with count_statements() as sent:
        page(client, "/search")

    assert len([text for text in sent if "plugin_member_pricing" in text]) == 1


@pytest.fixture
def offers(make_plugin):
    """Promotions of the shop, to be changed between looks: fen off each line and off the order."""
    offers = {"line": 0, "order": 0}

    def sale(draft, _loaded):
        for index in range(len(draft.line_fen)):
            yield Adjustment(-offers["line"], "Sale", line=index)
        yield Adjustment(-offers["order"], "Sale")

    make_plugin("sale", price_rules=[PriceRule("sale.day", Stage.PROMOTION, sale)])
    return offers


KINDS = st.builds(Price, st.sampled_from(PriceKind), st.integers(1, 9_999)).map(price_text)
AUDIENCES = st.sampled_from(["all", "silver", "gold", "black"])


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    given_prices=st.dictionaries(st.tuples(AUDIENCES, st.sampled_from(["", "POT-S"])), KINDS),
    tier=st.sampled_from(["silver", "gold", "black"]),
    off=st.tuples(st.integers(0, 3_000), st.integers(0, 3_000)),
    stacks=st.booleans(),
    pieces=st.integers(1, 3),
)
def test_list_page_sheet_bag_and_order_agree_and_nothing_is_taken_off_twice(
    given_prices, tier, off, stacks, pieces, prices, pot, slug, offers, shop, maker, sign_in
):
    for old in prices.of(pot).values():
        prices.save(type_of_removal(old))
    offers["line"], offers["order"] = off
    shop.plugins.save_settings("member_pricing", {"stacks": stacks}, "test")
    shop.counters.refresh(force=True)
    for (audience, sku), text in given_prices.items():
        prices.set(pot, audience, text, sku=sku)
    member = maker.member()
    prices.raise_to(member, tier)
    browser = sign_in(member)

    listed = card_fen(page(browser, "/search"))
    checkout = page(browser, f"/checkout?want={pot.skus['POT-S']}:1")
    one = maker.order([("POT-S", 1, 0)], member=member, paid=False)
    goods = order_of(shop, one).goods_fen
    assert listed == (goods if goods < 10_000 else None)
    assert sheet_fen(page(browser, f"/p/{slug}"))[0] == goods
    assert f'name="expected_total_fen" value="{one.total_fen}"' in checkout

    many = order_of(shop, maker.order([("POT-S", pieces, 0)], member=member, paid=False))
    promoted = max(0, 10_000 * pieces - sum(off))
    stages = {step.stage for step in many.trace if step.line is not None}
    assert many.goods_fen <= 10_000 * pieces
    assert many.goods_fen <= promoted
    if not stacks:
        assert len(stages) <= 1, "a line has its member price or its promotion"


def type_of_removal(kept):
    from plugins.member_pricing.services.editing import Change

    return Change(kept.target, kept.audience, None)


def order_of(shop, order):
    from core.api.orders import order_detail

    with shop.database.read() as session:
        return order_detail(session, order.order_no)
