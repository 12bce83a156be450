"""Callbacks over HTTP, many at once: genuine, repeated, replayed, forged, wrong, and too late."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from core.ledger.services import platform_balance, verify
from core.orders.services import cancel_order, order_detail
from core.payments.models import GatewayNotice, Refund, Suspense
from core.payments.sandbox import wire
from core.payments.sandbox.client import sandbox_key
from core.payments.services import attempts_of

pytestmark = pytest.mark.slow
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def order(make_order):
    return make_order(lines=[("BOWL", 1, 12_900)], paid=False)


@pytest.fixture
def shopper(order, sign_in):
    return sign_in(order.member_id)


@pytest.fixture
def attempt(shop, order, shopper):
    """A payment that the shopper began at the sandbox."""
    shopper.post(f"/pay/{order.order_no}", data={"gateway": "sandbox"}, headers=OWN)
    with shop.database.read() as session:
        return attempts_of(session, order.id)[0]


@pytest.fixture
def told(shop, attempt):
    """A callback as the sandbox signs it: ``told()``, ``told(amount_fen=1)``."""

    def make(**changes):
        body = wire.encode(
            {
                "kind": "payment.changed",
                "payment_no": attempt.payment_no,
                "gateway_ref": attempt.gateway_ref,
                "state": "paid",
                "amount_fen": attempt.amount_fen,
                **changes,
            }
        )
        return wire.sign(sandbox_key(shop.config), body), body

    return make


@pytest.fixture
def bring(app):
    """Post callbacks in so many threads that start together; status codes in order."""

    def post(callbacks):
        start = Barrier(len(callbacks))

        def one(callback):
            headers, body = callback
            start.wait()
            return app.test_client().post("/notify/sandbox", data=body, headers=headers).status_code

        with ThreadPoolExecutor(len(callbacks)) as pool:
            return list(pool.map(one, callbacks))

    return post


def outcomes(shop):
    with shop.database.read() as session:
        return Counter(session.scalars(sa.select(GatewayNotice.outcome)))


def read_order(shop, order):
    with shop.database.read() as session:
        return order_detail(session, order.order_no)


def check_books(shop):
    with shop.database.read() as session:
        report = verify(session)
    assert report.is_clean, report.problems


def test_of_many_callbacks_at_once_one_counts_and_none_that_is_false(
    shop, outbox, bring, told, order
):
    replayed = told()
    headers, body = told()
    forged = {**headers, wire.SIGNATURE_HEADER: "0" * 64}
    answers = bring([told() for _ in range(20)] + [replayed] * 8 + [(forged, body)] * 4)
    assert answers[:20] == [200] * 20
    assert Counter(answers[20:28]) == {200: 1, 403: 7}
    assert answers[28:] == [403] * 4
    assert outcomes(shop) == {"confirmed": 1, "repeated": 20, "forged": 11}
    assert read_order(shop, order).paid_fen == order.total_fen
    assert outbox.names().count("order_paid") == outbox.names().count("payment_succeeded") == 1
    with shop.database.read() as session:
        assert platform_balance(session, "gateway:sandbox") == order.total_fen
    check_books(shop)


def test_callback_and_return_page_at_once_pay_once(shop, app, outbox, bring, told, order, shopper):
    cookie = shopper.get_cookie("banyan_member").value

    def come_back(_):
        browser = app.test_client()
        browser.set_cookie("banyan_member", cookie)
        browser.post(f"/pay/{order.order_no}/check", headers=OWN)
        return browser.get(f"/pay/{order.order_no}/result").status_code

    with ThreadPoolExecutor(5) as pool:
        pages = pool.map(come_back, range(5))
        answers = bring([told() for _ in range(5)])
    assert answers == [200] * 5
    assert list(pages) == [200] * 5
    assert outbox.names().count("order_paid") == 1
    assert read_order(shop, order).paid_fen == order.total_fen
    check_books(shop)


@pytest.mark.parametrize("case", ["dead_order", "wrong_amount"])
def test_money_that_fits_no_order_is_kept_apart_once_and_goes_back_once(
    shop, outbox, bring, told, order, case
):
    amount = order.total_fen
    if case == "dead_order":
        with shop.database.write() as session:
            cancel_order(session, order.order_no, actor="x", reason="")
    else:
        amount -= 1
    assert bring([told(amount_fen=amount) for _ in range(10)]) == [200] * 10
    assert outcomes(shop) == {"suspended": 1, "repeated": 9}
    with shop.database.read() as session:
        assert session.execute(sa.select(Suspense.kind, Suspense.amount_fen)).all() == [
            (case, amount)
        ]
        refunds = session.scalars(sa.select(Refund.amount_fen)).all()
    assert refunds == [amount]
    assert "order_paid" not in outbox.names()
    assert read_order(shop, order).paid_fen == 0
    check_books(shop)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[" * 60_000,
        b'{"a": NaN, "b": -Infinity, "payment_no": "\\u0000\\ud800"}',
        b'{"a": "\\\\u0000", "payment_no": {"x": []}}',
        b"9" * 5_000,
        b"\x00\xff\xfe" * 100,
        b'{"a": ' * 900 + b"1" + b"}" * 900,
        b"x" * 70_000,
    ],
)
def test_whatever_a_stranger_calls_back_is_refused_and_noted(shop, app, body):
    assert app.test_client().post("/notify/sandbox", data=body).status_code == 403
    assert outcomes(shop) == {"forged": 1}
