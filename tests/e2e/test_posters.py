"""A poster's whole life in Chromium: designed, made, scanned by a new phone, sold by, paid for."""

import io
import re

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import DemoStore
from tests.e2e.designing import design_poster, listen
from tests.e2e.test_story import buy, register_through, wait_for
from tests.e2e.walking import Person, distributor, merchant, shopper

PRODUCT = "celadon-side-handle-teapot"
WAY = ("1", "1", "1", "1")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The story of the store is walked on both databases; what posters do there, on one."""
    return sqlite_url


def test_a_poster_is_designed_made_scanned_and_sold_by(
    demo_store: DemoStore, browser: Browser
) -> None:
    """From one of the house's designs to a commission, and 1/1/1/1 in the figures."""
    base = demo_store.url
    for plugin in ("distribution", "poster"):
        demo_store.banyan("plugin", "enable", plugin)
    staff = merchant(browser, base)
    name = design_poster(staff)

    promoter = distributor(browser, base, "lin@demo.banyan")
    faults = listen(promoter.page)
    poster = make_poster(promoter, name)
    address = scan(promoter)
    assert re.fullmatch(rf"{re.escape(base.rstrip('/'))}/s/[2-9A-HJ-NP-Z]{{10}}", address)

    phone = shopper(browser, base)
    phone.page.goto(address)
    assert f"/p/{PRODUCT}?s=" in phone.page.url
    register_through(phone, address, staff)
    before = pending(promoter)
    buy(phone, PRODUCT, total="536")
    wait_for(lambda: pending(promoter) == before + 1)

    wait_for(lambda: figures(promoter, poster) == WAY)
    staff.go("/admin/x/poster/statistics?lang=en")
    row = staff.page.locator("tr", has_text=name)
    expect(row.locator("td")).to_have_text(["1", "1", "1", "1", "1", re.compile("536")])
    assert not faults, faults


GAP = """it => {
  const words = document.createRange(), icon = it.querySelector("svg").getBoundingClientRect();
  words.selectNodeContents(it.lastChild);
  return words.getClientRects()[0].left - icon.right;
}"""
"""Pixels between a caption's icon and the first of its words."""


def make_poster(promoter: Person, template: str) -> str:
    """From the product's share sheet to a picture to press and hold; the poster's path."""
    page = promoter.page
    promoter.go(f"/p/{PRODUCT}?lang=en")
    page.locator('[data-sheet="share"]').first.click()
    promoter.press(page.locator('dialog#share a[href^="/x/poster/new"]'))
    page.get_by_text(template, exact=True).click()
    promoter.send("/x/poster/new")
    expect(page.locator(".studio-poster img")).to_be_visible(timeout=20_000)
    assert page.locator(".studio-poster figcaption").evaluate(GAP) < 12  # though the words wrap
    return page.url


def scan(promoter: Person) -> str:
    """What a phone's camera reads from the picture that the page serves."""
    picture = promoter.page.locator(".studio-poster img").get_attribute("src") or ""
    answer = promoter.page.request.get(picture)
    assert answer.headers["content-type"] == "image/jpeg"
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(answer.body())))
    return str(code.text)


def pending(promoter: Person) -> int:
    """How many commissions of a tenth of 536 yuan wait for their goods to be received."""
    promoter.go("/x/distribution/ledger?state=pending&lang=en")
    return promoter.page.locator("main").inner_text().count("53.60")


def figures(promoter: Person, poster: str) -> tuple[str, ...]:
    """Shown, scanned, registered, ordered, as the poster's own page tells."""
    promoter.page.goto(poster)
    return tuple(promoter.page.locator(".studio-sums dd").all_inner_texts())
