"""Plugins and ways to pay are called by their labels, in the reader's language."""

import re

import pytest

from core.payments.models import PaymentAttempt
from tests.integration.web.everything import fill


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
