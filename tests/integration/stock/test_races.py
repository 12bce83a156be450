"""Real threads, each with a connection of its own, on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor

from core.kernel.clock import now
from core.kernel.errors import Conflict, Rejected
from core.stock import services as stock


def run_together(count, work):
    """Start ``count`` threads at one moment; returns what each returned."""
    start = threading.Barrier(count)

    def run(number):
        start.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_of_fifty_buyers_of_the_last_piece_exactly_one_gets_it(database, make_skus):
    last, plenty = make_skus(1, 100)

    def buy(number):
        try:
            with database.write() as session:
                stock.hold(session, f"order-{number}", {plenty: 1, last: 1}, now())
        except Rejected as refused:
            return refused.code
        return "held"

    outcomes = run_together(50, buy)
    assert sorted(outcomes) == ["held"] + ["stock.short"] * 49
    with database.read() as session:
        assert stock.available(session, [last, plenty]) == {last: 0, plenty: 99}
        assert stock.verify(session).is_clean


def test_orders_of_the_same_skus_in_any_order_never_wait_for_each_other(database, make_skus):
    skus = make_skus(*[200] * 6)

    def buy_and_end(number):
        order = skus if number % 2 else skus[::-1]
        reference = f"order-{number}"
        with database.write() as session:
            stock.hold(session, reference, dict.fromkeys(order, 2), now())
        with database.write() as session:
            end = stock.take if number % 3 else stock.release
            return end(session, reference)

    assert all(run_together(24, buy_and_end))
    with database.read() as session:
        assert stock.verify(session).is_clean
        assert set(stock.available(session, skus).values()) == {200 - 2 * 16}


def test_one_order_taken_and_released_at_once_ends_as_one_of_the_two(database, make_skus):
    (sku,) = make_skus(10)
    with database.write() as session:
        stock.hold(session, "order-1", {sku: 4}, now())

    def end(number):
        try:
            with database.write() as session:
                act = stock.take if number % 2 else stock.release
                return act(session, "order-1")
        except Conflict:
            return False

    assert run_together(20, end).count(True) == 1
    with database.read() as session:
        assert stock.verify(session).is_clean


def test_twenty_repeats_of_one_return_book_it_once(database, make_skus):
    (sku,) = make_skus(3)

    def give_back(_number):
        with database.write() as session:
            return stock.put_back(session, "order-1", {sku: 2}, key="refund-1", actor="system")

    assert sum(run_together(20, give_back)) == 1
    with database.read() as session:
        assert stock.available(session, [sku]) == {sku: 5}
