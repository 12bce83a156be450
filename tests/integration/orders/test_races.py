"""Many people at once: real threads, each with a connection of its own, on both databases."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from core.kernel.errors import Conflict, Rejected, ShopError
from core.orders import services as orders
from core.orders.states import OrderStatus, PaymentState
from core.orders.types import ConfirmVerdict

pytestmark = pytest.mark.slow


def at_once(number, act):
    """Run ``act(i)`` in so many threads that start together; answers or errors, in order."""
    start = Barrier(number)

    def run(index):
        start.wait()
        try:
            return act(index)
        except ShopError as error:
            return error

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def test_twenty_repeats_of_one_word_have_one_effect(trade):
    buyer, pot = trade.buyer(), trade.ware(stock=10)
    placed = trade.place(buyer, (pot, 1))
    word = trade.word(trade.attempt(placed))

    answers = at_once(20, lambda _: trade.confirm(word))

    verdicts = Counter(answer.verdict for answer in answers)
    assert verdicts == {ConfirmVerdict.CONFIRMED: 1, ConfirmVerdict.REPEATED: 19}
    assert len(trade.facts("order_paid")) == len(trade.facts("payment_succeeded")) == 1
    assert trade.stock(pot) == (9, 0)
    assert trade.sold(pot) == 1
    assert trade.platform("gateway:sandbox") == 6000
    trade.check_books()


def test_two_payments_of_one_order_at_once_keep_one_and_send_one_back(trade):
    buyer, pot = trade.buyer(), trade.ware()
    placed = trade.place(buyer, (pot, 1))
    words = [trade.word(trade.attempt(placed, gateway)) for gateway in ("one", "two")]

    answers = at_once(8, lambda index: trade.confirm(words[index % 2]))

    verdicts = Counter(answer.verdict for answer in answers)
    assert verdicts[ConfirmVerdict.CONFIRMED] == 1
    assert verdicts[ConfirmVerdict.SUSPENDED] == 1
    assert trade.order(placed).paid_fen == 6000
    trade.check_books()


def test_the_last_piece_is_sold_once_to_fifty_buyers(trade):
    last = trade.ware(5000, stock=1)
    buyers = [trade.buyer() for _ in range(50)]

    answers = at_once(50, lambda index: trade.place(buyers[index], (last, 1), expect=6000))

    refused = [answer for answer in answers if isinstance(answer, Rejected)]
    assert len(refused) == 49
    assert {error.code for error in refused} <= {"stock.short", "orders.sold_out"}
    assert trade.count_orders() == 1
    assert trade.stock(last) == (1, 1)
    trade.check_books()


def test_orders_of_the_same_goods_in_any_sequence_never_lock_each_other_out(trade):
    wares = [trade.ware(1000, stock=500) for _ in range(6)]
    buyers = [trade.buyer() for _ in range(8)]

    def shop(index):
        basket = wares[index % 6 :] + wares[: index % 6]
        if index % 2:
            basket.reverse()
        for _ in range(5):
            trade.pay(trade.place(buyers[index], *[(ware, 1) for ware in basket]))

    assert at_once(8, shop) == [None] * 8
    assert trade.count_orders() == 40
    assert [trade.sold(ware) for ware in wares] == [40] * 6
    trade.check_books()


def test_one_submit_sent_twenty_times_is_one_order(trade):
    buyer, pot = trade.buyer(), trade.ware(stock=10)
    trade.add(buyer, pot, 2)
    total = trade.cart(buyer).total_fen

    answers = at_once(20, lambda _: trade.place(buyer, key="once", expect=total))

    assert len({answer.order_no for answer in answers}) == 1
    assert sum(answer.is_new for answer in answers) == 1
    assert trade.count_orders() == 1
    assert trade.stock(pot) == (10, 2)


def test_a_limit_per_member_holds_against_parallel_orders(trade):
    buyer, pot = trade.buyer(), trade.ware(1000, limit=3)

    at_once(10, lambda _: trade.place(buyer, (pot, 1), expect=2000))

    assert trade.count_orders() == 3
    assert trade.stock(pot) == (100, 3)


def test_payment_and_cancellation_at_once_end_in_one_of_the_two(trade):
    for _ in range(5):
        buyer, pot = trade.buyer(), trade.ware(stock=1)
        placed = trade.place(buyer, (pot, 1))
        word = trade.word(trade.attempt(placed))

        def act(index, placed=placed, word=word):
            if index:
                return trade.confirm(word)
            with trade.write() as session:
                orders.cancel_order(session, placed.order_no, actor="x", reason="")
            return None

        cancelled, paid = at_once(2, act)
        order = trade.order(placed)
        if isinstance(cancelled, Conflict):
            assert (order.status, paid.verdict) == (OrderStatus.TO_SHIP, ConfirmVerdict.CONFIRMED)
            assert trade.stock(pot) == (0, 0)
        else:
            assert order.status == OrderStatus.CANCELLED
            assert paid.verdict == ConfirmVerdict.SUSPENDED
            assert trade.stock(pot) == (1, 0)
    trade.check_books()


def test_two_settlement_workers_settle_each_order_once(trade):
    buyer, pot = trade.buyer(), trade.ware(stock=1000)
    for _ in range(30):
        trade.bought(buyer, (pot, 1), until="received")
    trade.advance(days=8)

    def work(_):
        done = 0
        while True:
            with trade.write() as session:
                count = orders.settle_due(session, limit=4)
            done += count
            if not count:
                return done

    at_once(2, work)
    with trade.write() as session:
        orders.settle_due(session)

    settled = [fact.order_id for fact in trade.facts("order_settled")]
    assert len(settled) == len(set(settled)) == 30


def test_two_workers_expire_each_order_once(trade):
    buyer, pot = trade.buyer(), trade.ware(stock=1000)
    for _ in range(20):
        trade.place(buyer, (pot, 1))
    trade.advance(hours=1)

    def work(_):
        with trade.write() as session:
            while orders.expire_unpaid(session, limit=3):
                pass

    at_once(2, work)
    with trade.write() as session:
        orders.expire_unpaid(session)

    assert len(trade.facts("order_cancelled")) == 20
    assert trade.stock(pot) == (1000, 0)
    trade.check_books()


def test_wishes_made_at_once_never_ask_for_more_than_there_is(trade):
    buyer, pot = trade.buyer(), trade.ware(5000)
    placed = trade.bought(buyer, (pot, 3), until="received")

    answers = at_once(8, lambda _: trade.ask(buyer, placed, (pot, 1)))

    assert sum(isinstance(answer, Rejected) for answer in answers) == 5
    assert trade.order(placed).lines[0].left_fen == 0


def test_a_refund_confirmed_many_times_at_once_counts_once(trade):
    buyer, pot = trade.buyer(), trade.ware(5000, stock=10)
    placed = trade.bought(buyer, (pot, 2), until="received")
    refund_id = trade.approve(trade.ask(buyer, placed, (pot, 1)))

    def done(_):
        with trade.write() as session:
            orders.refund_done(session, refund_id)

    assert at_once(10, done) == [None] * 10
    assert trade.order(placed).refunded_fen == 5000
    assert trade.order(placed).payment_state == PaymentState.PARTIALLY_REFUNDED
    assert trade.stock(pot) == (9, 0)
    assert len(trade.facts("order_refunded")) == 1
    trade.check_books()


def test_a_wish_and_settlement_at_once_never_settle_an_order_with_an_open_wish(trade):
    for _ in range(5):
        buyer, pot = trade.buyer(), trade.ware()
        placed = trade.bought(buyer, (pot, 1), until="received")
        trade.advance(days=6, hours=23, minutes=59, seconds=59, milliseconds=900)

        def act(index, placed=placed, buyer=buyer, pot=pot):
            if index:
                return trade.ask(buyer, placed, (pot, 1))
            for _ in range(10):
                with trade.write() as session:
                    orders.settle_due(session)
            return None

        at_once(2, act)
        order = trade.order(placed)
        assert not (order.settled_at and any(sale.can_decide for sale in order.after_sales))
