"""Every page opens, in both languages, with nothing in the store and with a full one."""

import re
from html import unescape

import pytest

EMPTY = [
    "/admin/",
    "/admin/?period=today",
    "/admin/?period=90d",
    "/admin/search",
    "/admin/search?q=tea",
    "/admin/orders",
    "/admin/orders?status=to_ship",
    "/admin/orders?status=after_sale",
    "/admin/orders?q=nothing",
    "/admin/orders?since=2026-01-01&until=nonsense",
    "/admin/orders/ship",
    "/admin/after-sales",
    "/admin/after-sales?state=requested",
    "/admin/products",
    "/admin/products?state=low",
    "/admin/products/new",
    "/admin/categories",
    "/admin/stock",
    "/admin/stock?level=low",
    "/admin/stock/movements",
    "/admin/imports",
    "/admin/imports/new",
    "/admin/members",
    "/admin/members?q=nobody",
    "/admin/payouts",
    "/admin/payouts?view=all",
    "/admin/payouts/batches",
    "/admin/plugins",
    "/admin/plugins?view=attention",
    "/admin/plugins?q=nothing",
    "/admin/plugins/history",
    "/admin/jobs",
    "/admin/events",
    "/admin/events?state=pending",
    "/admin/events?state=all",
    "/admin/messages",
    "/admin/notices",
    "/admin/suspense",
    "/admin/staff",
    "/admin/roles",
    "/admin/audit",
    "/admin/account",
    "/admin/settings",
    "/admin/settings/trade",
    "/admin/settings/freight",
    "/admin/settings/sharing",
    "/admin/settings/payouts",
    "/admin/themes",
]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_opens_in_an_empty_store(open_admin, language):
    browser = open_admin(language=language)
    for path in EMPTY:
        assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in browser.page(path), path


def test_an_empty_store_says_what_to_do_next(admin):
    for path in ("/admin/orders", "/admin/products", "/admin/members", "/admin/imports"):
        assert 'class="empty' in admin.page(path), path


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_a_filled_store_opens(
    shop, open_admin, language, maker, enable_plugin, outbox
):
    enable_plugin("distribution")
    upline = maker.member("上级")
    buyer = maker.member("买家", referrer=upline)
    unpaid = maker.order(member=buyer, paid=False)
    paid = maker.order(member=buyer)
    received = maker.order(member=buyer, received=True)
    maker.refund(paid)
    outbox.drain()
    browser = open_admin(language=language)
    person = re.search(r"/admin/staff/([0-9a-f-]{36})", browser.page("/admin/staff"))
    product = re.search(r"/admin/products/([0-9a-f-]{36})", browser.page("/admin/products"))
    sku = re.search(r"/admin/stock/([0-9a-f-]{36})", browser.page("/admin/stock"))
    role = re.search(r"/admin/roles/([0-9a-f-]{36})", browser.page("/admin/roles"))
    after_sale = re.search(
        r"/admin/after-sales/([0-9a-f-]{36})", browser.page("/admin/after-sales")
    )
    for order in (unpaid, paid, received):
        browser.page(f"/admin/orders/{order.order_no}")
        browser.page(f"/admin/orders/{order.order_no}/print")
        browser.page(f"/admin/orders/{order.order_no}/refund")
    for path in ("", "/referral", "/referral/transfer?q=上", "/ledger"):
        browser.page(f"/admin/members/{upline.id}{path}")
        browser.page(f"/admin/members/{buyer.id}{path}")
    for tab in ("settings", "rights", "needs", "health", "events", "history"):
        browser.page(f"/admin/plugins/distribution?tab={tab}")
    for path, match in (
        ("staff", person),
        ("products", product),
        ("stock", sku),
        ("roles", role),
        ("after-sales", after_sale),
    ):
        browser.page(f"/admin/{path}/{match.group(1)}")
    for path in EMPTY:
        browser.page(path)


def test_chinese_pages_hold_no_english_sentence(open_admin, maker):
    maker.order()
    browser = open_admin(language="zh")
    for path in EMPTY:
        text = re.sub(
            r"<(script|style|code|pre|kbd).*?</\1>", "", browser.page(path), flags=re.DOTALL
        )
        text = unescape(re.sub(r"<[^>]+>", "\n", text))
        english = [
            line.strip()
            for line in text.splitlines()
            if re.search(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}", line) and "Mozilla" not in line
        ]
        assert english == [], path


def test_a_page_that_is_not_there_says_so_in_the_frame(admin):
    markup = admin.page("/admin/orders/1234", status=404)
    assert 'class="side"' in markup
    assert admin.page("/admin/nothing", status=404)


def test_pages_bring_their_style_and_script_under_a_strict_policy(admin):
    response = admin.get("/admin/")
    markup = response.get_data(as_text=True)
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:", markup)
    for address in re.findall(r'(?:href|src)="(/static/admin/[^"]+)"', markup):
        asset = admin.get(address)
        assert asset.status_code == 200
        assert "immutable" in asset.headers["Cache-Control"]


def test_looking_changes_nothing(shop, admin, maker):
    maker.order()
    import sqlalchemy as sa

    def picture() -> dict[str, int]:
        with shop.database.read() as session:
            names = sa.inspect(shop.database.engine).get_table_names()
            return {
                name: session.scalar(sa.select(sa.func.count()).select_from(sa.table(name)))
                for name in names
            }

    before = picture()
    for path in EMPTY:
        admin.page(path)
    assert picture() == before
