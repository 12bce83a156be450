from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from core.kernel.errors import InvariantError, NotFound
from core.payments.gateways import GatewayRegistry
from core.payments.rules import ATTEMPT, Verdict, judge, next_query, refund_delay
from core.payments.types import Attempt, AttemptState, Payable, PaymentOutcome, PaymentResult

AT = datetime(2025, 1, 1, tzinfo=UTC)
ORDER = UUID(int=1)
ATTEMPTED = Attempt(
    id=UUID(int=2),
    payment_no="P1",
    order_id=ORDER,
    gateway="sandbox",
    amount_fen=100,
    state=AttemptState.STARTED,
    gateway_ref="G1",
    pay_url=None,
    received_fen=0,
    refunded_fen=0,
    failure="",
    created_at=AT,
    expires_at=AT,
    confirmed_at=None,
)
OPEN = Payable(ORDER, 100, is_open=True, is_paid=False)
DEAD = Payable(ORDER, 100, is_open=False, is_paid=False)
PAID = Payable(ORDER, 100, is_open=False, is_paid=True)
CAME, FAILED = PaymentOutcome.SUCCEEDED, PaymentOutcome.FAILED


@pytest.mark.parametrize(
    ("state", "outcome", "amount", "payable", "verdict"),
    [
        ("started", CAME, 100, OPEN, Verdict.PAID),
        ("created", CAME, 100, OPEN, Verdict.PAID),
        ("failed", CAME, 100, OPEN, Verdict.PAID),
        ("closed", CAME, 100, OPEN, Verdict.PAID),
        ("started", CAME, 99, OPEN, Verdict.WRONG_AMOUNT),
        ("started", CAME, 101, OPEN, Verdict.WRONG_AMOUNT),
        ("started", CAME, 100, replace(OPEN, total_fen=90), Verdict.WRONG_AMOUNT),
        ("started", CAME, 100, DEAD, Verdict.DEAD_ORDER),
        ("started", CAME, 1, DEAD, Verdict.DEAD_ORDER),
        ("started", CAME, 100, PAID, Verdict.SECOND_PAYMENT),
        ("succeeded", CAME, 100, PAID, Verdict.REPEATED),
        ("succeeded", FAILED, 0, PAID, Verdict.REPEATED),
        ("suspended", CAME, 100, OPEN, Verdict.REPEATED),
        ("started", FAILED, 0, OPEN, Verdict.FAILED),
        ("failed", FAILED, 0, OPEN, Verdict.REPEATED),
        ("started", PaymentOutcome.CLOSED, 0, OPEN, Verdict.CLOSED),
        ("closed", FAILED, 0, OPEN, Verdict.REPEATED),
        ("started", PaymentOutcome.PENDING, 0, OPEN, Verdict.PENDING),
    ],
)
def test_a_gateways_word_means_one_thing(state, outcome, amount, payable, verdict):
    attempt = replace(ATTEMPTED, state=AttemptState(state))
    assert judge(attempt, PaymentResult("P1", "G1", outcome, amount), payable) is verdict
    assert verdict.is_suspense == (
        verdict.value in {"wrong_amount", "dead_order", "second_payment"}
    )


def test_money_never_leaves_its_end_states():
    assert not ATTEMPT.moves.get(AttemptState.SUCCEEDED)
    assert not ATTEMPT.moves.get(AttemptState.SUSPENDED)


def test_waits_grow_and_end():
    waits = [refund_delay(tries) for tries in range(1, 25)]
    assert waits[0] == timedelta(seconds=10)
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=6)
    assert next_query(AT, AT) == AT + timedelta(seconds=30)
    assert next_query(AT, AT + timedelta(hours=2)) == AT + timedelta(hours=3)


def test_an_attempt_knows_what_can_go_back():
    attempt = replace(ATTEMPTED, received_fen=100, refunded_fen=30)
    assert attempt.refundable_fen == 70
    assert not attempt.has_money
    assert replace(attempt, state=AttemptState.SUSPENDED).has_money


def test_gateways_are_found_by_key_and_stand_alone():
    class Till:
        key = label = "till"

    registry = GatewayRegistry([Till()])
    assert [gateway.key for gateway in registry.all()] == ["till"]
    assert registry.get("till").label == "till"
    with pytest.raises(NotFound):
        registry.get("other")
    with pytest.raises(InvariantError):
        GatewayRegistry([Till(), Till()])
