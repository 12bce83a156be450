import pytest

from core.api.errors import Rejected
from core.api.ledger import balances, member_owner
from plugins.distribution.tests.conftest import ask_for

POT = ("POT", 1, 26_800)


@pytest.fixture
def indebted(programme, chain, make_order, maker, outbox, settle, pay_out):
    """The first upline, whose settled commission was paid out before its order was refunded."""
    order = make_order([POT], member=chain.buyer)
    maker.receive(order)
    outbox.drain()
    settle()
    pay_out(chain.first, 2680)
    maker.refund(order)
    outbox.drain()
    return chain.first


def test_a_debt_refuses_a_payout_and_is_named(indebted, programme, shop):
    with pytest.raises(Rejected) as refused:
        ask_for(shop, indebted, 100)

    assert (refused.value.code, refused.value.params) == ("payout.debt", {"owed_fen": 2680})
    assert programme.accounts(indebted)["commission_available"] == -2680


def test_the_page_says_how_much_is_owed(indebted, sign_in):
    browser = sign_in(indebted)
    page = browser.post(
        "/x/distribution/withdraw?lang=en",
        data={"amount": "1", "channel": "wallet", "net_fen": "100"},
        headers={"Origin": "http://localhost"},
    )
    assert page.status_code == 422
    assert "Refunds took back ¥26.80 more than was there." in page.text


def test_new_income_fills_the_debt_before_anything_can_be_had(
    indebted, programme, chain, shop, make_order, maker, outbox, settle
):
    maker.receive(make_order([("CUP", 1, 20_000)], member=chain.buyer))
    outbox.drain()
    settle()
    assert programme.money(indebted).available == 2000 - 2680
    with pytest.raises(Rejected) as refused:
        ask_for(shop, indebted, 100)
    assert refused.value.params == {"owed_fen": 680}

    maker.receive(make_order([("CUP", 1, 20_000)], member=chain.buyer))
    outbox.drain()
    settle()
    assert programme.money(indebted).available == 1320
    ask_for(shop, indebted, 1320)
    maker.check_books()


def test_a_refund_while_a_payout_is_under_way_is_a_debt_beside_it(
    programme, chain, shop, make_order, maker, outbox, settle
):
    order = make_order([POT], member=chain.buyer)
    maker.receive(order)
    outbox.drain()
    settle()
    payout = ask_for(shop, chain.first, 2680)
    maker.refund(order)
    outbox.drain()
    assert programme.accounts(chain.first) == {
        "commission_available": -2680,
        "commission_reserved": 2680,
    }

    maker.reject_payout(payout.id, "退款了")
    with shop.database.read() as session:
        held = balances(session, member_owner(chain.first.id))
    assert not any(held.values())
    maker.check_books()
