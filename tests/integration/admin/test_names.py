"""Plugins and ways to pay are called by their labels, in the reader's language."""

import re

import pytest

from core.api.testing.plugin import ROOT
from core.kernel.clock import now
from core.messages.models import Message
from core.payments.models import PaymentAttempt
from tests.integration.host.conftest import PLUGINS
from tests.integration.web.everything import fill


@pytest.fixture
def plugin_dirs():
    return (ROOT / "plugins", PLUGINS)


@pytest.fixture
def plugins_on():
    return ("distribution", "welcome_offer")


@pytest.mark.parametrize(
    ("language", "way", "plugin"),
    [("zh", "沙箱支付（体验用）", "三级分销"), ("en", "Sandbox payment", "Distribution")],
)
def test_an_order_names_the_way_it_was_paid_and_whose_panel_stands_there(
    shop, open_admin, maker, outbox, language, way, plugin
):
    order_no = fill(shop, maker).values["order_no"]
    outbox.drain()
    with shop.database.write() as session:
        session.query(PaymentAttempt).update({"gateway": "sandbox"})
    page = open_admin("owner", language).page(f"/admin/orders/{order_no}")
    assert f'<div class="text">{way} <b' in page
    assert '<div class="text">sandbox ' not in page
    assert re.search(rf"</svg>{plugin}[^<]*</div>", page)
    assert "</svg>distribution</div>" not in page


def test_a_way_to_pay_that_is_gone_keeps_its_key_and_a_hand_is_called_a_hand(
    shop, open_admin, maker
):
    order = maker.order()
    admin = open_admin("owner", "en")
    for key, shown in (("gone_gateway", "gone_gateway"), ("manual", "Confirmed by hand")):
        with shop.database.write() as session:
            session.query(PaymentAttempt).update({"gateway": key})
        page = admin.page(f"/admin/orders/{order.order_no}")
        assert f'<div class="text">{shown} <b' in page


def test_the_log_of_messages_names_the_channel_and_the_kind(shop, open_admin):
    with shop.database.write() as session:
        for channel in ("raises_everywhere.channel", "sandbox_sms", "gone.channel", ""):
            session.add(
                Message(
                    key=f"test:{channel}",
                    recipient="+8613800001234",
                    kind="sms",
                    channel=channel,
                    template="code",
                    body="1",
                    next_try_at=now(),
                    created_at=now(),
                )
            )
    page = open_admin("owner", "en").page("/admin/messages")
    shown = re.findall(r'<td class="muted">([^<]*)</td><td><span class="tag', page)
    assert sorted(shown) == ["Boom", "SMS", "Sandbox, not sent", "gone.channel"]
