"""Payouts that the recipient has to confirm, and what channels tell when they are asked."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.api.testing.fakes import FakePayouts, no_answer, refusal
from core.db.outbox import OutboxEvent
from core.kernel import clock
from core.kernel.errors import Conflict, NotFound, Rejected
from core.ledger.services import balances, member_owner, verify
from core.payouts.jobs import ask_before_giving_back, run_due_payouts
from core.payouts.rules import PAYOUT_TRIES
from core.payouts.services import (
    approve,
    find_payout,
    payout_failed,
    payout_reported,
    reject,
    retry_payout,
)
from core.payouts.types import PayOutcome, PayStatus
from tests.integration.payouts.conftest import EARNED, PAID, RESERVED, REVIEWER, ask


@pytest.fixture
def channel():
    return FakePayouts(is_instant=False)


@pytest.fixture
def approved(database, ann):
    made = ask(database, ann, 6000, channel="bank")
    with database.write() as session:
        approve(session, made.id, REVIEWER)
    return made


@pytest.fixture
def run(database, channel, time_machine):
    """Let the job run after some minutes: ``run(5)``; tells how many were paid."""

    def later(minutes=0):
        time_machine.move_to(clock.now() + timedelta(minutes=minutes), tick=False)
        return run_due_payouts(database, {"bank": channel})

    return later


def look(database, payout):
    with database.read() as session:
        return find_payout(session, payout.id)


def held(database, member_id):
    with database.read() as session:
        assert verify(session).is_clean
        return tuple(balances(session, member_owner(member_id), [EARNED, RESERVED, PAID]).values())


def facts(database):
    with database.read() as session:
        return list(session.scalars(sa.select(OutboxEvent.name).order_by(OutboxEvent.seq)))


def test_the_recipient_gets_a_link_and_the_channel_is_asked_until_they_confirm(
    database, ann, approved, channel, run
):
    channel.confirm_url, until = "https://pay.example/confirm/1", clock.now() + timedelta(days=1)
    channel.expires_at = until
    run()
    found = look(database, approved)
    assert (found.state, found.confirm_url) == ("waiting_for_recipient", channel.confirm_url)
    assert found.expires_at == until
    assert run(1) == 0
    assert channel.queries == []
    assert run(5) == 0
    assert channel.queries == [approved.payout_no]
    channel.confirm(approved.payout_no)
    assert run(5) == 1
    assert held(database, ann) == (4000, 0, 6000)
    assert run(60) == 0


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "http://x.example", "//x.example", "x" * 999]
)
def test_a_link_that_no_page_should_hold_is_left_out(database, approved, channel, run, link):
    channel.confirm_url = link
    run()
    assert look(database, approved).confirm_url == ""


def test_what_nobody_confirms_goes_back_once_with_a_step_and_a_fact(
    database, ann, approved, channel, run
):
    run()
    channel.let_expire(approved.payout_no)
    run(5)
    found = look(database, approved)
    assert [step.state for step in found.steps] == [
        "requested", "approved", "paying", "waiting_for_recipient", "returned",
    ]  # fmt: skip
    assert "did not confirm in time" in found.reason
    assert held(database, ann) == (10_000, 0, 0)
    told = channel.statuses[approved.payout_no]
    for _ in range(2):
        with database.write() as session:
            assert not payout_reported(session, told, channel="bank")
    assert facts(database) == ["payout_failed"]
    assert held(database, ann) == (10_000, 0, 0)
    # The channel finds out too late that it paid all the same: alarm, no second booking.
    channel.confirm(approved.payout_no)
    with pytest.raises(Conflict), database.write() as session:
        payout_reported(session, channel.statuses[approved.payout_no], channel="bank")


def test_a_channel_that_cannot_be_asked_is_believed_about_the_end(
    database, ann, approved, channel, run
):
    channel.can_be_asked, channel.expires_at = False, clock.now() + timedelta(hours=10)
    run()
    run(5)
    run(9 * 60)
    run(100)
    assert look(database, approved).state == "waiting_for_recipient"
    run(30)
    assert look(database, approved).state == "returned"
    assert held(database, ann) == (10_000, 0, 0)


def test_without_an_end_only_the_channel_tells(database, ann, approved, channel, run):
    channel.can_be_asked = False
    run()
    for _ in range(3):
        run(60 * 24 * 30)
    assert look(database, approved).state == "waiting_for_recipient"
    channel.confirm(approved.payout_no)
    with database.write() as session:
        assert payout_reported(session, channel.statuses[approved.payout_no], channel="bank")
    assert held(database, ann) == (4000, 0, 6000)


def test_one_that_still_waits_at_the_channel_is_never_given_back_by_the_clock(
    database, approved, channel, run
):
    channel.expires_at = clock.now() + timedelta(hours=1)
    run()
    for _ in range(4):
        run(600)
    assert look(database, approved).state == "waiting_for_recipient"


def test_after_silence_the_channel_is_asked_before_it_is_told_to_pay_again(
    database, ann, approved, channel, run
):
    channel.is_instant, channel.forgets_to_answer = True, True
    run()
    assert look(database, approved).state == "paying"
    paid = dict(channel.paid)
    assert run(1) == 1
    assert channel.queries == [approved.payout_no]
    assert channel.paid == paid
    assert held(database, ann) == (4000, 0, 6000)


def test_a_channel_that_answers_to_no_question_leaves_it_waiting(
    database, ann, approved, channel, run
):
    run()
    channel.trouble = refusal()
    for _ in range(PAYOUT_TRIES + 2):
        run(600)
    assert look(database, approved).state == "waiting_for_recipient"


def test_a_wrong_amount_or_reference_goes_to_staff_and_moves_nothing(
    database, ann, approved, channel, run
):
    run()
    number = approved.payout_no
    channel.statuses[number] = PayStatus(number, f"fake-{number}", PayOutcome.PAID, 5999)
    run(5)
    found = look(database, approved)
    assert (found.state, held(database, ann)) == ("failed", (4000, 6000, 0))
    assert "another amount or number" in found.reason


def test_every_outcome_is_held_to_amount_reference_and_channel(
    database, ann, approved, channel, run
):
    run()
    number = approved.payout_no
    for outcome in set(PayOutcome) - {PayOutcome.UNKNOWN}:
        for lie in (
            PayStatus(number, f"fake-{number}", outcome, 1),
            PayStatus(number, "other", outcome, 6000),
        ):
            with pytest.raises(Conflict), database.write() as session:
                payout_reported(session, lie, channel="bank")
        with pytest.raises(NotFound), database.write() as session:
            payout_reported(
                session, PayStatus(number, f"fake-{number}", outcome, 6000), channel="x"
            )
    assert look(database, approved).state == "waiting_for_recipient"


def test_a_payout_that_failed_is_sent_again_under_its_number_with_a_new_link(
    database, approved, channel, run
):
    run()
    number = approved.payout_no
    channel.statuses[number] = PayStatus(
        number, f"fake-{number}", PayOutcome.FAILED, 6000, "account 6222 is closed"
    )
    run(5)
    assert look(database, approved).reason == "account 6222 is closed"
    with database.write() as session:
        retry_payout(session, approved.id, REVIEWER)
    assert look(database, approved).channel_ref is None
    channel.confirm_url = "https://pay.example/again"
    run()
    again = look(database, approved)
    assert (again.state, again.confirm_url) == ("waiting_for_recipient", channel.confirm_url)
    assert set(channel.paid) == {number}


def test_reasons_and_logs_hold_nothing_of_the_account(database, ann, caplog, time_machine):
    class Loose(FakePayouts):
        def pay(self, request):
            raise type(refusal())("x", f"no account {request.account['number']}", permanent=True)

    account = {"name": "林小山", "number": "6222021234567890"}
    made = ask(database, ann, 6000, channel="bank", account=account)
    with database.write() as session:
        approve(session, made.id, REVIEWER)
    run_due_payouts(database, {"bank": Loose()})
    assert look(database, made).reason == "no account ***"
    assert "6222021234567890" not in caplog.text + repr(look(database, made))


@pytest.fixture
def given_up(database, approved, channel, run):
    """A payout whose channel paid and then was silent to every try."""
    channel.is_instant, channel.forgets_to_answer = True, True
    run()
    with database.write() as session:
        payout_failed(session, approved.id, "silence", permanent=True)
    return approved


def test_a_failed_payout_is_given_back_only_after_the_channel_was_asked(
    database, ann, given_up, channel
):
    channel.trouble = no_answer()
    with pytest.raises(Rejected, match="nobody knows"):
        ask_before_giving_back(database, channel, given_up.id)
    assert look(database, given_up).state == "failed"
    channel.trouble = None
    ask_before_giving_back(database, channel, given_up.id)
    assert look(database, given_up).state == "paid"
    with pytest.raises(Conflict), database.write() as session:
        reject(session, given_up.id, REVIEWER, "no")
    assert held(database, ann) == (4000, 0, 6000)


def test_a_channel_that_never_paid_or_cannot_tell_leaves_the_decision_to_staff(
    database, ann, approved, channel, run
):
    channel.trouble = refusal()
    run()
    for trouble, can_be_asked in ((refusal(), True), (None, True), (None, False)):
        channel.trouble, channel.can_be_asked = trouble, can_be_asked
        ask_before_giving_back(database, channel, approved.id)
    with database.write() as session:
        reject(session, approved.id, REVIEWER, "no")
    assert held(database, ann) == (10_000, 0, 0)
