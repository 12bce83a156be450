"""Staff, rights, settings, plugins and background work."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.config import ROOT
from core.db.outbox import EventDelivery, OutboxEvent
from core.host.models import JobRun
from core.kernel.clock import now
from core.web.access import access_of
from tests.integration.admin.conftest import Browser, fields, said


@pytest.fixture
def plugin_dirs() -> tuple[Path, ...]:
    return (ROOT / "plugins", ROOT / "tests" / "plugins_for_tests")


def test_staff_sign_in_with_their_password_only_and_go_where_they_wanted(client, maker):
    maker.staff("owner", email="boss@example.com")
    browser = Browser(client, "en")
    assert "/admin/signin?next=/admin/orders" in browser.get("/admin/orders").headers["Location"]
    page = browser.refused(
        "/admin/signin", {"email": "boss@example.com", "password": "wrong password"}
    )
    assert 'value="boss@example.com"' in page
    assert "wrong password" not in page
    sent = {"email": "boss@example.com", "password": "correct horse battery"}
    response = browser.post("/admin/signin", {**sent, "next": "/admin/orders"})
    assert response.headers["Location"] == "/admin/orders"
    browser.page("/admin/orders")
    browser.post("/admin/signout")
    assert browser.get("/admin/orders").status_code == 303
    response = browser.post("/admin/signin", {**sent, "next": "https://evil.example/admin/"})
    assert response.headers["Location"] == "/admin/"


def test_requests_from_other_sites_are_not_carried_out(sign_in, make_staff, maker):
    order = maker.order(paid=False)
    client = sign_in(make_staff(), "staff")
    sent = {"cancel-reason": "x"}
    for headers in ({"Origin": "https://evil.example"}, {}, {"Sec-Fetch-Site": "cross-site"}):
        response = client.post(f"/admin/orders/{order.order_no}/cancel", data=sent, headers=headers)
        assert response.status_code == 403


def test_every_route_is_closed_to_shoppers_and_to_roles_without_the_right(
    app, open_admin, client, maker, sign_in
):
    shopper = sign_in(maker.member())
    clerk = open_admin("clerk")
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/admin")]
    values = {"uuid": "01a200ad-bfc3-7f52-8b8a-215653e73714", "default": "x", "int": "1"}
    held = {"order.view", "order.ship", "order.edit", "product.view", "product.edit"}
    held |= {"stock.adjust", "aftersale.view", "member.view", "referral.view", "message.view"}
    for rule in rules:
        kind = access_of(app.view_functions[rule.endpoint])
        path = re.sub(r"<(?:(\w+):)?\w+>", lambda m: values[m.group(1) or "default"], rule.rule)
        method = "GET" if "GET" in rule.methods else "POST"
        if kind == "public":
            continue
        assert kind.startswith("staff"), rule.rule
        for browser in (client, shopper):
            response = browser.open(path, method=method, headers={"Origin": "http://localhost"})
            assert response.status_code == 303, (rule.rule, response.status_code)
            assert "/admin/signin" in response.headers["Location"]
        permission = kind.partition(":")[2]
        if permission and permission not in held and not permission.startswith("dashboard"):
            response = clerk._client.open(path, method=method)
            assert response.status_code == 403, rule.rule


def test_a_role_of_ones_own_opens_just_its_pages(admin, open_admin, make_staff, sign_in):
    admin.done("/admin/roles", {"name": "仓库"})
    role = re.findall(r'/admin/roles/([0-9a-f-]{36})">仓库', admin.page("/admin/roles"))[0]
    admin.done(f"/admin/roles/{role}", {"name": "仓库", "right": ["order.view", "order.ship"]})
    admin.refused("/admin/roles", {"name": ""})
    key = fields(admin.page("/admin/staff"))["role_key"]
    page = admin.page("/admin/staff")
    key = re.search(r'value="(own-[^"]+)">仓库', page).group(1)
    new = {"name": "小周", "email": "zhou@example.com", "role_key": key, "password": "short"}
    page = admin.refused("/admin/staff", new)
    assert 'value="zhou@example.com"' in page
    admin.done("/admin/staff", {**new, "password": "a long enough one"})
    clerk = open_admin("clerk", "en")
    assert clerk.get("/admin/staff").status_code == 403
    assert "Ship orders" in admin.page("/admin/audit?action=role")
    page = admin.refused(f"/admin/roles/{role}", {"do": "delete"})
    assert "still holds" in said(page)


def test_the_last_owner_stays(admin, make_staff):
    person = re.search(r"/admin/staff/([0-9a-f-]{36})", admin.page("/admin/staff")).group(1)
    sent = {"name": "店主", "role_key": "clerk", "is_active": "y"}
    assert "at least one active owner" in said(admin.refused(f"/admin/staff/{person}", sent))


def test_the_own_account_changes_language_look_and_password(admin):
    page = admin.done("/admin/account", {"name": "周宁", "locale": "zh_Hans_CN", "look": "dark"})
    assert 'data-theme="dark"' in page
    assert "我的账号" in page
    new = {"current": "wrong", "password": "another long one", "again": "another long one"}
    assert "another long one" not in admin.refused("/admin/account/password", new)
    admin.refused("/admin/account/password", {**new, "again": "no"})
    admin.done("/admin/account/password", {**new, "current": "correct horse battery"})


def test_settings_keep_what_was_typed_and_reach_the_store_at_once(shop, admin):
    form = fields(admin.page("/admin/settings/freight"))
    page = admin.refused("/admin/settings/freight", {**form, "freight_fen": "zehn"})
    assert 'value="zehn"' in page
    admin.done("/admin/settings/freight", {**form, "freight_fen": "12.5"})
    assert shop.settings().freight_fen == 1250
    form = fields(admin.page("/admin/settings/payouts"))
    page = admin.refused(
        "/admin/settings/payouts", {**form, "payout_min_fen": "100", "payout_max_fen": "10"}
    )
    assert "must not be below" in said(page)
    admin.done("/admin/settings/sharing", {"binding": "first_order", "protection_days": "30"})
    assert (shop.settings().binding, shop.settings().protection_days) == ("first_order", 30)
    assert "<ins>¥12.50</ins>" in admin.page("/admin/audit?action=setting")


def test_a_plugin_is_switched_on_and_off_within_a_second(shop, admin):
    page = admin.done("/admin/plugins/distribution/switch", {"to": "on"})
    assert 'aria-checked="true"' in page
    assert shop.plugins.is_enabled("distribution")
    contributed = [page for _, page in shop.plugins.contributions("admin_pages")]
    pages = [page.path for page in contributed if "GET" in page.methods]
    for path in pages:
        if "<" not in path:
            assert admin.get(path).status_code != 404
    admin.done("/admin/plugins/distribution/switch", {"to": "off"})
    for path in pages:
        if "<" not in path:
            assert admin.get(path).status_code == 404, path
    assert "/admin/x/distribution" not in admin.page("/admin/")
    assert "plugin.enable" in admin.page("/admin/audit?action=plugin")
    assert admin.get("/admin/plugins/unknown").status_code == 404


def test_plugin_settings_come_from_the_schema_and_secrets_stay_hidden(shop, admin):
    admin.done("/admin/plugins/has_settings/switch", {"to": "on"})
    page = admin.page("/admin/plugins/has_settings")
    assert set(re.findall(r'name="(rate|mode|is_on|note|token)"', page)) == {
        *("rate", "mode", "is_on", "note", "token")
    }
    path = "/admin/plugins/has_settings/settings"
    assert 'value="500"' in admin.refused(path, {"rate": "500", "mode": "fast"})
    page = admin.refused(path, {"rate": "5", "mode": "fast", "is_on": "y", "note": "kept"})
    assert "A token is needed." in said(page)
    assert 'value="kept"' in page
    page = admin.done(path, {"rate": "5", "mode": "fast", "is_on": "y", "token": "s3cret"})
    assert "s3cret" not in page
    assert shop.plugins.settings_of("has_settings")["token"] == "s3cret"
    assert "s3cret" not in admin.page("/admin/audit")
    assert "s3cret" not in admin.page("/admin/plugins/has_settings?tab=history")


def test_parked_events_are_shown_and_tried_again(shop, admin, enable_plugin):
    enable_plugin("counts_events")
    with shop.database.write() as session:
        seq = session.execute(
            sa.insert(OutboxEvent)
            .values(name="order_paid", version=1, aggregate="a", payload={"n": 1}, at=now())
            .returning(OutboxEvent.seq)
        ).scalar_one()
        values = {"event_seq": seq, "plugin": "counts_events", "aggregate": "a", "tries": 8}
        more = {"state": "parked", "next_try_at": now(), "error": "ValueError: <boom>"}
        session.execute(sa.insert(EventDelivery).values(values | more))
    assert "&lt;boom&gt;" in admin.page("/admin/events")
    assert "1 parked event" in admin.page("/admin/plugins")
    page = admin.done(
        "/admin/plugins/counts_events/events", {"seq": str(seq), "back": "/admin/events"}
    )
    assert "Events tried again: 1." in page
    again = admin.post("/admin/plugins/counts_events/events", {"seq": str(seq)})
    assert again.status_code == 409


def test_a_job_is_asked_for_once(shop, admin):
    admin.done("/admin/jobs/run", {"job": "orders.settle"})
    assert admin.post("/admin/jobs/run", {"job": "orders.settle"}).status_code == 409
    assert admin.post("/admin/jobs/run", {"job": "nothing"}).status_code == 404
    with shop.database.read() as session:
        assert session.scalars(sa.select(JobRun.job)).all() == ["orders.settle"]


def test_codes_can_be_read_in_the_sandbox(shop, admin):
    from core.members.services import send_code

    with shop.database.write() as session:
        send_code(session, "sms", "13800001234", "sign_in", ip="127.0.0.1")
    page = admin.page("/admin/messages")
    assert "+8613800001234" in page
    assert re.search(r"\b\d{6}\b", page)


def test_a_failing_card_panel_or_column_leaves_the_page_standing(shop, admin, maker, enable_plugin):
    order = maker.order()
    enable_plugin("raises_everywhere")
    for path in ("/admin/", f"/admin/orders/{order.order_no}", "/admin/members"):
        admin.page(path)


@pytest.mark.parametrize(
    "path", ["/admin/orders", "/admin/products", "/admin/members", "/admin/stock", "/admin/"]
)
def test_lists_cost_the_same_whatever_their_length(admin, maker, statements, path):
    def cost() -> int:
        admin.page(path)
        with statements() as count:
            admin.page(path)
            return count()

    for _ in range(2):
        maker.order()
    few = cost()
    for _ in range(6):
        maker.order()
    assert cost() == few
    assert few <= 22
