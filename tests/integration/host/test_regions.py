"""Every region is rendered by the default theme; blocks find their places in it."""

import html
import re
import time

import pytest
import sqlalchemy as sa

from core.api.contributions import Block
from core.api.regions import Region
from core.api.testing.plugging import plug_in
from core.config import ROOT
from core.host.models import PluginFault
from tests.integration.host.conftest import PLUGINS
from tools.reference.regions import subject_of

ORIGIN = {"Origin": "http://localhost"}

# region → a page that has it; {…} are filled in
PAGES = {
    Region.LAYOUT_HEAD: "/",
    Region.LAYOUT_BODY_END: "/",
    Region.ANNOUNCEMENT: "/",
    Region.HEADER_ACTIONS: "/",
    Region.TABBAR: "/",
    Region.FOOTER: "/",
    Region.CARD_BADGES: "/",
    Region.CARD_AFTER_PRICE: "/",
    Region.HOME_MAIN: "/",
    Region.LIST_FILTERS: "/search?q=茶",
    Region.LIST_AFTER_ITEMS: "/search?q=茶",
    Region.SEARCH_SUGGEST: "/search?q=茶",
    Region.PRODUCT_GALLERY_OVERLAY: "{product}",
    Region.PRODUCT_INFO: "{product}",
    Region.PRODUCT_CELLS: "{product}",
    Region.PRODUCT_MAIN: "{product}",
    Region.PRODUCT_BUYBAR: "{product}",
    Region.PRODUCT_OPTION_SHEET: "{product}",
    Region.PRODUCT_SHARE_SHEET: "{product}",
    Region.CART_LINES_AFTER: "/cart",
    Region.CART_TOTALS: "/cart",
    Region.CART_AFTER: "/cart",
    Region.CHECKOUT_SECTIONS: "/checkout",
    Region.CHECKOUT_TOTALS: "/checkout",
    Region.CHECKOUT_BEFORE_SUBMIT: "/checkout",
    Region.PAY_METHODS: "/pay/{unpaid}",
    Region.PAY_RESULT_AFTER: "/pay/{paid}/result",
    Region.ORDER_DETAIL: "/me/orders/{paid}",
    Region.ORDER_ACTIONS: "/me/orders/{paid}",
    Region.LOGIN_METHODS: "/signin",
    Region.MEMBER_HOME_CARDS: "/me",
    Region.MEMBER_HOME_MENU: "/me",
    Region.MEMBER_HOME_ASSETS: "/me",
    Region.DISTRIBUTOR_HOME_MAIN: "/x/distribution/",
    Region.DISTRIBUTOR_HOME_MENU: "/x/distribution/",
    Region.DISTRIBUTOR_MONEY_AFTER: "/x/distribution/",
    Region.DISTRIBUTOR_POSTER_TEMPLATES: "/x/poster/new?purpose=shop",
    Region.DISTRIBUTOR_WITHDRAW_METHODS: "/x/distribution/withdraw?amount=x",
    Region.DISTRIBUTOR_APPLY_FIELDS: "/x/distribution/join",
    Region.PRINT_ORDER: "/admin/orders/{paid}/print",
}
GUESTS = {Region.LOGIN_METHODS}
NEWCOMERS = {Region.DISTRIBUTOR_APPLY_FIELDS}
STAFF = {Region.PRINT_ORDER}


@pytest.fixture
def database_url(sqlite_url):
    """What stands where does not depend on the database."""
    return sqlite_url


@pytest.fixture
def plugin_dirs():
    return (ROOT / "plugins", PLUGINS)


@pytest.fixture
def plugins_on():
    return ("distribution", "poster", "stands_everywhere")


def marks(page: str) -> set[str]:
    return set(subjects(page))


def subjects(page: str) -> dict[str, str]:
    """What the block in each region of a page was told that the page is about."""
    found = re.findall(r'<i class="stands" data-region="([^"]+)" data-subject="([^"]+)">', page)
    return {region: html.unescape(subject) for region, subject in found}


def name_distributor(shop, member):
    from plugins.distribution.services.distributors import DistributorState, set_state

    with shop.database.write() as session:
        set_state(session, member.id, DistributorState.ACTIVE, actor="test", reason="")


@pytest.fixture
def visit(shop, make_product, make_order, make_member, make_staff, sign_in, client):
    """Opens the page of a region as somebody who can see it; returns its markup."""
    member, pot = make_member("小山"), make_product("茶壶", skus=[("POT", 26_800, 50)])
    paid = make_order([("POT", 1, 26_800)], member=member)
    unpaid = make_order([("POT", 1, 26_800)], member=member, paid=False)
    browser, newcomer = sign_in(member), sign_in(make_member("新人"))
    others = {
        **dict.fromkeys(GUESTS, client),
        **dict.fromkeys(NEWCOMERS, newcomer),
        **dict.fromkeys(STAFF, sign_in(make_staff(), "staff")),
    }
    name_distributor(shop, member)
    product = "/p/" + client.get("/").text.partition('href="/p/')[2].partition('"')[0]
    form = {"product": product.removeprefix("/p/"), "sku": str(pot.skus["POT"]), "quantity": "1"}
    names = {"product": product, "paid": paid.order_no, "unpaid": unpaid.order_no}

    def run(region: Region) -> str:
        if region.startswith(("store.cart.", "store.checkout.")):
            browser.post("/cart/add", data={**form, "then": "bag"}, headers=ORIGIN)
        answer = others.get(region, browser).get(PAGES[region].format(**names))
        assert answer.status_code == 200
        return answer.text

    return run


def test_every_region_has_its_page():
    assert set(PAGES) == set(Region)


def test_a_block_placed_in_any_region_appears_and_goes_with_its_plugin(shop, visit):
    assert [each for each in Region if each not in marks(visit(each))] == []
    shop.plugins.disable("stands_everywhere", "test")
    assert [each for each in Region if marks(visit(each))] == []


def test_blocks_are_told_what_the_reference_says_that_their_page_is_about(visit):
    told = {region: subjects(visit(region))[region] for region in Region}
    meant = {region: subject_of(region).partition(", none")[0].strip("`") for region in Region}
    of_the_page = {region for region in Region if meant[region] == "the page's"}

    assert {region for region in Region if region.startswith("store.layout.")} == of_the_page
    assert {r: told[r] for r in told.keys() - of_the_page} == {
        r: meant[r] for r in meant.keys() - of_the_page
    }


def test_slips_are_printed_without_the_block_that_fails(shop, visit):
    plug_in(
        shop,
        "broken",
        blocks=[Block("broken.slip", Region.PRINT_ORDER, "none.html", lambda context: 1 / 0)],
    )
    page = visit(Region.PRINT_ORDER)

    assert "<h1>山屿集</h1>" in page
    assert Region.PRINT_ORDER in marks(page)
    shop.plugins.faults.flush()
    with shop.database.read() as session:
        counted = session.execute(sa.select(PluginFault.hook, PluginFault.count)).all()
    assert ("block:broken.slip", 1) in counted


# --- places within a region, and what is kept ---------------------------------------------------


def told(page: str) -> list[str]:
    return re.findall(r'<i class="told">([^<]+)</i>', page)


def test_a_block_with_an_anchor_stands_right_behind_it(visit):
    page = visit(Region.PRODUCT_INFO)

    # the trunk's price stands at 100, its title at 300; by its weight of 500 it would be last
    assert page.index('class="told"') < page.index("<h1")
    assert page.index("sheet-top") < page.index('class="told"')


def test_what_a_block_told_is_kept_by_what_it_declared(
    shop, visit, make_product, make_member, sign_in
):
    make_product("茶杯", skus=[("CUP", 5000, 9)])
    shop.counters.refresh(force=True)
    readers = [sign_in(make_member("甲")), sign_in(make_member("乙"))]
    paths = sorted(set(re.findall(r'href="(/p/[^"]+)"', readers[0].get("/").text)))
    assert len(paths) == 2

    seen = {
        (who, path): told(reader.get(path).text)
        for who, reader in enumerate(readers)
        for path in paths
    }
    again = {key: told(readers[key[0]].get(key[1]).text) for key in seen}
    assert again == seen
    by_member = {key: values[0] for key, values in seen.items()}
    by_subject = {key: values[1] for key, values in seen.items()}
    assert {len({by_member[who, path] for path in paths}) for who in (0, 1)} == {1}
    assert {len({by_subject[who, path] for who in (0, 1)}) for path in paths} == {1}
    assert len(set(by_member.values()) | set(by_subject.values())) == 4
    assert all(text.endswith("no subject, a member") for text in by_member.values())
    assert all(text.endswith("a subject, no member") for text in by_subject.values())
    english = told(readers[0].get(f"{paths[0]}?lang=en").text)
    assert all(text.startswith("en-") for text in english)


def test_what_a_block_told_of_a_bag_is_told_to_nobody_else(shop, make_member, sign_in):
    members = [make_member("甲"), make_member("乙")]
    owners = [told(sign_in(member).get("/cart").text) for member in members]
    assert owners == [[f"member:{member.id}"] for member in members]


def test_what_a_block_told_on_cards_is_kept_card_by_card(
    shop, visit, make_product, sign_in, make_member
):
    def on_cards(page: str) -> list[str]:
        return re.findall(r'<i class="on-card">([^<]+)</i>', page)

    reader = sign_in(make_member("甲"))
    first = on_cards(reader.get("/").text)
    assert len(first) == len(set(first)) == 1
    assert on_cards(reader.get("/search?q=茶").text) == first

    make_product("茶杯", skus=[("CUP", 5000, 9)])
    shop.counters.refresh(force=True)  # the catalogue changed: nothing kept stands for it
    both = on_cards(reader.get("/").text)
    assert len(set(both)) == 2
    assert set(both).isdisjoint(first)
    assert sorted(on_cards(reader.get("/search?q=茶&sort=price").text)) == sorted(both)


def test_a_page_is_kept_no_longer_than_what_stands_on_it(shop, visit, client, monkeypatch):
    path = re.search(r'href="(/p/[^"]+)"', client.get("/").text)[1]
    shop.counters.refresh(force=True)
    before, moment = told(client.get(path).text), time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: moment + 50.0)  # ten seconds are left to them
    assert told(client.get(f"{path}?sku=none").text) == before

    monkeypatch.setattr(time, "monotonic", lambda: moment + 61.0)
    assert set(told(client.get(f"{path}?sku=none").text)).isdisjoint(before)


def test_a_change_of_settings_ends_what_was_kept(shop, visit, client):
    path = re.search(r'href="(/p/[^"]+)"', client.get("/").text)[1]
    before = told(client.get(path).text)
    shop.plugins.disable("distribution", "test")

    assert set(told(client.get(path).text)).isdisjoint(before)
