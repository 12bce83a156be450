"""Real threads on both databases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from core.kernel.errors import Conflict, Rejected
from core.ledger.services import WALLET, balances, member_owner, verify
from core.payouts.jobs import run_payout
from core.payouts.services import approve, reject
from core.payouts.types import PayResult
from core.settings.rules import StoreSettings
from tests.integration.payouts.conftest import EARNED, PAID, RESERVED, REVIEWER, ask


def at_once(work, count):
    gate = Barrier(count)

    def run(number):
        gate.wait()
        try:
            return work(number)
        except (Rejected, Conflict):
            return None

    with ThreadPoolExecutor(count) as pool:
        return [answer for answer in pool.map(run, range(count)) if answer is not None]


@pytest.mark.slow
def test_fifty_parallel_payouts_of_one_balance_pay_once(database, ann):
    made = at_once(lambda number: ask(database, ann, 10_000, key=str(number)), 50)
    assert len(made) == 1
    paid = at_once(lambda _: approve_one(database, made[0].id), 10)
    assert {view.state for view in paid} == {"paid"}
    with database.read() as session:
        assert balances(session, member_owner(ann), [EARNED, RESERVED, PAID, WALLET]) == {
            EARNED: 0, RESERVED: 0, PAID: 10_000, WALLET: 10_000,
        }  # fmt: skip
        assert verify(session).is_clean


def approve_one(database, payout_id):
    with database.write() as session:
        return approve(session, payout_id, REVIEWER).payout


def test_one_submit_sent_many_times_at_once_is_one_payout(database, ann):
    made = at_once(lambda _: ask(database, ann, 1000, key="same"), 12)
    assert len(made) == 12
    assert len({view.id for view in made}) == 1
    with database.read() as session:
        assert balances(session, member_owner(ann), [RESERVED]) == {RESERVED: 1000}


def test_the_daily_limit_holds_against_requests_at_once(database, ann):
    settings = StoreSettings(payouts_per_day=3, payout_min_fen=1)
    made = at_once(lambda n: ask(database, ann, 10, key=str(n), settings=settings), 10)
    assert len(made) == 3


def test_a_payout_approved_and_rejected_at_once_ends_one_way(database, ann):
    made = ask(database, ann, 10_000)

    def decide(number):
        with database.write() as session:
            if number % 2:
                return approve(session, made.id, REVIEWER).payout.state
            return reject(session, made.id, REVIEWER, "no").payout.state

    states = set(at_once(decide, 10))
    assert states in ({"paid"}, {"rejected"})
    with database.read() as session:
        held = balances(session, member_owner(ann), [EARNED, RESERVED, WALLET])
        assert held[RESERVED] == 0
        assert held[EARNED] + held[WALLET] == 10_000
        assert verify(session).is_clean


def test_one_payout_sent_by_many_workers_goes_once(database, ann):
    made = ask(database, ann, 10_000, channel="bank")
    approve_one(database, made.id)
    asked = []

    class Bank:
        key = label = "bank"

        def pay(self, request):
            asked.append(request.payout_no)
            return PayResult("B1", True)

    at_once(lambda _: run_payout(database, Bank(), made.id), 8)
    assert asked == [made.payout_no]
