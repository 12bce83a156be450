"""What a piece costs its reader is the same on cards, product page, option sheet and in the bag."""

import html
import json
import re

import pytest

from core.api.contributions import PriceRule
from core.api.pricing import Adjustment, Stage, lower_price
from core.catalog.services import list_products


@pytest.fixture
def loads(make_plugin):
    """How often the rules of a shop with prices for members were loaded."""
    loads = []

    def load(session, request):
        loads.append(len(request.lines))
        return request.member_id is not None

    def halve(draft, is_member):
        for index, line in enumerate(draft.request.lines if is_member else ()):
            yield from lower_price(draft, index, line.unit_price_fen // 2, "Half price")

    def gift(draft, _loaded):
        return [Adjustment(-100, "Order gift")] if draft.goods_fen >= 4000 else []

    make_plugin(
        "half",
        price_rules=[
            PriceRule("half.price", Stage.MEMBER, halve, load, audience="member"),
            PriceRule("half.gift", Stage.COUPON, gift),
        ],
    )
    return loads


@pytest.fixture
def slug(make_product, shop):
    make_product("壶", skus=[("S", 5000, 9), ("L", 8200, 9)])
    with shop.database.read() as session:
        return list_products(session).items[0].slug


def sheet_prices(page):
    (told,) = re.findall(r'data-skus="([^"]*)"', page)
    return [row["p"] for row in json.loads(html.unescape(told))]


def own_price(page):
    return re.findall(r'<p class="own">.*?<b>([^<]*)</b>', page)


def test_members_see_their_price_on_cards_and_for_every_sku(signed, slug, loads):
    assert own_price(signed.page("/search")) == ["¥25.00"]
    assert loads == [1]

    page = signed.page(f"/p/{slug}")
    assert sheet_prices(page) == ["¥25", "¥40"]
    assert "¥25.00" in page
    assert loads == [1, 2], "one load for all SKUs"


def test_the_cards_beside_a_product_are_priced_with_it(signed, slug, make_product, loads):
    make_product("杯", skus=[("CUP", 3000, 5)])

    assert own_price(signed.page(f"/p/{slug}")) == ["¥15.00"]
    assert loads == [3], "two SKUs and a card in one load"


def test_guests_see_what_everybody_pays_and_no_rule_for_members_is_asked(guest, slug, loads):
    assert own_price(guest.page("/search")) == ["¥49.00"], "a gift is for everybody"
    assert sheet_prices(guest.page(f"/p/{slug}")) == ["¥49", "¥81"]
    assert loads == []


def test_a_card_that_was_kept_for_one_reader_is_not_shown_to_another(guest, signed, slug, loads):
    for _ in range(2):
        assert own_price(signed.page("/search")) == ["¥25.00"]
        assert own_price(guest.page("/search")) == ["¥49.00"]


def test_the_price_of_a_card_is_that_of_the_sku_it_quotes(signed, make_product, loads):
    make_product("杯", skus=[("OUT", 1000, 0), ("IN", 3000, 5)])

    assert own_price(signed.page("/search")) == ["¥15.00"]
