from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from core.db.outbox import OutboxEvent
from core.kernel import clock
from core.kernel.errors import Conflict, InvariantError, NotFound, Rejected, UpstreamError
from core.kernel.ids import new_id
from core.ledger.services import platform_balance, verify
from core.payments.gateways import GatewayRegistry
from core.payments.jobs import run_due_refunds, run_refund
from core.payments.models import PaymentAttempt, Suspense
from core.payments.rules import REFUND_TRIES
from core.payments.services import (
    due_refunds,
    find_attempt,
    find_refund,
    record_result,
    refund_failed,
    refund_succeeded,
    request_refund,
    retry_refund,
)
from core.payments.types import PaymentOutcome, PaymentResult, RefundResult
from tests.integration.payments.conftest import TOTAL


class Till:
    """A gateway that keeps what it was asked for; `answers` are played one after another."""

    key = label = "sandbox"

    def __init__(self, *answers):
        self.answers, self.asked, self.given = list(answers), [], {}

    def refund(self, request):
        self.asked.append(request.refund_no)
        answer = self.answers.pop(0) if self.answers else True
        if isinstance(answer, UpstreamError):
            raise answer
        if answer:
            self.given[request.refund_no] = request.amount_fen
        return RefundResult(request.refund_no, "R1", answer)


@pytest.fixture
def paid(database, attempt, payable):
    result = PaymentResult(attempt.payment_no, "G1", PaymentOutcome.SUCCEEDED, TOTAL)
    with database.write() as session:
        record_result(session, result, payable=payable)
        return find_attempt(session, attempt.payment_no)


def ask(database, paid, amount, key="after_sale:1"):
    with database.write() as session:
        return request_refund(
            session, key=key, attempt_id=paid.id, amount_fen=amount, reason="half of it"
        )


def at_once(work, count):
    gate = Barrier(count)

    def run(number):
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_a_refund_asked_for_twice_goes_once(database, paid):
    first, again = ask(database, paid, 5000), ask(database, paid, 5000)
    assert first.id == again.id
    with pytest.raises(Conflict):
        ask(database, paid, 5001)
    till = Till()
    assert run_refund(database, till, first.id)
    assert not run_refund(database, till, first.id)
    with database.write() as session:
        assert not refund_succeeded(session, first.id)
        assert find_refund(session, first.id).state == "succeeded"
        assert platform_balance(session, "gateway:sandbox") == TOTAL - 5000
        assert platform_balance(session, "sales") == 5000 - TOTAL
        names = list(session.scalars(sa.select(OutboxEvent.name)))
        assert names == ["payment_succeeded", "payment_refunded"]
        assert verify(session).is_clean
    assert till.given == {first.refund_no: 5000}


def test_no_more_goes_back_than_came(database, paid):
    ask(database, paid, TOTAL - 1000, "a")
    with pytest.raises(Rejected, match="More would go back"):
        ask(database, paid, 1001, "b")
    ask(database, paid, 1000, "c")
    with pytest.raises(Rejected):
        ask(database, paid, 1, "d")
    with pytest.raises(InvariantError):
        ask(database, paid, 0, "e")
    with pytest.raises(NotFound):
        ask(database, replace(paid, id=new_id()), 1, "f")
    with database.read() as session:
        assert find_attempt(session, paid.payment_no).refundable_fen == 0


def test_refunds_wanted_at_once_never_exceed_what_came(database, paid):
    def want(number):
        try:
            return ask(database, paid, 5000, f"want:{number}").amount_fen
        except Rejected:
            return 0

    assert sum(at_once(want, 8)) == 10_000


def test_one_refund_sent_by_many_workers_is_booked_once(database, paid):
    refund = ask(database, paid, 5000)
    till = Till()
    settled = []

    def settle(session, refund_id):
        if refund_succeeded(session, refund_id):
            settled.append(refund_id)

    at_once(lambda _: run_refund(database, till, refund.id, settle=settle), 6)
    assert till.asked == [refund.refund_no]
    assert settled == [refund.id]
    with database.read() as session:
        assert verify(session).is_clean


def test_a_failed_try_is_repeated_under_the_same_number_with_growing_delays(
    database, paid, time_machine
):
    start = clock.now()
    time_machine.move_to(start, tick=False)
    refund = ask(database, paid, 5000)
    silent = UpstreamError("x", "no answer", permanent=False)
    till = Till(silent, silent, False, silent)
    gateways = GatewayRegistry([till])
    tried = []
    for seconds in range(0, 700, 10):
        time_machine.move_to(start + timedelta(seconds=seconds), tick=False)
        before = len(till.asked)
        run_due_refunds(database, gateways)
        tried += [seconds] * (len(till.asked) - before)
    assert tried == [0, 10, 40, 160]
    with database.read() as session:
        assert find_refund(session, refund.id).failure == "no answer"
    time_machine.move_to(start + timedelta(seconds=800), tick=False)
    assert run_due_refunds(database, gateways) == 1
    assert set(till.asked) == {refund.refund_no}
    assert till.given == {refund.refund_no: 5000}


def test_a_permanent_failure_waits_for_staff_and_keeps_the_promise(database, paid):
    refund = ask(database, paid, TOTAL)
    refused = UpstreamError("x", "account closed", permanent=True)
    till = Till(refused)
    assert not run_refund(database, till, refund.id)
    with database.write() as session:
        assert find_refund(session, refund.id).state == "failed"
        assert due_refunds(session, limit=9) == []
        assert find_attempt(session, paid.payment_no).refundable_fen == 0
        retry_refund(session, refund.id)
        assert due_refunds(session, limit=9) == [(refund.id, "sandbox")]
    assert run_refund(database, till, refund.id)
    with database.write() as session:
        with pytest.raises(Conflict):
            retry_refund(session, refund.id)
        refund_failed(session, refund.id, "late news", permanent=True)
        assert find_refund(session, refund.id).state == "succeeded"


def test_after_many_tries_a_refund_waits_for_staff(database, paid, time_machine):
    refund = ask(database, paid, 100)
    silent = UpstreamError("x", "no answer", permanent=False)
    till = Till(*[silent] * (REFUND_TRIES + 5))
    moment = clock.now()
    for _ in range(REFUND_TRIES + 5):
        run_refund(database, till, refund.id)
        moment += timedelta(hours=7)
        time_machine.move_to(moment, tick=False)
    assert len(till.asked) == REFUND_TRIES
    with database.read() as session:
        assert find_refund(session, refund.id).state == "failed"


def test_refunds_wait_for_a_gateway_that_is_switched_off(database, paid):
    refund = ask(database, paid, 100)
    assert run_due_refunds(database, GatewayRegistry()) == 0
    with database.read() as session:
        assert find_refund(session, refund.id).tries == 0


def test_a_crash_after_the_gateway_confirmed_is_made_good_by_the_next_try(
    database, paid, time_machine
):
    refund = ask(database, paid, 5000)
    till = Till()

    def crash(session, refund_id):
        refund_succeeded(session, refund_id)
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        run_refund(database, till, refund.id, settle=crash)
    time_machine.move_to(clock.now() + timedelta(seconds=11), tick=False)
    assert run_refund(database, till, refund.id)
    assert till.asked == [refund.refund_no] * 2
    with database.read() as session:
        assert platform_balance(session, "gateway:sandbox") == TOTAL - 5000


def test_suspended_money_is_settled_when_it_is_back(database, attempt, payable):
    result = PaymentResult(attempt.payment_no, "G1", PaymentOutcome.SUCCEEDED, TOTAL - 1)
    with database.write() as session:
        record_result(session, result, payable=payable)
    till = Till()
    assert run_due_refunds(database, GatewayRegistry([till])) == 1
    assert list(till.given.values()) == [TOTAL - 1]
    with database.read() as session:
        (suspense,) = session.scalars(sa.select(Suspense))
        assert suspense.state == "refunded"
        assert platform_balance(session, "suspense") == 0
        assert platform_balance(session, "gateway:sandbox") == 0
        assert verify(session).is_clean


def test_verify_notices_payments_that_the_books_do_not_know(database, paid, attempt):
    with database.write() as session:
        assert verify(session).is_clean
        session.execute(
            sa.update(PaymentAttempt)
            .values(received_fen=TOTAL + 1)
            .where(PaymentAttempt.id == attempt.id)
        )
        (problem,) = verify(session).problems
        assert (problem.code, problem.subject) == ("payment.gateway", "gateway:sandbox")
        session.execute(
            sa.insert(Suspense).values(
                id=new_id(), attempt_id=attempt.id, kind="dead_order", amount_fen=7, at=clock.now()
            )
        )
        assert {problem.code for problem in verify(session).problems} == {
            "payment.gateway",
            "payment.suspense",
        }
