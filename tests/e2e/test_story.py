"""The main road of the store, walked by a merchant, a distributor and a newcomer in Chromium."""

import json
import re
import time
from collections.abc import Callable
from typing import TypeVar

from playwright.sync_api import Browser

from tests.e2e.conftest import DemoStore
from tests.e2e.walking import Person, distributor, merchant, shopper

PRODUCT = "celadon-side-handle-teapot"
SECOND_PRODUCT = "fuding-white-tea-2019"
NEWCOMER = "13900000042"
PLAN = "/admin/x/distribution/plan"
T = TypeVar("T")
UPLINES = ("shen@demo.banyan", "xu@demo.banyan", "lin@demo.banyan")


def test_a_shared_link_becomes_commissions_a_payout_and_a_shrunken_refund(
    demo_store: DemoStore, browser: Browser
) -> None:
    """The whole story of the README, on a running demo."""
    base = demo_store.url
    staff = merchant(browser, base)
    staff.sees("Sales")
    switch_distribution(staff)
    publish_three_levels(staff)
    uplines = [distributor(browser, base, email) for email in UPLINES]
    for upline in uplines:
        upline.go("/me/settings?lang=en")

    link = share_product(uplines[0])
    buyer = shopper(browser, base)
    register_through(buyer, link, staff)
    order_no = buy(buyer, PRODUCT, total="536")

    within_a_second(uplines[0], "¥53.60")
    within_a_second(uplines[1], "¥26.80")
    within_a_second(uplines[2], "¥10.72")

    ship(staff, order_no)
    confirm_receipt(buyer, order_no)
    demo_store.banyan("clock", "advance", "8d")
    wait_for(lambda: is_available(uplines[0], order_no), seconds=90)  # two jobs, every 30 s
    ask_for_payout(uplines[0], "53.60")
    staff = merchant(browser, base)  # eight days later staff have to sign in again
    approve_payout(staff)
    uplines[0].go("/me/wallet")
    uplines[0].sees("53.60")
    uplines[0].sees("Paid out to the wallet")
    assert_books_are_clean(demo_store)

    second = buy(buyer, SECOND_PRODUCT, total="336")
    within_a_second(uplines[0], "¥33.60")
    ship(staff, second)
    confirm_receipt(buyer, second)
    give_half_back(buyer, staff, second)
    wait_for(lambda: shrunken(uplines[0], second, "16.80"))
    wait_for(lambda: shrunken(uplines[1], second, "8.40"))
    wait_for(lambda: shrunken(uplines[2], second, "3.36"))
    assert_books_are_clean(demo_store)

    switch_distribution(staff)
    time.sleep(1)
    assert uplines[0].status("/x/distribution/") == 404
    uplines[0].go("/me")
    assert "/x/distribution" not in uplines[0].page.content()
    assert staff.status("/admin/x/distribution") == 404
    switch_distribution(staff)
    time.sleep(1)
    assert is_available(uplines[0], order_no)


def switch_distribution(staff: Person) -> None:
    staff.go("/admin/plugins")
    staff.send("/admin/plugins/distribution/switch")
    staff.sees("Distribution")


def publish_three_levels(staff: Person) -> None:
    """A draft of three levels is refused without the acknowledgement, with it it is in force."""
    page = staff.page
    staff.go(f"{PLAN}/settings")
    page.locator('input[name=depth][value="3"]').check(force=True)
    staff.send(f"{PLAN}/settings", do="save")
    staff.go(PLAN)
    editor = page.locator(f'a[href^="{PLAN}/plans/"]').first.get_attribute("href") or ""
    staff.go(editor)
    for level, rate in enumerate(("10", "5", "2"), 1):
        page.fill(f'input[name="rate-all-{level}"]', rate)
    staff.send(editor, do="publish")
    page.fill("input[name=summary]", "Three levels")
    staff.send(f"{PLAN}/publish")
    staff.sees("Three levels need your confirmation")
    page.check("input[name=acknowledged]")
    staff.send(f"{PLAN}/publish")
    staff.go("/admin/x/distribution")
    staff.sees("10% / 5% / 2%")


def share_product(sharer: Person) -> str:
    sharer.go(f"/p/{PRODUCT}?lang=en")
    sharer.sees("Earn about")
    sharer.press(sharer.page.locator('aside form[action^="/share/product/"] button'))
    return sharer.page.locator("input.link-in").input_value()


def register_through(buyer: Person, link: str, staff: Person) -> None:
    """A newcomer opens the link as a guest, looks around, and registers with phone and code."""
    buyer.page.goto(link)
    buyer.go("/?lang=en")
    buyer.go("/signin?by=phone")
    buyer.page.fill("input[name=phone]", NEWCOMER)
    buyer.send("/signin", action="code")
    code = wait_for(lambda: code_in_message_log(staff))
    buyer.page.fill("input[name=code]", code)
    for box in buyer.page.locator('form[action="/signin"] input[type=checkbox]').all():
        box.check()
    buyer.send("/signin", action="enter")
    assert buyer.page.url.endswith("/me"), buyer.page.url


def code_in_message_log(staff: Person) -> str:
    staff.go("/admin/messages")
    row = staff.page.locator("tr", has_text=NEWCOMER[-4:]).first
    found = re.search(r"\b(\d{6})\b", row.inner_text()) if row.count() else None
    return found.group(1) if found else ""


def buy(buyer: Person, product: str, *, total: str) -> str:
    """Product, bag, address, order, sandbox gateway; returns the order's number."""
    page = buyer.page
    buyer.go(f"/p/{product}")
    page.locator('[data-sheet="options"]').first.click()
    page.locator("dialog#options input[name=quantity]").fill("2")
    buyer.press(page.locator('dialog#options button[name=then][value="bag"]'))
    buyer.go("/checkout")
    if page.locator("input[name=detail]").is_visible():
        address = {
            "name": "Chen", "phone": NEWCOMER, "province": "上海市", "city": "上海市",
            "district": "静安区", "detail": "南京西路 1 号",
        }  # fmt: skip
        for name, value in address.items():
            page.fill(f"form[action='/checkout'] input[name={name}]", value)
    buyer.sees(total)
    buyer.press(page.locator("form[action='/checkout'] .paybar button"))
    order_no = page.url.rstrip("/").rsplit("/", 1)[1].split("?")[0]
    buyer.send(f"/pay/{order_no}")
    page.wait_for_url("**/sandbox/pay/*")
    buyer.press(page.locator('button[name=choice][value="pay"]'))
    wait_for(lambda: is_paid(buyer, order_no))
    return order_no


def is_paid(buyer: Person, order_no: str) -> bool:
    buyer.go(f"/me/orders/{order_no}")
    return "To ship" in buyer.page.content() or "Paid" in buyer.page.content()


def within_a_second(upline: Person, amount: str) -> None:
    """The commission is there at the first or second look, with its explanation."""
    deadline = time.monotonic() + 1.0
    while True:
        upline.go("/x/distribution/ledger?state=pending")
        if amount in upline.page.content():
            break
        assert time.monotonic() < deadline, f"no {amount} within a second"
    upline.sees("%")


def ship(staff: Person, order_no: str) -> None:
    staff.go(f"/admin/orders/{order_no}")
    form = f'form[action="/admin/orders/{order_no}/ship"]'
    staff.page.fill(f"{form} input[name=carrier]", "SF Express")
    staff.page.fill(f"{form} input[name=tracking_no]", "SF1234567890")
    staff.send(f"/admin/orders/{order_no}/ship")
    staff.sees("SF1234567890")


def confirm_receipt(buyer: Person, order_no: str) -> None:
    buyer.go(f"/me/orders/{order_no}")
    buyer.page.locator('[data-sheet="receive"]').first.click()
    buyer.send(f"/me/orders/{order_no}/receive")


def is_available(upline: Person, order_no: str) -> bool:
    upline.go("/x/distribution/ledger?state=available")
    return "53.60" in upline.page.content()


def shrunken(upline: Person, order_no: str, amount: str) -> bool:
    upline.go("/x/distribution/ledger?state=reversed")
    return amount in upline.page.content()


def ask_for_payout(upline: Person, yuan: str) -> None:
    upline.go("/x/distribution/withdraw")
    upline.page.fill("input[name=amount]", yuan)
    upline.press(upline.page.locator('form[action="/x/distribution/withdraw"] > button'))
    upline.go("/x/distribution/payouts")
    upline.sees(yuan)


def approve_payout(staff: Person) -> None:
    staff.go("/admin/payouts")
    staff.press(staff.page.locator('td a[href^="/admin/payouts/"]').first)
    staff.press(staff.page.locator('form[action$="/approve"] button').first)


def give_half_back(buyer: Person, staff: Person, order_no: str) -> None:
    """One of two pieces: the shopper asks, the merchant approves, the gateway pays back."""
    page = buyer.page
    buyer.go(f"/me/orders/{order_no}/after-sale")
    page.locator('input[name=kind][value="return"]').check()
    page.locator('input[name^="quantity."]').first.fill("1")
    page.locator("select[name=reason]").select_option(index=1)
    buyer.press(page.locator("form .paybar button"))
    staff.go("/admin/after-sales")
    staff.press(staff.page.locator('td a[href^="/admin/after-sales/"]').first)
    staff.press(staff.page.locator('button[name=decision][value="approve"]'))


def assert_books_are_clean(store: DemoStore) -> None:
    found = json.loads(store.banyan("ledger", "verify", "--json"))
    assert found["problems"] == []


def wait_for(look: Callable[[], T], seconds: float = 30) -> T:
    """The first answer that counts; fails after some seconds."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.3)
