from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from core.db.outbox import OutboxEvent
from core.kernel import clock
from core.kernel.errors import Conflict, NotFound
from core.ledger.services import platform_balance, verify
from core.payments.models import Suspense
from core.payments.services import (
    Verdict,
    attach_start,
    attempts_of,
    attempts_to_query,
    book_receipt,
    close_attempts,
    find_attempt,
    lock_attempt,
    mark_failed,
    mark_succeeded,
    note_notice,
    prune_notices,
    record_result,
    refunds_of,
    start_attempt,
    suspend,
)
from core.payments.types import (
    AttemptState,
    PaymentOutcome,
    PaymentResult,
    StartResult,
)
from tests.integration.payments.conftest import TOTAL


def told(attempt, outcome=PaymentOutcome.SUCCEEDED, amount=None, ref="G1"):
    amount = attempt.amount_fen if amount is None else amount
    return PaymentResult(attempt.payment_no, ref, outcome, amount)


def events(session):
    return list(session.scalars(sa.select(OutboxEvent.name).order_by(OutboxEvent.seq)))


def test_paying_again_hands_out_the_open_attempt(database, order_id, attempt):
    with database.write() as session:
        ask = {"order_id": order_id, "amount_fen": TOTAL, "gateway_key": "sandbox"}
        later = clock.now() + timedelta(minutes=5)
        assert start_attempt(session, **ask, expires_at=later) == attempt
        other = start_attempt(session, **{**ask, "gateway_key": "other"}, expires_at=later)
        assert other.id != attempt.id
        mark_failed(session, attempt, told(attempt, PaymentOutcome.FAILED))
        again = start_attempt(session, **ask, expires_at=later)
        assert again.id not in {attempt.id, other.id}
        assert {each.id for each in attempts_of(session, order_id)} == {
            attempt.id, other.id, again.id,
        }  # fmt: skip


def test_what_the_gateway_answered_is_kept_once(database, attempt):
    with database.write() as session:
        attach_start(session, attempt.payment_no, StartResult("G1", "/pay"))
        attach_start(session, attempt.payment_no, StartResult("G2", "/other"))
        found = find_attempt(session, attempt.payment_no)
        assert (found.state, found.gateway_ref, found.pay_url) == ("started", "G1", "/pay")
        with pytest.raises(NotFound):
            lock_attempt(session, "P0")


def test_a_payment_is_counted_and_booked_once(database, attempt, payable):
    with database.write() as session:
        assert record_result(session, told(attempt), payable=payable) is Verdict.PAID
    with database.write() as session:
        paid = replace(payable, is_paid=True, is_open=False)
        for _ in range(3):
            assert record_result(session, told(attempt), payable=paid) is Verdict.REPEATED
        with pytest.raises(Conflict):
            mark_succeeded(session, attempt, told(attempt))
        assert book_receipt(session, attempt) is None
        assert platform_balance(session, "gateway:sandbox") == TOTAL
        assert platform_balance(session, "sales") == -TOTAL
        found = find_attempt(session, attempt.payment_no)
        assert (found.state, found.received_fen) == (AttemptState.SUCCEEDED, TOTAL)
        assert found.gateway_ref == "G1"
        assert events(session) == ["payment_succeeded"]
        assert verify(session).is_clean


def test_pieces_leave_announcing_to_the_caller(database, attempt):
    with database.write() as session:
        fact = mark_succeeded(session, lock_attempt(session, attempt.payment_no), told(attempt))
        assert book_receipt(session, attempt) is not None
        assert (fact.order_id, fact.amount_fen) == (attempt.order_id, TOTAL)
        assert events(session) == []


@pytest.mark.parametrize(
    ("change", "amount", "verdict"),
    [
        ({}, TOTAL - 1, Verdict.WRONG_AMOUNT),
        ({"total_fen": TOTAL + 5}, TOTAL, Verdict.WRONG_AMOUNT),
        ({"is_open": False}, TOTAL, Verdict.DEAD_ORDER),
        ({"is_open": False, "is_paid": True}, TOTAL, Verdict.SECOND_PAYMENT),
    ],
)
def test_money_that_does_not_fit_is_kept_apart_and_goes_back_once(
    database, attempt, payable, change, amount, verdict
):
    result = told(attempt, amount=amount)
    with database.write() as session:
        assert record_result(session, result, payable=replace(payable, **change)) is verdict
        assert record_result(session, result, payable=payable) is Verdict.REPEATED
        (suspense,) = session.scalars(sa.select(Suspense))
        assert (suspense.kind, suspense.amount_fen) == (verdict.value, amount)
        (refund,) = refunds_of(session, attempt.order_id)
        assert (refund.key, refund.amount_fen) == (f"suspense:{suspense.id}", amount)
        assert find_attempt(session, attempt.payment_no).state == AttemptState.SUSPENDED
        assert platform_balance(session, "suspense") == -amount
        assert platform_balance(session, "sales") == 0
        assert events(session) == ["payment_suspended"]
        with pytest.raises(Conflict):
            suspend(session, attempt, "dead_order", amount)


def test_a_failure_is_told_once_and_late_money_still_counts(database, attempt, payable):
    failed = told(attempt, PaymentOutcome.FAILED, amount=0)
    with database.write() as session:
        assert record_result(session, failed, payable=payable) is Verdict.FAILED
        assert record_result(session, failed, payable=payable) is Verdict.REPEATED
        pending = told(attempt, PaymentOutcome.PENDING)
        assert record_result(session, pending, payable=payable) is Verdict.PENDING
        assert record_result(session, told(attempt), payable=payable) is Verdict.PAID
        assert events(session) == ["payment_failed", "payment_succeeded"]


def test_closing_the_attempts_of_dead_orders_leaves_money_alone(database, attempt, payable):
    with database.write() as session:
        assert close_attempts(session, []) == 0
        assert close_attempts(session, [attempt.order_id]) == 1
        assert close_attempts(session, [attempt.order_id]) == 0
        closed = told(attempt, PaymentOutcome.CLOSED)
        assert record_result(session, closed, payable=payable) is Verdict.REPEATED
        assert record_result(session, told(attempt), payable=payable) is Verdict.PAID
        assert close_attempts(session, [attempt.order_id]) == 0


def test_one_gateway_number_pays_for_one_attempt(database, attempt, payable, order_id):
    with database.write() as session:
        record_result(session, told(attempt), payable=payable)
        other = start_attempt(
            session,
            order_id=order_id,
            amount_fen=TOTAL,
            gateway_key="sandbox",
            expires_at=clock.now() + timedelta(minutes=5),
        )
        with pytest.raises(Conflict, match="another payment"):
            record_result(session, told(other), payable=payable)


def test_started_payments_are_asked_about_ever_more_rarely(database, attempt, time_machine):
    start = clock.now()
    with database.write() as session:
        attach_start(session, attempt.payment_no, StartResult("G1", "/pay"))
    asked = []
    for seconds in range(0, 600, 10):
        time_machine.move_to(start + timedelta(seconds=seconds), tick=False)
        with database.write() as session:
            asked += [seconds for _ in attempts_to_query(session, limit=5)]
    assert asked[0] in {30, 40}
    gaps = [later - earlier for earlier, later in pairwise(asked)]
    assert gaps == sorted(gaps)
    assert len(asked) < 9


def test_notices_are_kept_cut_and_forgotten(database):
    with database.write() as session:
        strange = {"text": "\0 \ud800", "\0": ["\udfff"]}
        for body in ({"a": 1}, {"long": "x" * 9000}, strange):
            note_notice(
                session,
                gateway="sandbox",
                payment_no="P\0\ud800" + "P" * 200,
                is_genuine=False,
                outcome="forged",
                body=body,
            )
        assert prune_notices(session, before=clock.now() - timedelta(days=1)) == 0
        assert prune_notices(session, before=clock.now() + timedelta(seconds=1)) == 3
