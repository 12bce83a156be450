"""The sandbox through its wire: what it does, and what it refuses."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.kernel import clock
from core.kernel.errors import ConfigError, Conflict, Forbidden, InvalidInput, UpstreamError
from core.payments.sandbox import services, wire
from core.payments.sandbox.client import open_sandbox
from core.payments.sandbox.delivery import deliver_callbacks
from core.payments.sandbox.types import Choice, Decision, RefundMode
from core.payments.types import PaymentOutcome, RefundRequest
from tests.integration.payments.conftest import TOTAL


class Shop:
    """The other end of callbacks: answers as told and keeps what the gateway says."""

    def __init__(self, gateway, *statuses):
        self.gateway, self.statuses = gateway, list(statuses)
        self.posted, self.results, self.refused = [], [], []

    def __call__(self, url, headers, body):
        self.posted.append((url, headers, body))
        status = self.statuses.pop(0) if self.statuses else 200
        if isinstance(status, Exception):
            raise status
        try:
            self.results.append(self.gateway.read_notice(headers, body))
        except Forbidden as error:
            self.refused.append(error.code)
            return error.status
        return status


def decide(database, ask, choice, **figures):
    with database.write() as session:
        payment = services.find_payment(session, ask.payment_no)
        return services.decide(session, payment, Decision(choice, **figures))


def test_a_payment_goes_from_start_to_callback(database, gateway, ask, key):
    started = gateway.start(ask)
    assert started.pay_url.startswith("/sandbox/pay/")
    assert gateway.start(ask) == started
    assert gateway.query(ask.payment_no).outcome is PaymentOutcome.PENDING
    decide(database, ask, Choice.PAY)
    shop = Shop(gateway)
    assert deliver_callbacks(database, key, send=shop) == 1
    assert deliver_callbacks(database, key, send=shop) == 0
    (result,) = shop.results
    assert (result.payment_no, result.gateway_ref) == (ask.payment_no, started.gateway_ref)
    assert (result.outcome, result.amount_fen) == (PaymentOutcome.SUCCEEDED, TOTAL)
    assert shop.posted[0][0] == ask.notify_url
    assert gateway.query(ask.payment_no) == result
    with pytest.raises(UpstreamError, match="another amount") as refusal:
        gateway.start(replace(ask, amount_fen=1))
    assert refusal.value.permanent
    with pytest.raises(UpstreamError, match="does not know") as refusal:
        gateway.query("P1")
    assert refusal.value.permanent


@pytest.mark.parametrize(
    ("choice", "figures", "outcomes"),
    [
        (Choice.FAIL, {}, [(PaymentOutcome.FAILED, 0)]),
        (Choice.REPEAT, {"repeats": 4}, [(PaymentOutcome.SUCCEEDED, TOTAL)] * 4),
        (Choice.WRONG_AMOUNT, {}, [(PaymentOutcome.SUCCEEDED, TOTAL - 1)]),
        (Choice.WRONG_AMOUNT, {"paid_fen": 1}, [(PaymentOutcome.SUCCEEDED, 1)]),
    ],
)
def test_the_cashier_decides_what_the_shop_hears(
    database, gateway, ask, key, choice, figures, outcomes
):
    gateway.start(ask)
    decide(database, ask, choice, **figures)
    shop = Shop(gateway)
    deliver_callbacks(database, key, send=shop)
    assert [(each.outcome, each.amount_fen) for each in shop.results] == outcomes
    with pytest.raises(Conflict):
        decide(database, ask, Choice.PAY)


@pytest.mark.parametrize(
    ("choice", "told"), [(Choice.PAY, "wallet-7"), (Choice.FAIL, ""), (Choice.FORGED, "")]
)
def test_who_paid_is_told_when_it_is_paid(database, gateway, ask, key, choice, told):
    gateway.start(ask)
    decide(database, ask, choice, payer="wallet-7")
    shop = Shop(gateway)
    deliver_callbacks(database, key, send=shop)

    assert {each.payer for each in shop.results} <= {told}
    assert gateway.query(ask.payment_no).payer == told


def test_an_account_of_endless_length_is_refused(database, gateway, ask):
    gateway.start(ask)
    with pytest.raises(InvalidInput):
        decide(database, ask, Choice.PAY, payer="1" * 65)


def test_delayed_money_comes_when_its_time_has_come(database, gateway, ask, key, time_machine):
    start = clock.now()
    time_machine.move_to(start, tick=False)
    gateway.start(ask)
    decide(database, ask, Choice.LATER, delay_s=20)
    shop = Shop(gateway)
    time_machine.move_to(start + timedelta(seconds=19), tick=False)
    assert deliver_callbacks(database, key, send=shop) == 0
    time_machine.move_to(start + timedelta(seconds=20), tick=False)
    assert deliver_callbacks(database, key, send=shop) == 1
    assert shop.results[0].outcome is PaymentOutcome.SUCCEEDED


def test_an_expired_payment_closes_and_says_so(database, gateway, ask, key, time_machine):
    gateway.start(ask)
    time_machine.move_to(ask.expires_at + timedelta(seconds=1), tick=False)
    with pytest.raises(Conflict):
        decide(database, ask, Choice.PAY)
    shop = Shop(gateway)
    deliver_callbacks(database, key, send=shop)
    assert [each.outcome for each in shop.results] == [PaymentOutcome.CLOSED]


def test_a_lie_is_refused_and_the_payment_stays_open(database, gateway, ask, key):
    gateway.start(ask)
    decide(database, ask, Choice.FORGED)
    shop = Shop(gateway)
    assert deliver_callbacks(database, key, send=shop) == 0
    assert (shop.refused, shop.results) == (["sandbox.forged"], [])
    assert gateway.query(ask.payment_no).outcome is PaymentOutcome.PENDING
    decide(database, ask, Choice.PAY)


def test_callbacks_are_retried_with_growing_delays_and_then_given_up(
    database, gateway, ask, key, time_machine
):
    start = clock.now()
    time_machine.move_to(start, tick=False)
    gateway.start(replace(ask, expires_at=start + timedelta(days=1)))
    decide(database, ask, Choice.PAY)
    shop = Shop(gateway, *[500, ConnectionError("refused"), OSError("gone")] * 9)
    delivered = []
    for seconds in [*range(120), *range(120, 6000, 60)]:
        time_machine.move_to(start + timedelta(seconds=seconds), tick=False)
        before = len(shop.posted)
        deliver_callbacks(database, key, send=shop)
        delivered += [seconds] * (len(shop.posted) - before)
    assert delivered[:7] == [0, 1, 3, 8, 23, 53, 113]
    assert len(delivered) == 10
    nonces = {headers[wire.NONCE_HEADER] for _, headers, _ in shop.posted}
    assert len(nonces) == 10  # each try is signed anew


def refund(ask, number="R1", amount=TOTAL):
    return RefundRequest(number, ask.payment_no, "", amount, "test")


def test_a_refund_moves_money_once_and_no_more_than_was_paid(database, gateway, ask):
    gateway.start(ask)
    with pytest.raises(UpstreamError, match="More would go back"):
        gateway.refund(refund(ask))
    decide(database, ask, Choice.PAY)
    first = gateway.refund(refund(ask, "R1", 100))
    assert first.is_done
    assert gateway.refund(refund(ask, "R1", 100)) == first
    with pytest.raises(UpstreamError, match="something else"):
        gateway.refund(refund(ask, "R1", 200))
    with pytest.raises(UpstreamError, match="More would go back") as refusal:
        gateway.refund(refund(ask, "R2", TOTAL - 99))
    assert refusal.value.permanent
    assert gateway.refund(refund(ask, "R3", TOTAL - 100)).is_done
    with database.read() as session:
        assert services.find_payment(session, ask.payment_no).refunded_fen == TOTAL


def test_refunds_go_as_the_cashier_chose(database, gateway, ask, time_machine):
    start = clock.now()
    time_machine.move_to(start, tick=False)
    gateway.start(ask)
    decide(database, ask, Choice.PAY, refunds=RefundMode.FLAKY)
    for _ in range(2):
        with pytest.raises(UpstreamError) as refusal:
            gateway.refund(refund(ask, "R1", 100))
        assert not refusal.value.permanent
    assert gateway.refund(refund(ask, "R1", 100)).is_done

    late = replace(ask, payment_no="P2")
    gateway.start(late)
    decide(database, late, Choice.PAY, refunds=RefundMode.LATER)
    assert not gateway.refund(refund(late, "R2", 100)).is_done
    time_machine.move_to(start + timedelta(seconds=6), tick=False)
    assert gateway.refund(refund(late, "R2", 100)).is_done

    never = replace(ask, payment_no="P3")
    gateway.start(never)
    decide(database, never, Choice.PAY, refunds=RefundMode.REFUSED)
    with pytest.raises(UpstreamError) as refusal:
        gateway.refund(refund(never, "R3", 100))
    assert refusal.value.permanent


def test_the_sandbox_is_refused_outside_sandbox_installations(database, tmp_path):
    from core.config import load_config

    environ = {"BANYAN_INSTANCE": str(tmp_path)}
    with pytest.raises(ConfigError):
        open_sandbox(load_config(environ), database)
    gateway = open_sandbox(load_config(environ | {"BANYAN_SANDBOX": "1"}), database)
    assert gateway.key == "sandbox"
    with pytest.raises(ConfigError, match="BANYAN_SANDBOX_SECRET"):
        load_config(environ | {"BANYAN_SANDBOX_SECRET": "short"})
    with pytest.raises(ConfigError, match="BANYAN_SANDBOX_URL"):
        load_config(environ | {"BANYAN_SANDBOX_URL": "sandbox.test"})
