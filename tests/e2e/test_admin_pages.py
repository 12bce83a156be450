"""The admin in a real browser: no accessibility fault, no overflow on a phone, no script error."""

import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from werkzeug.serving import make_server

PASSWORD = "correct horse battery"
PAGES = (
    "/admin/",
    "/admin/orders",
    "/admin/orders/{order}",
    "/admin/orders/{order}/refund",
    "/admin/products/{product}",
    "/admin/stock",
    "/admin/imports/new",
    "/admin/members/{member}",
    "/admin/payouts",
    "/admin/plugins/distribution",
    "/admin/jobs",
    "/admin/roles",
    "/admin/audit",
    "/admin/settings/sharing",
    "/admin/themes",
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough for what a browser sees."""
    return sqlite_url


@pytest.fixture
def address(app) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def things(maker, enable_plugin) -> dict[str, object]:
    enable_plugin("distribution")
    member = maker.member("林知夏", referrer=maker.member("许知远"))
    product = maker.product("山岚·青瓷侧把壶", skus=[("POT-1", 26_800, 12), ("POT-2", 32_800, 0)])
    order = maker.order([("POT-1", 2, 26_800)], member=member)
    maker.staff("owner", email="boss@example.com")
    return {"member": member.id, "product": product.id, "order": order.order_no}


def signed_in(browser, address: str, **options):
    context = browser.new_context(bypass_csp=True, locale="zh-CN", **options)
    page = context.new_page()
    page.goto(f"{address}/admin/signin")
    page.fill("input[name=email]", "boss@example.com")
    page.fill("input[name=password]", PASSWORD)
    page.click("button.primary")
    page.wait_for_url(f"{address}/admin/")  # loaded, and its script listens to the keys
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_an_accessibility_fault(browser, address, things, scheme):
    viewport = {"width": 1440, "height": 900}
    page = signed_in(browser, address, color_scheme=scheme, viewport=viewport)
    for path in PAGES:
        page.goto(address + path.format(**things))
        found = Axe().run(page).response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == [], path


def test_no_page_is_wider_than_a_phone_and_no_script_fails(browser, address, things):
    page = signed_in(browser, address, viewport={"width": 390, "height": 844}, has_touch=True)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    for path in PAGES:
        page.goto(address + path.format(**things))
        wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, path
    page.goto(f"{address}/admin/")
    page.click(".to-menu")
    assert page.locator("#side a[href='/admin/orders']").is_visible()
    assert faults == []


def test_an_order_is_shipped_from_the_keyboard_alone(browser, address, things):
    page = signed_in(browser, address, viewport={"width": 1440, "height": 900})
    page.keyboard.press("Control+k")
    page.keyboard.type(str(things["order"]))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/admin/orders/{things['order']}")
    page.focus("#carrier")
    page.keyboard.type("顺丰速运")
    page.keyboard.press("Tab")
    page.keyboard.type("SF123456")
    page.keyboard.press("Enter")
    page.wait_for_selector(".note.ok")
    assert "SF123456" in page.content()


def test_the_cursor_stands_where_something_was_refused(browser, address, things):
    page = signed_in(browser, address, viewport={"width": 1440, "height": 900})
    page.goto(f"{address}/admin/plugins/distribution")
    number = page.locator("#detail .form input[type=number]").first
    number.fill("-5")
    number.press("Enter")
    page.wait_for_selector("#detail .error")
    name = number.get_attribute("name")
    assert page.evaluate("document.activeElement.name") == name
    assert Axe().run(page).response["violations"] == []


def test_what_opens_at_the_end_of_a_pane_is_seen(browser, address, shop, things):
    shop.plugins.disable("distribution", "me")
    shop.plugins.uninstall("distribution", "me")
    page = signed_in(browser, address, viewport={"width": 1440, "height": 900})
    page.goto(f"{address}/admin/plugins/distribution?tab=needs")
    page.locator("#detail details.more summary").last.click()
    expect(page.locator("#detail .drawer button")).to_be_in_viewport()


def test_leaving_unsaved_work_is_asked_about(browser, address, things):
    page = signed_in(browser, address, viewport={"width": 1440, "height": 900})
    page.goto(f"{address}/admin/products/{things['product']}")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.fill("#title", "月白壶")
    assert page.locator(".save-bar.changed").is_visible()
    page.goto(f"{address}/admin/")
    assert asked == ["beforeunload"]
