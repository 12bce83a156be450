"""Payouts through channels outside: tried again, confirmed by the recipient, failed, repeated."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.kernel import clock
from core.kernel.errors import Conflict, NotFound, UpstreamError
from core.ledger.services import balances, member_owner, platform_balance, verify
from core.payouts.jobs import run_due_payouts, run_payout
from core.payouts.models import Payout
from core.payouts.rules import PAYOUT_TRIES
from core.payouts.services import (
    approve,
    find_payout,
    payout_confirmed,
    payout_failed,
    reject,
    retry_payout,
)
from core.payouts.types import PayResult
from core.settings.rules import StoreSettings
from tests.integration.payouts.conftest import EARNED, PAID, RESERVED, REVIEWER, ask

CARD = {
    "account": {"name": "林小山", "number": "6222021234567890", "bank": "招商银行"},
    "settings": StoreSettings(payouts_per_day=99, payout_by_bank_card=True),
}


class Bank:
    """A channel that keeps what it paid; `answers` are played one after another."""

    key = label = "bank"

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def pay(self, request):
        self.asked.append((request.payout_no, request.net_fen))
        answer = self.answers.pop(0) if self.answers else True
        if isinstance(answer, UpstreamError):
            raise answer
        return PayResult("B1", answer)


SILENT = UpstreamError("x", "no answer", permanent=False)
REFUSED = UpstreamError("x", "no such account", permanent=True)


@pytest.fixture
def approved(database, ann):
    made = ask(database, ann, 6000, channel="bank")
    with database.write() as session:
        assert approve(session, made.id, REVIEWER).payout.state == "approved"
    return made


def held(database, member_id):
    with database.read() as session:
        return balances(session, member_owner(member_id), [EARNED, RESERVED, PAID])


def look(database, payout):
    with database.read() as session:
        return find_payout(session, payout.id)


def test_a_channel_pays_once(database, ann, approved):
    bank = Bank()
    assert run_due_payouts(database, {}) == 0
    assert run_due_payouts(database, {"bank": bank}) == 1
    assert run_due_payouts(database, {"bank": bank}) == 0
    assert not run_payout(database, bank, approved.id)
    assert bank.asked == [(approved.payout_no, 6000)]
    assert held(database, ann) == {EARNED: 4000, RESERVED: 0, PAID: 6000}
    with database.read() as session:
        assert platform_balance(session, "payout:bank") == 6000
        assert verify(session).is_clean


def test_the_recipient_has_to_confirm(database, ann, approved):
    assert not run_payout(database, Bank(False), approved.id)
    assert look(database, approved).state == "waiting_for_recipient"
    assert held(database, ann)[RESERVED] == 6000
    number = approved.payout_no
    told = {"channel": "bank", "channel_ref": "B1", "net_fen": 6000}
    for lie in ({"net_fen": 1}, {"channel_ref": "B2"}):
        with pytest.raises(Conflict), database.write() as session:
            payout_confirmed(session, number, **(told | lie))
    for lie in ({"channel": "other"}, {"channel": "wallet"}):
        with pytest.raises(NotFound), database.write() as session:
            payout_confirmed(session, number, **(told | lie))
    with database.write() as session:
        assert payout_confirmed(session, number, **told)
        assert not payout_confirmed(session, number, **told)
    assert held(database, ann) == {EARNED: 4000, RESERVED: 0, PAID: 6000}


def test_a_recipient_who_never_confirms_gets_another_try_or_the_money_back(database, ann, approved):
    run_payout(database, Bank(False), approved.id)
    with database.write() as session:
        payout_failed(session, approved.id, "not confirmed within a day", permanent=False)
    assert look(database, approved).state == "failed"
    with database.write() as session:
        retry_payout(session, approved.id, REVIEWER)
    assert run_payout(database, Bank(), approved.id)
    steps = [step.state for step in look(database, approved).steps]
    assert steps == [
        "requested", "approved", "paying", "waiting_for_recipient", "failed", "approved", "paying",
        "paid",
    ]  # fmt: skip


def test_silence_is_tried_again_with_growing_delays_under_one_number(
    database, approved, time_machine
):
    start = clock.now() + timedelta(seconds=1)
    bank = Bank(SILENT, SILENT, SILENT)
    tried = []
    for seconds in range(0, 800, 10):
        time_machine.move_to(start + timedelta(seconds=seconds), tick=False)
        before = len(bank.asked)
        run_due_payouts(database, {"bank": bank})
        tried += [seconds] * (len(bank.asked) - before)
    assert tried == [0, 30, 150, 750]
    assert {number for number, _ in bank.asked} == {approved.payout_no}
    assert look(database, approved).state == "paid"


def test_a_refused_payout_waits_for_staff_and_is_given_back_once(database, ann, approved):
    run_payout(database, Bank(REFUSED), approved.id)
    found = look(database, approved)
    assert (found.state, found.reason) == ("failed", "no such account")
    assert held(database, ann)[RESERVED] == 6000
    with database.write() as session:
        reject(session, approved.id, REVIEWER, "wrong account")
        reject(session, approved.id, REVIEWER, "wrong account")
    assert held(database, ann) == {EARNED: 10_000, RESERVED: 0, PAID: 0}
    with pytest.raises(Conflict), database.write() as session:
        retry_payout(session, approved.id, REVIEWER)
    # The channel finds out too late that it paid all the same: alarm, no second booking.
    with pytest.raises(Conflict), database.write() as session:
        payout_confirmed(
            session, approved.payout_no, channel="bank", channel_ref="B1", net_fen=6000
        )


def test_a_channel_that_never_answers_ends_with_staff(database, approved, time_machine):
    moment = clock.now()
    bank = Bank(*[SILENT] * (PAYOUT_TRIES + 3))
    for _ in range(PAYOUT_TRIES + 3):
        moment += timedelta(hours=7)
        time_machine.move_to(moment, tick=False)
        run_due_payouts(database, {"bank": bank})
    assert len(bank.asked) == PAYOUT_TRIES
    assert look(database, approved).state == "failed"


def test_payouts_that_wait_for_a_channel_that_is_off_stand_in_nobodys_way(database, ann, approved):
    other = ask(database, ann, 1000, key="2", channel="bank_card", **CARD)
    with database.write() as session:
        approve(session, other.id, REVIEWER)
        session.execute(sa.update(Payout).where(Payout.id == other.id).values(channel="there"))
        retime = sa.update(Payout).where(Payout.id == other.id)
        session.execute(retime.values(next_try_at=clock.now()))
    assert run_due_payouts(database, {"there": Bank()}, limit=1) == 1
    assert look(database, approved).state == "approved"
