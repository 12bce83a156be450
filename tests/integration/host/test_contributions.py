"""Every kind of contribution: there while its plugin is on, gone when it is off.

The plugin is the example in ``docs/plugins/example``, found by its entry point; price rules and
freezes are those of ``plugins/welcome_offer``, with tests of its own.
"""

import json
import re
import threading
import time
from dataclasses import fields, replace

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from core.api.contributions import Contributions
from core.api.ledger import PLATFORM, Leg, book, member_owner
from core.api.payouts import list_payouts
from core.cli.contributed import contributed
from core.cli.serving import environment_of
from core.config import ROOT
from core.host.ports import channels_of
from core.host.shop import open_shop
from core.worker.jobs import jobs_of
from plugins.distribution.services.distributors import DistributorState, set_state
from tests.integration.host.example import FOLDER, NAME, lay_out

ORIGIN = {"Origin": "http://localhost"}
ACCOUNT = {"account_name": "山屿小店", "account_no": "6222 0001", "bank_name": "山岛银行"}
MESSAGES = {"message_url": "https://sms.example.com/", "message_secret": "s3cret-of-the-server"}


@pytest.fixture
def database_url(sqlite_url):
    """What is shown does not depend on the database."""
    return sqlite_url


@pytest.fixture
def shop_config(shop_config, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.syspath_prepend(str(lay_out(tmp_path / "site")))
    config = replace(shop_config, use_entry_points=True)
    for name, value in environment_of(config).items():
        monkeypatch.setenv(name, value)
    return config


@pytest.fixture
def plugin_dirs():
    return (ROOT / "plugins",)


@pytest.fixture
def plugins_on():
    return (NAME, "distribution", "welcome_offer")


class House:
    """A shop in which the plugin has something to show everywhere."""

    def __init__(self, shop, sign_in, make_staff, maker):
        self.shop, self.maker = shop, maker
        shop.plugins.save_settings(NAME, {**ACCOUNT, **MESSAGES}, "test")
        self.member = maker.member("小山")
        self.order = maker.order([("POT", 1, 26_800)], member=self.member)
        self.unpaid = maker.order([("POT", 1, 26_800)], member=self.member, paid=False)
        self.merchant = sign_in(make_staff(), "staff")
        self.shopper = sign_in(self.member)
        for browser in (self.merchant, self.shopper):
            browser.set_cookie("banyan_lang", "en")
        self.product = re.search(r"/admin/products/([0-9a-f-]{36})", self.admin("/products"))[1]
        self.act("products", "by_hand.offer", self.product)
        self.shopper.post(
            f"/x/by_hand/gift/{self.order.order_no}", data={"words": "生日快乐"}, headers=ORIGIN
        )
        paid = self.shopper.post(
            f"/pay/{self.unpaid.order_no}", data={"gateway": "by_hand.transfer"}, headers=ORIGIN
        )
        self.transfer = paid.headers["Location"]
        with shop.database.write() as session:
            active = DistributorState.ACTIVE
            set_state(session, self.member.id, active, actor="staff:test", reason="")

    def admin(self, path):
        answer = self.merchant.get(f"/admin{path}")
        assert answer.status_code == 200, path
        return answer.text

    def store(self, path):
        answer = self.shopper.get(path)
        assert answer.status_code == 200, path
        return answer.text

    def act(self, things, key, *picks):
        form = {"do": key, "pick": list(picks), "back": f"/admin/{things}"}
        return self.merchant.post(f"/admin/{things}/act", data=form, headers=ORIGIN)

    def slug(self):
        return re.search(r'href="(/p/[^"]+)"', self.store("/"))[1]

    @property
    def order_page(self):
        return self.admin(f"/orders/{self.order.order_no}")


@pytest.fixture
def house(shop, app, sign_in, make_staff, maker):
    return House(shop, sign_in, make_staff, maker)


# kind → whether the plugin's piece is there
SEEN = {
    "blocks": lambda h: "by-hand-wrap" in h.store(h.slug()),
    "store_pages": lambda h: h.shopper.get(h.transfer).status_code == 200,
    "admin_pages": lambda h: h.merchant.get("/admin/x/by_hand").status_code == 200,
    "dashboard_cards": lambda h: "To do by hand" in h.admin("/"),
    "product_columns": lambda h: 'data-label="Gift wrap">wrap offered' in h.admin("/products"),
    "order_columns": lambda h: 'data-label="Gift">to wrap' in h.admin("/orders"),
    "member_columns": lambda h: 'data-label="Gifts given">1' in h.admin("/members"),
    "product_panels": lambda h: 'aria-label="Gift wrap"' in h.admin(f"/products/{h.product}"),
    "order_panels": lambda h: "<blockquote>生日快乐" in h.order_page,
    "member_panels": lambda h: 'aria-label="Gifts given"' in h.admin(f"/members/{h.member.id}"),
    "product_bulk_actions": lambda h: 'value="by_hand.withdraw"' in h.admin("/products"),
    "order_bulk_actions": lambda h: 'value="by_hand.wrapped"' in h.admin("/orders"),
    "member_bulk_actions": lambda h: 'value="by_hand.forget"' in h.admin("/members"),
    "order_timelines": lambda h: "The buyer wants it wrapped" in h.order_page,
    "search_providers": lambda h: "生日快乐" in h.admin("/search?q=生日快"),
    "jobs": lambda h: "30 3 * * *" in h.admin("/jobs") and "by_hand.tidy" in jobs_of(h.shop),
    "commands": lambda h: "by_hand waiting" in _run(),
    "permissions": lambda h: "by_hand.work" in h.admin("/roles"),
    "gateways": lambda h: 'value="by_hand.transfer"' in h.store(f"/pay/{h.unpaid.order_no}"),
    "channels": lambda h: "by_hand.server" in [each.key for each in channels_of(h.shop)],
    "payout_channels": lambda h: (
        'value="by_hand.bank"' in h.store("/x/distribution/withdraw?amount=x")
    ),
}
ELSEWHERE = {"price_rules", "order_freezes", "promoters", "settings"}


def _run(*arguments):
    """What ``banyan x`` prints."""
    return CliRunner().invoke(contributed, list(arguments)).output


def test_every_kind_is_looked_at():
    assert {field.name for field in fields(Contributions)} == set(SEEN) | ELSEWHERE


@pytest.mark.parametrize("kind", SEEN)
def test_it_is_there_while_on_and_gone_when_off_and_back_when_on_again(house, kind):
    assert SEEN[kind](house)
    house.shop.plugins.disable(NAME, "test")
    assert not SEEN[kind](house)
    house.shop.plugins.enable(NAME, "test")
    assert SEEN[kind](house)


def test_another_process_shows_nothing_of_it_within_a_second(house, shop_config):
    from core.app import create_app

    other = open_shop(shop_config)
    browser = create_app(shop=other).test_client()
    assert browser.get("/x/by_hand/transfer/none").status_code in {302, 303}
    house.shop.plugins.disable(NAME, "test")
    until = time.monotonic() + 1
    while browser.get("/x/by_hand/transfer/none").status_code != 404:
        assert time.monotonic() < until
        time.sleep(0.02)
    for kind in ("gateways", "blocks", "jobs", "order_timelines", "product_columns"):
        assert NAME not in {name for name, _ in other.plugins.contributions(kind)}, kind
    other.close()


def test_settings_are_kept_while_off_and_the_secret_is_never_shown(house):
    house.shop.plugins.disable(NAME, "test")
    page = house.admin("/plugins/by_hand")
    assert ACCOUNT["account_no"] in page
    assert MESSAGES["message_secret"] not in page
    row = house.shop.plugins.snapshot().rows[NAME].settings
    assert row["account_no"] == ACCOUNT["account_no"]
    assert MESSAGES["message_secret"] not in str(row)
    house.shop.plugins.enable(NAME, "test")
    assert house.shop.plugins.settings_of(NAME)["message_secret"] == MESSAGES["message_secret"]


def test_the_price_rule_and_the_freeze_of_the_welcome_offer_go_with_it(house):
    rules = {rule.key for rule in house.shop.extensions().rules}
    assert rules == {"distribution.saving", "welcome_offer.first_order"}
    assert set(house.shop.extensions().freezes) == {"distribution", "welcome_offer"}
    house.shop.plugins.disable("welcome_offer", "test")
    assert [rule.key for rule in house.shop.extensions().rules] == ["distribution.saving"]
    assert set(house.shop.extensions().freezes) == {"distribution"}


# --- what bulk actions and timelines do ---------------------------------------------------------


def test_a_bulk_action_does_its_work_says_so_and_is_written_down(house):
    house.act("orders", "by_hand.wrapped", house.order.order_no)

    page = house.admin("/orders")
    assert "Gifts wrapped: 1." in page
    assert 'data-label="Gift">wrapped' in page
    assert "by_hand.wrapped" in house.admin("/audit?action=by_hand.wrapped")


def test_the_shopper_reads_only_what_is_told_to_shoppers(house):
    path = f"/me/orders/{house.order.order_no}"
    assert "The buyer wants it wrapped" not in house.store(path)
    house.act("orders", "by_hand.wrapped", house.order.order_no)
    story = house.store(path)
    assert "Wrapped as a gift" in story.partition('class="timeline"')[2]
    assert "The buyer wants it wrapped" not in story


def statements(house, path) -> int:
    """How many statements a page of the admin takes; the first visit warms what is kept."""
    house.admin(path)
    seen: list[str] = []
    thread = threading.get_ident()  # times and faults are written by another

    def note(_connection, _cursor, statement, *_rest):
        if threading.get_ident() != thread:
            return
        if not statement.startswith(("BEGIN", "PRAGMA")) and "shared_counter" not in statement:
            seen.append(statement)

    sa.event.listen(house.shop.database.engine, "before_cursor_execute", note)
    try:
        house.admin(path)
    finally:
        sa.event.remove(house.shop.database.engine, "before_cursor_execute", note)
    return len(seen)


@pytest.mark.parametrize("things", ["products", "orders", "members"])
def test_a_column_costs_one_statement_however_many_rows_there_are(house, things):
    house.maker.order([("CUP", 1, 5000)])
    few = statements(house, f"/{things}")
    for number in range(5):
        house.maker.order([(f"CUP-{number}", 1, 5000)])
    assert statements(house, f"/{things}") == few
    house.shop.plugins.disable(NAME, "test")
    assert statements(house, f"/{things}") == few - 1


def test_its_command_says_what_waits(house):
    assert json.loads(_run(NAME, "waiting")) == {"gifts": 1, "transfers": 1, "sendings": 0}


def test_an_action_of_a_plugin_that_is_off_or_unknown_is_not_found(house):
    assert house.act("orders", "by_hand.nothing", house.order.order_no).status_code == 404
    house.shop.plugins.disable(NAME, "test")
    assert house.act("orders", "by_hand.wrapped", house.order.order_no).status_code == 404


def test_staff_without_its_right_see_and_do_nothing_of_it(house, sign_in, make_staff):
    clerk = sign_in(make_staff(role="clerk"), "staff")
    page = clerk.get("/admin/orders").text
    assert "by_hand" not in page
    assert 'data-label="礼品"' not in page
    form = {"do": "by_hand.wrapped", "pick": [house.order.order_no]}
    assert clerk.post("/admin/orders/act", data=form, headers=ORIGIN).status_code == 403


def test_its_block_stands_behind_the_title_and_brings_its_style(house):
    page = house.store(house.slug())
    title, behind = page.index("<h1"), page.index("by-hand-wrap")
    assert title < behind < page.index('class="cells"')
    assert "/static/x/by_hand/by_hand" in page.partition("</head>")[0]
    order = house.store(f"/me/orders/{house.order.order_no}").partition("</head>")[0]
    assert re.search(r'<script src="/static/x/by_hand/by_hand[^"]*\.js" defer>', order)


def test_a_member_has_commission_paid_by_the_channel_of_another_plugin(house, run_job):
    earn(house, 50_000)
    form = {"amount": "200", "channel": "by_hand.bank", "by_hand.bank.name": "林小山"}
    answer = house.shopper.post("/x/distribution/withdraw", data=form, headers=ORIGIN)
    assert answer.status_code == 422
    assert "fill in every field" in answer.text
    assert 'value="林小山"' in answer.text

    form |= {"by_hand.bank.number": "6222 9999", "by_hand.bank.bank": "山岛银行"}
    answer = house.shopper.post("/x/distribution/withdraw", data=form, headers=ORIGIN)
    assert answer.status_code == 303
    assert "Bank account" in house.store(answer.headers["Location"])
    with house.shop.database.read() as session:
        (payout,) = list_payouts(session, member_id=house.member.id)
    assert payout.account == {"name": "林小山", "number": "6222 9999", "bank": "山岛银行"}
    house.maker.approve_payout(payout.id)
    run_job("payouts.pay")
    assert payout.payout_no in house.admin("/x/by_hand")

    house.shop.plugins.disable(NAME, "test")
    form["amount"] = "100"
    answer = house.shopper.post("/x/distribution/withdraw", data=form, headers=ORIGIN)
    assert answer.status_code == 422


def earn(house, amount_fen):
    """Commission for the member, as if it had settled."""
    from plugins.distribution.services.accounts import AVAILABLE
    from plugins.distribution.services.distributors import DistributorState, set_state

    with house.shop.database.write() as session:
        set_state(session, house.member.id, DistributorState.ACTIVE, actor="test", reason="")
        legs = [
            Leg(PLATFORM, "commission_expense", -amount_fen),
            Leg(member_owner(house.member.id), AVAILABLE, amount_fen),
        ]
        book(session, key="earn", kind="test", reference="test", actor="test", legs=legs)
