"""Logs are read by people: things have names, values have units, actors have titles."""

import re
from html import unescape

from core.orders.services import order_detail
from tests.integration.admin.conftest import fields

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def seen(page: str) -> str:
    """What a reader sees of the page's main part."""
    main = page[page.index("<main") :]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def test_the_audit_log_names_things_and_reads_values_in_words(admin, maker):
    product = maker.product("月白壶", skus=[("POT-1", 26_800, 5)])
    member = maker.member("林知夏")
    path = f"/admin/products/{product.id}"
    admin.done(path, {**fields(admin.page(path)), "sku-0-price": "19.50", "do": "save"})
    admin.done(f"/admin/members/{member.id}/block", {"block-reason": "刷单"})
    log = admin.page("/admin/audit")
    text = seen(log)
    assert "月白壶" in text
    assert f'href="/admin/products/{product.id}"' in log
    assert f'href="/admin/members/{member.id}"' in log
    assert "林知夏" in text
    assert "¥268.00" in text
    assert "¥19.50" in text
    assert "price_fen" not in text
    assert "Subtitle" not in text, "what stayed as it was is no change"
    assert ID.findall(text) == []


def test_a_role_change_reads_as_rights_in_the_readers_language(open_admin):
    merchant = open_admin(language="zh")
    page = merchant.done("/admin/roles", {"name": "仓库"})
    place = re.search(r"/admin/roles/[0-9a-f-]{36}", page).group()
    merchant.done(place, {"name": "仓库", "right": ["order.view", "order.ship"]})
    text = seen(merchant.page("/admin/audit?action=role"))
    assert "仓库" in text
    assert "订单发货" in text
    assert "order.ship" not in text


def test_a_refund_in_the_log_names_its_lines_and_amounts(admin, maker, shop):
    order = maker.order([("POT-1", 2, 26_800)])
    with shop.database.read() as session:
        line = order_detail(session, order.order_no).lines[0]
    sent = {"kind": "refund", "reason": "坏", f"pieces-{line.line_id}": "1"}
    sent[f"amount-{line.line_id}"] = "12.50"
    admin.done(f"/admin/orders/{order.order_no}/refund", sent)
    text = seen(admin.page("/admin/audit"))
    assert line.title in text
    assert "¥12.50" in text
    assert ID.findall(text) == []


def test_stock_movements_lead_to_their_order_and_say_who(admin, maker):
    order = maker.order([("POT-1", 1, 26_800)])
    page = admin.page("/admin/stock/movements?kind=sold")
    assert f'href="/admin/orders/{order.order_no}"' in page
    assert ID.findall(seen(page)) == []
    assert "By itself" in seen(page)


def test_a_members_ledger_words_what_plugins_book(open_admin, maker, enable_plugin, outbox):
    enable_plugin("distribution")
    upline = maker.member("许知远", phone="+8613800000002")
    merchant = open_admin(language="zh")
    merchant.done("/admin/x/distribution/distributors", {"phone": "13800000002"})
    order = maker.order(member=maker.member("林知夏", referrer=upline))
    outbox.drain()
    page = merchant.page(f"/admin/members/{upline.id}/ledger")
    assert "产生佣金" in seen(page)
    assert "待收货佣金" in seen(page)
    assert f'href="/admin/orders/{order.order_no}"' in page
    assert "commission_" not in seen(page)
    assert "plugin:" not in seen(page)
    assert "启用推广员" in seen(merchant.page("/admin/audit"))
