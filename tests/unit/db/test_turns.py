"""Threads take turns in the order in which they came, and none is lost in the row."""

import threading
import time

import pytest

from core.db.turns import Turns
from core.kernel.errors import InvariantError


def test_turns_are_given_in_the_order_of_asking():
    turns, order = Turns(5), []
    assert turns.take()

    def wait(number):
        assert turns.take()
        order.append(number)
        turns.hand_on()

    threads = []
    for number in range(20):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        until = time.monotonic() + 5
        while len(turns._waiting) <= number and time.monotonic() < until:
            time.sleep(0.001)
    turns.hand_on()
    for thread in threads:
        thread.join(5)
    assert order == list(range(20))


def test_one_thread_at_a_time_has_its_turn():
    turns, inside, most = Turns(20), [0], [0]

    def work():
        for _ in range(200):
            assert turns.take()
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0)
            inside[0] -= 1
            turns.hand_on()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (most, inside) == ([1], [0])


def test_who_waited_too_long_leaves_the_row_and_the_next_is_served():
    turns = Turns(0.05)
    answers = []
    assert turns.take()
    impatient = threading.Thread(target=lambda: answers.append(turns.take()))
    impatient.start()
    impatient.join(5)
    assert answers == [False]
    turns.hand_on()
    assert turns.take()
    turns.hand_on()


def test_who_has_its_turn_is_told_instead_of_waiting_for_itself():
    turns = Turns(30)
    assert turns.take()
    with pytest.raises(InvariantError):
        turns.take()
    turns.hand_on()
    assert turns.take()
