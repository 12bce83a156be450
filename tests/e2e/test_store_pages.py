"""The store in a real browser: no accessibility fault, nothing wider than its screen."""

import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.serving import make_server

from core.catalog.services import list_products
from plugins.distribution.services.distributors import DistributorState, set_state

PAGES = (
    "/",
    "/c/",
    "/search?q=没有",
    "/p/{product}",
    "/p/{gone}",
    "/cart",
    "/checkout",
    "/me",
    "/me/orders",
    "/me/orders/{order}",
    "/me/addresses/new",
    "/me/settings/privacy",
    "/pay/{order}",
    "/nothing",
    "/x/distribution/",
    "/x/distribution/ledger",
    "/x/distribution/products",
    "/x/distribution/withdraw",
    "/x/distribution/rules",
)
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough for what a browser sees."""
    return sqlite_url


@dataclass(frozen=True)
class Store:
    """A running store, and the cookie of a distributor who has a bag and an unpaid order."""

    address: str
    cookie: str
    names: dict[str, str]

    def page(self, browser, language: str, **options):
        context = browser.new_context(bypass_csp=True, locale=language, **options)
        name = "banyan_member"
        context.add_cookies([{"name": name, "value": self.cookie, "url": self.address}])
        page = context.new_page()
        page.goto(f"{self.address}/?lang={language[:2]}")
        assert page.locator("html").get_attribute("lang") == language
        return page

    def open(self, page, path: str) -> None:
        page.goto(self.address + path.format(**self.names))


@pytest.fixture
def store(app, shop, maker, enable_plugin, sign_in) -> Iterator[Store]:
    enable_plugin("distribution")
    member = maker.member("林知夏")
    pot = maker.product("山岚·青瓷侧把壶", skus=[("POT-1", 26_800, 12), ("POT-2", 32_800, 0)])
    cup = maker.product("白露杯", skus=[("CUP-1", 5_000, 1)])
    browser, own = sign_in(member), {"Origin": "http://localhost"}
    with shop.database.write() as session:
        set_state(session, member.id, DistributorState.ACTIVE, actor="test")
    for sku_id in (pot.skus["POT-1"], cup.skus["CUP-1"]):
        form = {"sku": str(sku_id), "quantity": "1", "then": "bag"}
        assert browser.post("/cart/add", data=form, headers=own).status_code == 303
    order = maker.order([("CUP-1", 1, 5_000)], member=member, paid=False)
    with shop.database.read() as session:
        slugs = {card.id: card.slug for card in list_products(session).items}
    names = {"product": slugs[pot.id], "gone": slugs[cup.id], "order": order.order_no}
    cookie = browser.get_cookie("banyan_member").value
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Store(f"http://127.0.0.1:{server.server_port}", cookie, names)
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.mark.parametrize(
    ("language", "scheme", "viewport"),
    [("zh-CN", "light", PHONE), ("en", "dark", DESK)],
    ids=["chinese-light-phone", "english-dark-desk"],
)
def test_no_page_has_an_accessibility_fault(browser, store, language, scheme, viewport):
    page = store.page(browser, language, color_scheme=scheme, viewport=viewport)
    for path in PAGES:
        store.open(page, path)
        found = Axe().run(page).response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == [], path


def test_no_page_is_wider_than_its_screen_even_with_large_text(browser, store):
    page = store.page(browser, "en", viewport=PHONE)
    for path, size in itertools.product(PAGES, ("100%", "150%")):
        store.open(page, path)
        wide = page.evaluate(
            "size => { const root = document.documentElement; root.style.fontSize = size;"
            " return root.scrollWidth - root.clientWidth }",
            size,
        )
        assert wide <= 0, (path, size)


def test_the_chosen_tab_of_a_row_wider_than_the_phone_is_seen(browser, store):
    page = store.page(browser, "en", viewport=PHONE)
    store.open(page, "/x/distribution/ledger?state=reversed")
    tab = page.locator(".tabs [aria-current]").bounding_box()
    assert tab["x"] >= 0
    assert tab["x"] + tab["width"] <= PHONE["width"]


def test_a_way_to_be_paid_tells_its_time_below_its_name(browser, maker, store):
    maker.settings(payout_by_bank_card=True)
    page = store.page(browser, "en", viewport=PHONE)
    with page.expect_navigation():  # an amount that is refused shows the form to who has no money
        page.evaluate(
            "() => { const form = document.createElement('form'); form.method = 'post';"
            " form.action = '/x/distribution/withdraw'; form.innerHTML ="
            " '<input name=amount value=1><input name=do value=work_out>';"
            " document.body.append(form); form.submit() }"
        )
    assert page.locator(".dist-way > label").count() == 2
    for way in page.locator(".dist-way > label > span").all():
        lefts = way.evaluate(
            "way => { const name = document.createRange(); name.selectNodeContents(way);"
            " name.setStartAfter(way.querySelector('svg')); name.setEndBefore(way.lastChild);"
            " return [name, way.lastChild].map(it => it.getBoundingClientRect())"
            ".map(box => [box.left, box.top, box.bottom]) }"
        )
        (name, _, bottom), (hint, top, _) = lefts
        assert abs(name - hint) < 1
        assert top >= bottom - 4


def test_what_may_be_typed_into_a_search_of_the_centre_is_not_cut(browser, store):
    page = store.page(browser, "en", viewport=PHONE)
    for path in ("/x/distribution/ledger", "/x/distribution/team"):
        store.open(page, path)
        for found in page.locator(".dist-find input[type=search]").all():
            assert found.evaluate(
                "box => { const pen = document.createElement('canvas').getContext('2d');"
                " pen.font = getComputedStyle(box).font;"
                " return pen.measureText(box.placeholder).width <= box.clientWidth }"
            )
