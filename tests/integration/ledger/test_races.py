"""Real threads on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor
from random import Random

from core.db.engine import Database
from core.kernel.errors import Rejected
from core.kernel.ids import new_id
from core.ledger.services import (
    PLATFORM,
    WALLET,
    balance,
    book,
    member_owner,
    platform_balance,
    verify,
)
from core.ledger.types import Leg
from tests.integration.ledger.bookkeeping import ANN, BOB, give, move


def at_once(work, count):
    """Run `work(number)` in `count` threads that start together."""
    gate = threading.Barrier(count)

    def run(number):
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_concurrent_spenders_of_a_guarded_account_spend_only_what_is_there(database: Database):
    with database.write() as session:
        give(session, ANN, WALLET, 1000, "gift:1")

    def spend(number):
        try:
            with database.write() as session:
                move(session, (ANN, WALLET), (PLATFORM, "sales"), 300, f"spend:{number}")
        except Rejected:
            return 0
        return 300

    assert sum(at_once(spend, 12)) == 900
    with database.read() as session:
        assert balance(session, ANN, WALLET) == 100
        assert verify(session).is_clean


def test_concurrent_gifts_to_one_account_are_all_counted(database: Database):
    def gift(number):
        for turn in range(5):
            with database.write() as session:
                give(session, ANN, WALLET, number + 1, f"gift:{number}:{turn}")

    at_once(gift, 8)
    with database.read() as session:
        assert balance(session, ANN, WALLET) == 5 * 36
        assert platform_balance(session, "gifts") == -5 * 36
        assert verify(session).is_clean


def test_one_key_booked_by_many_at_once_is_booked_once(database: Database):
    def gift(_number):
        with database.write() as session:
            return give(session, ANN, WALLET, 70, "gift:same")

    booked = [journal for journal in at_once(gift, 10) if journal is not None]
    assert len(booked) == 1
    with database.read() as session:
        assert balance(session, ANN, WALLET) == 70
        assert verify(session).is_clean


def test_bookings_that_open_the_same_accounts_at_once_do_not_lock_each_other_out(
    database: Database,
):
    for turn in range(8):
        owners = [member_owner(new_id()) for _ in range(3)]
        with database.write() as session:
            for owner in owners:
                give(session, owner, WALLET, 1000, f"gift:{owner}")

        def freeze(number, owners=owners, turn=turn):
            legs = [
                leg
                for owner in owners
                for leg in (Leg(owner, WALLET, -7), Leg(owner, "test_saved", 7))
            ]
            key = f"freeze:{turn}:{number}"
            with database.write() as session:
                book(session, key=key, kind="test", reference="race", actor="test", legs=legs)

        at_once(freeze, 6)
        with database.read() as session:
            held = [balance(session, owner, "test_saved") for owner in owners]
            assert held == [42] * 3
    with database.read() as session:
        assert verify(session).is_clean


def test_opposite_moves_between_two_accounts_do_not_lock_each_other_out(database: Database):
    with database.write() as session:
        give(session, ANN, WALLET, 1000, "gift:ann")
        give(session, BOB, WALLET, 1000, "gift:bob")

    def swap(number):
        dice = Random(number)  # noqa: S311 - a fixed seed is the point
        for turn in range(10):
            pair = [(ANN, WALLET), (BOB, WALLET)]
            dice.shuffle(pair)
            with database.write() as session:
                move(session, *pair, 1, f"swap:{number}:{turn}")

    at_once(swap, 8)
    with database.read() as session:
        assert balance(session, ANN, WALLET) + balance(session, BOB, WALLET) == 2000
        assert verify(session).is_clean
