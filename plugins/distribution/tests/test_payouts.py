import threading

import pytest

from core.api.errors import Conflict, Rejected
from plugins.distribution.tests.conftest import ask_for

POT = ("POT", 1, 26_800)


@pytest.fixture
def rich(programme, chain, make_order, maker, outbox, settle):
    """The direct upline, with 26.80 yuan available."""
    order = make_order([POT], member=chain.buyer)
    maker.receive(order)
    outbox.drain()
    settle()
    return chain.first


def test_a_payout_reserves_then_pays_into_the_wallet(rich, programme, shop, maker):
    payout = ask_for(shop, rich, 1680)
    assert programme.accounts(rich) == {"commission_available": 1000, "commission_reserved": 1680}

    maker.approve_payout(payout.id)
    assert programme.accounts(rich) == {
        "commission_available": 1000,
        "commission_paid": 1680,
        "wallet": 1680,
    }
    maker.check_books()


def test_more_than_is_available_is_refused(rich, programme, shop):
    with pytest.raises(Rejected):
        ask_for(shop, rich, 2681)

    assert programme.accounts(rich) == {"commission_available": 2680}


def test_in_debt_nothing_can_be_asked_for(rich, programme, shop, maker, chain, outbox, make_order):
    pay = ask_for(shop, rich, 2680)
    maker.approve_payout(pay.id)
    refunded = programme.rows()[0].order_no
    assert refunded
    order = make_order([("CUP", 1, 1000)], member=chain.buyer)
    maker.refund(order)
    outbox.drain()
    with pytest.raises(Rejected):
        ask_for(shop, rich, 100)


def test_eight_requests_at_once_never_reserve_more_than_there_is(rich, programme, shop, maker):
    barrier, taken = threading.Barrier(8), []

    def ask():
        barrier.wait()
        try:
            taken.append(ask_for(shop, rich, 1000).amount_fen)
        except (Rejected, Conflict):
            taken.append(0)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken, reverse=True)[:3] == [1000, 1000, 0]
    assert programme.accounts(rich) == {"commission_available": 680, "commission_reserved": 2000}
    maker.check_books()


def test_a_refund_and_a_payout_at_once_keep_the_books(rich, programme, shop, maker, outbox, chain):
    (row, *_) = programme.rows()
    barrier = threading.Barrier(2)
    order = _Made(row.order_id, row.order_no)

    def take_back():
        barrier.wait()
        maker.refund(order)
        outbox.drain()

    thread = threading.Thread(target=take_back)
    thread.start()
    barrier.wait()
    try:
        ask_for(shop, rich, 2680)
        reserved = 2680
    except Rejected:
        reserved = 0
    thread.join()
    outbox.drain()

    money = programme.money(rich)
    assert (money.reserved, money.available) == (reserved, -reserved)
    maker.check_books()


class _Made:
    """An order as the kit's refund needs it."""

    def __init__(self, order_id, order_no):
        self.id, self.order_no = order_id, order_no
