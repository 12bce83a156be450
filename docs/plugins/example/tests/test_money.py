import pytest
from banyan_by_hand import services

from core.api.orders import order_detail

ORIGIN = {"Origin": "http://localhost"}


@pytest.fixture
def pay_by_transfer(sign_in, make_member, make_order, account):
    """An unpaid order, paid by bank transfer as far as the shopper can."""

    def run():
        member = make_member("小山")
        order = make_order([("POT", 1, 26_800)], member=member, paid=False)
        browser = sign_in(member)
        answer = browser.post(
            f"/pay/{order.order_no}", data={"gateway": "by_hand.transfer"}, headers=ORIGIN
        )
        path = answer.headers["Location"]
        assert path.startswith("/x/by_hand/transfer/"), path
        return order, browser, path

    return run


def state_of(shop, order):
    with shop.database.read() as session:
        return order_detail(session, order.order_no)


def test_a_transfer_pays_the_order_once_staff_saw_the_money(
    shop, pay_by_transfer, sign_in, make_staff, run_job, clock, maker
):
    order, browser, path = pay_by_transfer()
    page = browser.get(path).text
    assert "6222 0001" in page
    assert "¥278" in page or "¥268" in page
    browser.post(f"{path}/slip", data={"slip": "林小山"}, headers=ORIGIN)
    clock.advance(minutes=2)
    run_job("payments.query")
    assert state_of(shop, order).paid_fen == 0

    merchant = sign_in(make_staff(), "staff")
    assert "林小山" in merchant.get("/admin/x/by_hand").text
    number = path.rpartition("/")[2]
    merchant.post(f"/admin/x/by_hand/transfer/{number}", headers=ORIGIN)
    clock.advance(minutes=2)
    run_job("payments.query")
    assert state_of(shop, order).paid_fen == order.total_fen
    maker.check_books()


def test_a_refund_waits_until_staff_sent_it(
    shop, pay_by_transfer, sign_in, make_staff, run_job, clock, maker
):
    order, _, path = pay_by_transfer()
    with shop.database.write() as session:
        services.money_arrived(session, path.rpartition("/")[2])
    clock.advance(minutes=2)
    run_job("payments.query")
    merchant = sign_in(make_staff(), "staff")
    ask_money_back(shop, merchant, order)
    run_job("payments.refunds")
    assert state_of(shop, order).refunded_fen == 0
    with shop.database.read() as session:
        (sending,) = services.open_sendings(session)

    merchant.post(f"/admin/x/by_hand/sending/{sending.number}", headers=ORIGIN)
    clock.advance(hours=12)
    run_job("payments.refunds")
    assert state_of(shop, order).refunded_fen == sending.amount_fen > 0
    maker.check_books()


def ask_money_back(shop, merchant, order):
    """Staff agree to give the whole order back, on the order's page."""
    form = {"kind": "refund", "reason": "test", "freight_fen": ""}
    for line in state_of(shop, order).lines:
        form[f"pieces-{line.line_id}"] = str(line.quantity)
    answer = merchant.post(f"/admin/orders/{order.order_no}/refund", data=form, headers=ORIGIN)
    assert answer.status_code == 303


def test_others_do_not_see_a_transfer(pay_by_transfer, sign_in, make_member):
    _, _, path = pay_by_transfer()

    assert sign_in(make_member("别人")).get(path).status_code == 404
