"""The sandbox's page in a whole shop: what the shopper picks, and what the order makes of it."""

import pytest
import sqlalchemy as sa

from core.kernel.marks import account_mark
from core.ledger.services import platform_balance, verify
from core.orders.services import order_detail
from core.payments.models import GatewayNotice, PaymentAttempt
from core.payments.sandbox.client import open_sandbox, sandbox_key
from core.payments.sandbox.delivery import deliver_callbacks
from core.payments.services import attempts_of
from core.web.sandbox.sending import here_or_http


@pytest.fixture
def order(make_order):
    return make_order(lines=[("BOWL", 1, 12_900)], paid=False)


@pytest.fixture
def shopper(order, sign_in):
    client = sign_in(order.member_id)
    client.environ_base["HTTP_ORIGIN"] = "http://localhost"
    return client


@pytest.fixture
def cashier(order, shopper):
    """Address of the page that the shopper was sent to."""
    answer = shopper.post(f"/pay/{order.order_no}", data={"gateway": "sandbox"})
    assert answer.status_code == 303
    return answer.location


def is_paid(shop, order):
    with shop.database.read() as session:
        return order_detail(session, order.order_no).paid_fen == order.total_fen


def notices(shop):
    with shop.database.read() as session:
        query = sa.select(GatewayNotice.is_genuine, GatewayNotice.outcome)
        return [tuple(row) for row in session.execute(query.order_by(GatewayNotice.id))]


def test_the_shopper_pays_and_comes_back_to_a_paid_order(shop, app, order, shopper, cashier):
    page = shopper.get(cashier)
    assert page.status_code == 200
    assert "沙箱支付" in page.text
    assert "确认支付 ¥" in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text
    with app.app_context():  # pytest-flask keeps one open, which would remember the language
        assert "no real money moves" in shopper.get(f"{cashier}?lang=en").text
    back = shopper.post(cashier, data={"choice": "pay"})
    assert (back.status_code, back.location) == (
        303,
        f"http://localhost/pay/{order.order_no}/result",
    )
    assert is_paid(shop, order)
    assert notices(shop) == [(True, "confirmed")]
    assert shopper.get(back.location).status_code == 200
    assert "已支付" in shopper.get(f"{cashier}?lang=zh").text
    again = shopper.post(cashier, data={"choice": "pay"})
    assert again.status_code == 409
    with shop.database.read() as session:
        assert platform_balance(session, "gateway:sandbox") == order.total_fen
        assert verify(session).is_clean


def test_the_shop_keeps_a_mark_of_who_paid_and_nothing_more(shop, order, shopper, cashier):
    shopper.post(cashier, data={"choice": "pay", "payer": " wallet-77 "})

    with shop.database.read() as session:
        assert session.scalars(sa.select(PaymentAttempt.payer)).all() == [account_mark("wallet-77")]
        (body,) = session.scalars(sa.select(GatewayNotice.body)).all()
    assert body["payer"] == "****"
    assert is_paid(shop, order)


def test_a_repeated_callback_pays_once(shop, order, shopper, cashier):
    shopper.post(cashier, data={"choice": "repeat", "repeats": "7"})
    assert is_paid(shop, order)
    assert notices(shop) == [(True, "confirmed"), *[(True, "repeated")] * 6]
    with shop.database.read() as session:
        assert platform_balance(session, "gateway:sandbox") == order.total_fen


def test_a_forged_callback_is_refused_and_shown(shop, order, shopper, cashier):
    shopper.post(cashier, data={"choice": "forged"})
    assert not is_paid(shop, order)
    assert notices(shop) == [(False, "forged")]
    shopper.post(cashier, data={"choice": "pay"})
    assert is_paid(shop, order)


def test_a_wrong_amount_goes_back(shop, order, shopper, cashier):
    page = shopper.post(cashier, data={"choice": "wrong_amount", "paid_yuan": "1.00"})
    assert page.status_code == 303
    assert not is_paid(shop, order)
    assert notices(shop) == [(True, "suspended")]
    with shop.database.read() as session:
        assert platform_balance(session, "suspense") == -100
        (attempt,) = attempts_of(session, order.id)
        assert (attempt.state, attempt.refundable_fen) == ("suspended", 0)


def test_a_failed_payment_can_be_tried_again(shop, order, shopper, cashier):
    shopper.post(cashier, data={"choice": "fail"})
    assert not is_paid(shop, order)
    second = shopper.post(f"/pay/{order.order_no}", data={"gateway": "sandbox"}).location
    assert second != cashier
    shopper.post(second, data={"choice": "pay"})
    assert is_paid(shop, order)


def test_delayed_money_arrives_through_the_worker(shop, app, order, shopper, cashier, clock):
    shopper.post(cashier, data={"choice": "later", "delay_s": "30"})
    assert not is_paid(shop, order)
    assert "延迟到账" in shopper.get(f"{cashier}?lang=zh").text
    clock.advance(minutes=1)
    send = here_or_http(app, "localhost")
    assert deliver_callbacks(shop.database, sandbox_key(shop.config), send=send) == 1
    assert is_paid(shop, order)


def test_what_the_form_cannot_mean_is_said_on_the_page(shop, order, shopper, cashier):
    for form in (
        {},
        {"choice": "steal"},
        {"choice": "repeat", "repeats": "1000"},
        {"choice": "later", "delay_s": "soon"},
        {"choice": "wrong_amount", "paid_yuan": "a lot"},
    ):
        answer = shopper.post(cashier, data=form)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    assert not is_paid(shop, order)
    assert shopper.get("/sandbox/pay/unknown").status_code == 404


def test_the_style_sheet_is_served(client):
    with client.get("/sandbox/sandbox.css") as answer:
        assert answer.status_code == 200
        assert answer.mimetype == "text/css"


def test_the_api_answers_over_http_and_refuses_the_unsigned(shop, client, order, cashier):
    answer = client.post("/sandbox/api/payments/query", json={"kind": "payment.query"})
    assert (answer.status_code, answer.json["code"]) == (403, "sandbox.forged")
    gateway = open_sandbox(shop.config, shop.database)
    with shop.database.read() as session:
        (attempt,) = attempts_of(session, order.id)
    assert gateway.query(attempt.payment_no).outcome == "pending"


def test_outside_sandbox_installations_there_is_no_such_address(shop, shop_config):
    from dataclasses import replace

    from core.app import create_app

    shop.config = replace(shop_config, is_sandbox=False)
    client = create_app(shop=shop).test_client()
    for path in ("/sandbox/pay/x", "/sandbox/sandbox.css", "/notify/sandbox"):
        assert client.get(path).status_code in {404, 405}
    assert client.post("/sandbox/api/payments").status_code == 404
    assert client.post("/notify/sandbox").status_code == 404
