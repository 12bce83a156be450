"""Every kind of contribution of a plugin that raises everywhere: counted, left out, harmless."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from core.api.contributions import DashboardCard, OrderTimeline, SearchProvider, TimelineEntry
from core.api.web import is_promoter
from core.catalog.models import Product
from core.cli.contributed import contributed
from core.cli.serving import environment_of
from core.host.models import PluginFault
from core.host.ports import channels_of, gateways_of, payout_channels_of
from core.kernel.clock import now
from core.kernel.errors import PluginError, UpstreamError
from core.messages.services import send
from core.payments.types import RefundRequest, StartRequest
from core.payouts.types import PayRequest
from core.pricing.types import Adjustment, PriceRule, Stage
from core.worker.jobs import run_tick

NAME = "raises_everywhere"
GOOD = Adjustment(-100, "Coupon")
ORIGIN = {"Origin": "http://localhost"}


@pytest.fixture
def database_url(sqlite_url):
    """Guards do not depend on the database."""
    return sqlite_url


@pytest.fixture
def app(app):
    app.testing = False  # errors become answers, as in production
    return app


@pytest.fixture
def shop_with_faults(shop, make_order, make_member, maker, enable_plugin):
    """A shop with an order, in which the plugin is switched on afterwards."""
    member = make_member("小山")
    order = make_order([("POT", 1, 26_800)], member=member)
    enable_plugin(NAME)
    return order, member


def faults(shop) -> dict[str, int]:
    """Counted faults by hook."""
    shop.plugins.faults.flush()
    with shop.database.read() as session:
        rows = session.execute(sa.select(PluginFault.hook, PluginFault.count))
        return {row.hook: row.count for row in rows}


@pytest.fixture
def merchant(shop_with_faults, sign_in, make_staff):
    browser = sign_in(make_staff(), "staff")
    browser.set_cookie("banyan_lang", "en")
    return browser


PAGES = {
    "/": ["card:{}.card"],
    "/products": ["column:{}.product_column"],
    "/orders": ["column:{}.order_column"],
    "/members": ["column:{}.member_column"],
    "/products/{product}": ["panel:{}.product_panel"],
    "/orders/{order}": ["panel:{}.order_panel", "timeline:{}.story"],
    "/members/{member}": ["panel:{}.member_panel"],
    "/search?q=POT": ["search:{}.search"],
}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_the_admin_shows_without_what_fails(shop, merchant, shop_with_faults, path):
    order, member = shop_with_faults
    with shop.database.read() as session:
        product = session.scalar(sa.select(Product.id))
    names = {"order": order.order_no, "member": member.id, "product": product}

    answer = merchant.get(f"/admin{path.format(**names)}")
    assert answer.status_code == 200
    assert "boom" not in answer.text
    counted = faults(shop)
    assert [counted.get(hook.format(NAME)) for hook in PAGES[path]] == [1] * len(PAGES[path])


@pytest.mark.parametrize("things", ["products", "orders", "members"])
def test_a_bulk_action_that_fails_changes_nothing_and_says_so(
    shop, merchant, shop_with_faults, things
):
    order, member = shop_with_faults
    pick = order.order_no if things == "orders" else str(member.id)
    form = {"do": f"{NAME}.{things[:-1]}_act", "pick": [pick]}

    answer = merchant.post(f"/admin/{things}/act", data=form, headers=ORIGIN)
    assert answer.status_code == 303
    assert "nothing was changed" in merchant.get(f"/admin/{things}").text
    assert faults(shop)[f"bulk:{NAME}.{things[:-1]}_act"] == 1


def test_the_shopper_reads_the_story_without_the_entries_that_fail(shop, shop_with_faults, sign_in):
    order, member = shop_with_faults
    page = sign_in(member).get(f"/me/orders/{order.order_no}")

    assert page.status_code == 200
    assert 'class="timeline"' in page.text
    assert faults(shop)[f"timeline:{NAME}.story"] == 1


def test_a_gateway_that_fails_is_one_that_does_not_answer(shop, shop_with_faults):
    gateway = gateways_of(shop).get(f"{NAME}.gateway")
    start = StartRequest("P1", 100, "x", "http://n", "http://r", now() + timedelta(hours=1))
    refund = RefundRequest("R1", "P1", "ref", 100, "x")
    for ask in (
        lambda: gateway.start(start),
        lambda: gateway.query("P1"),
        lambda: gateway.refund(refund),
        lambda: gateway.read_notice({}, b""),
    ):
        with pytest.raises(UpstreamError) as error:
            ask()
        assert not error.value.permanent
    assert faults(shop)[f"gateway:{NAME}.gateway"] == 4


def test_a_payout_channel_that_fails_is_one_that_does_not_answer(shop, shop_with_faults):
    _, member = shop_with_faults
    with pytest.raises(UpstreamError):
        payout_channels_of(shop)[f"{NAME}.payouts"].pay(PayRequest("O1", member.id, 100, {}))
    assert faults(shop)[f"payout_channel:{NAME}.payouts"] == 1


def test_a_message_channel_that_fails_leaves_the_others(shop, shop_with_faults, run_job):
    assert NAME not in " ".join(channel.key for channel in channels_of(shop))
    with shop.database.write() as session:
        send(
            session,
            key="m",
            channel_kind="sms",
            recipient="13800000000",
            template="code.sign_in",
            params={"shop": "小店", "code": "1", "minutes": 5},
        )
    run_job("messages.deliver")
    with shop.database.read() as session:
        assert session.scalar(sa.text("SELECT state FROM message")) == "sent"
    assert faults(shop)[f"channel:{NAME}.channel"] >= 1


def test_a_job_that_fails_is_kept_with_its_tick_and_pauses_nothing(shop, shop_with_faults):
    for tick in range(60):
        assert run_tick(shop, f"{NAME}.job", tick)
    assert faults(shop)[f"job:{NAME}.job"] == 60
    shop.counters.refresh(force=True)
    assert shop.plugins.is_enabled(NAME)


def test_a_price_rule_that_fails_adjusts_nothing(shop, shop_with_faults, client):
    slug = client.get("/").text.partition('href="/p/')[2].partition('"')[0]
    page = client.get(f"/p/{slug}")

    assert page.status_code == 200
    assert "268" in page.text.partition('class="sheet-top"')[2].partition("</main>")[0]
    counted = faults(shop)
    assert counted[f"price:{NAME}.load"] >= 1
    assert counted[f"price:{NAME}.apply"] >= 1


@pytest.mark.parametrize(
    "nonsense",
    [Adjustment(-99.5, "Half a fen"), Adjustment(-100, "No such line", line=1)],
    ids=["half a fen", "no such line"],
)
def test_a_price_rule_that_answers_nonsense_costs_its_own_discount_and_the_merchant_sees_it(
    shop, make_plugin, make_order, sign_in, make_staff, nonsense
):
    rules = [
        PriceRule("odd.rule", Stage.PROMOTION, lambda _draft, _loaded: (GOOD, nonsense)),
        PriceRule("odd.sound", Stage.COUPON, lambda _draft, _loaded: (GOOD,)),
    ]
    make_plugin("odd", price_rules=rules)
    order = make_order([("POT", 1, 26_800)])

    assert order.total_fen == 26_800 - 100
    assert list(faults(shop)) == ["price:odd.rule"]
    merchant = sign_in(make_staff(), "staff")
    page = merchant.get("/admin/plugins/odd?tab=health").text
    assert "odd.rule" in page
    assert "answered something that cannot be applied" in page


ODD = {
    "dashboard_cards": [
        DashboardCard("odd.rows", "Odd", lambda _session, _settings: {"rows": ["no row"]}, "rows"),
        DashboardCard("odd.steps", "Odd", lambda _session, _settings: {"steps": [1]}, "steps"),
    ],
    "search_providers": [SearchProvider("odd.search", "Odd", lambda *_asked: [None])],
    "order_timelines": [
        OrderTimeline(
            "odd.naive", lambda *_asked: [TimelineEntry(now().replace(tzinfo=None), "Odd")]
        ),
        OrderTimeline("odd.mute", lambda *_asked: [TimelineEntry(now(), None)]),
    ],
}


def test_answers_of_another_kind_are_left_out_and_counted(
    shop, make_plugin, make_order, sign_in, make_staff
):
    order = make_order([("POT", 1, 26_800)])
    make_plugin("odd", **ODD)
    merchant = sign_in(make_staff(), "staff")

    for path in ("/", "/search?q=POT", f"/orders/{order.order_no}"):
        assert merchant.get(f"/admin{path}").status_code == 200, path
    expected = ["card:odd.rows", "card:odd.steps", "search:odd.search"]
    expected += ["timeline:odd.mute", "timeline:odd.naive"]
    assert sorted(faults(shop)) == expected


def test_half_a_character_costs_no_page(shop, make_plugin, sign_in, make_staff):
    card = DashboardCard("odd.half", "Odd", lambda _session, _settings: {"value": "so \ud83d"})
    make_plugin("odd", dashboard_cards=[card])

    page = sign_in(make_staff(), "staff").get("/admin/")
    assert page.status_code == 200
    assert "so ?" in page.text


@pytest.mark.parametrize("at", [now(), float("nan")], ids=["no JSON", "no number"])
def test_what_cannot_be_frozen_refuses_the_order_and_names_the_plugin(
    shop, make_plugin, make_order, at
):
    make_plugin("odd", order_freezes={"odd": lambda *_asked: {"at": at}})

    with pytest.raises(PluginError, match="odd"):
        make_order([("POT", 1, 26_800)])
    assert faults(shop) == {"freeze_order": 1}


def test_a_block_that_fails_leaves_the_rest_of_its_page(shop, shop_with_faults, client):
    page = client.get("/")

    assert page.status_code == 200
    assert "</footer>" in page.text
    assert faults(shop)[f"block:{NAME}.home_main"] >= 1


def test_a_command_that_fails_says_which(shop, shop_with_faults, monkeypatch):
    for name, value in environment_of(shop.config).items():
        monkeypatch.setenv(name, value)
    answer = CliRunner().invoke(contributed, [NAME, "boom"])

    assert isinstance(answer.exception, PluginError)
    assert f"{NAME} boom" in str(answer.exception)
    assert faults(shop).get(f"command:{NAME}.boom") == 1


def test_a_failing_programme_of_promoters_includes_nobody(app, shop, shop_with_faults):
    _order, member = shop_with_faults
    with app.test_request_context("/"):
        assert is_promoter(member.id) is False
    assert faults(shop)[f"promoters:{NAME}.promoters"] == 1
