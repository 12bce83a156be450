"""One number for a member: the door, list, page, sheet, bag, order and refund say the same."""

import html
import json
import re
from typing import NamedTuple

import pytest

from core.api.catalog import list_products
from core.api.clock import now
from core.api.contributions import PriceRule
from core.api.pricing import Adjustment, QuoteLine, QuoteRequest, Stage
from core.api.web import quotes

LIST_FEN = 10_000
PIECES = 3


@pytest.fixture
def database_url(sqlite_url):
    """Pages ask what services ask; those are tested on both databases."""
    return sqlite_url


class Case(NamedTuple):
    """Prices by audience, the buyer's tier, the promotion on each line, and what a piece costs."""

    prices: dict[str, str]
    tier: str
    off_fen: int
    paid_fen: int
    locked: str = ""


CASES = {
    "no price": Case({}, "silver", 0, 10_000),
    "fixed": Case({"silver": "95"}, "silver", 0, 9_500),
    "reduction": Case({"silver": "-7.5"}, "silver", 0, 9_250),
    "bps": Case({"silver": "12.34%"}, "silver", 0, 8_766),
    "promotion lower": Case({"silver": "95"}, "silver", 800, 9_200),
    "member price lower": Case({"silver": "90"}, "silver", 800, 9_000),
    "dearer than the list": Case({"silver": "130"}, "silver", 0, 10_000),
    "locked": Case({"gold": "88"}, "silver", 0, 10_000, "金卡价 <b>¥88.00</b>"),
    "two tiers, the lower": Case(
        {"silver": "95", "gold": "5%", "black": "80"}, "silver", 0, 9_500, "黑卡价 <b>¥80.00</b>"
    ),
    "two tiers, the higher": Case({"silver": "95", "gold": "-13"}, "gold", 0, 8_700),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_door_list_page_sheet_bag_order_and_refund_say_one_number(
    case, prices, make_product, make_member, make_plugin, sign_in, shop, app, maker, outbox
):
    pot = make_product("茶壶", skus=[("POT", LIST_FEN, 500)])

    def sale(draft, _loaded):
        """The promotion, on each piece of a line."""
        for index, line in enumerate(draft.request.lines):
            yield Adjustment(-case.off_fen * line.quantity, "Sale", line=index)

    make_plugin("sale", price_rules=[PriceRule("sale.day", Stage.PROMOTION, sale)])
    for audience, text in case.prices.items():
        prices.set(pot, audience, text)
    member = make_member()
    prices.raise_to(member, case.tier)
    with shop.database.read() as session:
        slug = list_products(session).items[0].slug
    browser, sku, paid = sign_in(member), pot.skus["POT"], case.paid_fen

    def seen(path):
        answer = browser.get(path, follow_redirects=True)
        assert answer.status_code == 200, path
        return answer.text

    line = QuoteLine(sku, pot.id, None, 1, LIST_FEN)
    with app.test_request_context("/"):
        one, many = quotes(
            [
                QuoteRequest((line._replace(quantity=count),), member.id, now())
                for count in (1, PIECES)
            ]
        )
    assert (one.goods_fen, many.goods_fen) == (paid, paid * PIECES), "what a plugin is told"

    listed, page = seen("/search"), seen(f"/p/{slug}")
    assert card_fen(listed) == (paid if paid < LIST_FEN else None), "the list"
    assert sheet_fen(page) == [paid], "the option sheet"
    shown = [text for text in (listed, page) if "mp-card" in text or "mp-locked" in text]
    assert len(shown) == (2 if case.locked else 0), "others' prices"
    assert all(case.locked in text for text in shown), "others' prices"

    order = maker.order([("POT", PIECES, 0)], member=member)
    checkout = seen(f"/checkout?want={sku}:{PIECES}")
    assert f'name="expected_total_fen" value="{order.total_fen}"' in checkout, "checkout"
    assert order_of(shop, order).goods_fen == paid * PIECES, "the order"

    maker.refund(order, {"POT": 1})
    maker.refund(order, {"POT": PIECES - 1})
    back = [each.amount_fen for fact in outbox.events("order_refunded") for each in fact.lines]
    assert back == [paid, paid * (PIECES - 1)], "the refund"
    maker.check_books()


def fen_of(text):
    """Fen of an amount as pages write it."""
    yuan, _, rest = text.replace("¥", "").replace(",", "").partition(".")
    return int(yuan) * 100 + int(rest.ljust(2, "0") or 0)


def card_fen(text):
    """The reader's own price on the first card; ``None``: the card has none."""
    found = re.findall(r'<p class="own">.*?<b>([^<]*)</b>', text)
    return fen_of(found[0]) if found else None


def sheet_fen(text):
    """What the option sheet asks for each SKU."""
    (told,) = re.findall(r'data-skus="([^"]*)"', text)
    return [fen_of(row["p"]) for row in json.loads(html.unescape(told))]


def order_of(shop, order):
    """The order as it is kept."""
    from core.api.orders import order_detail

    with shop.database.read() as session:
        return order_detail(session, order.order_no)
