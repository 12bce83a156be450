"""Payments whose callback was lost are asked about, whatever single gateways do."""

from datetime import timedelta

from core.kernel import clock
from core.kernel.errors import UpstreamError
from core.payments.gateways import GatewayRegistry
from core.payments.jobs import query_open_payments
from core.payments.sandbox import services
from core.payments.sandbox.types import Choice, Decision
from core.payments.services import attach_start, attempts_of, record_result, start_attempt
from core.payments.types import AttemptState
from tests.integration.payments.conftest import TOTAL


class Silent:
    key = label = "silent"

    def query(self, payment_no):
        raise UpstreamError("x", "no answer", permanent=False)


def test_a_lost_callback_is_made_good_by_asking(
    database, gateway, ask, attempt, payable, order_id, time_machine
):
    started = gateway.start(ask)
    with database.write() as session:
        attach_start(session, attempt.payment_no, started)
        for key in ("silent", "switched_off"):
            other = start_attempt(
                session,
                order_id=order_id,
                amount_fen=TOTAL,
                gateway_key=key,
                expires_at=attempt.expires_at,
            )
            attach_start(session, other.payment_no, started)
        payment = services.find_payment(session, attempt.payment_no)
        services.decide(session, payment, Decision(Choice.PAY))
    gateways = GatewayRegistry([Silent(), gateway])
    verdicts = []

    def confirm(session, result):
        verdicts.append(record_result(session, result, payable=payable))

    assert query_open_payments(database, gateways, confirm) == 0
    time_machine.move_to(clock.now() + timedelta(seconds=31))
    assert query_open_payments(database, gateways, confirm) == 1
    assert query_open_payments(database, gateways, confirm) == 0
    assert verdicts == ["paid"]
    with database.read() as session:
        states = {each.gateway: each.state for each in attempts_of(session, order_id)}
    assert states == {
        "sandbox": AttemptState.SUCCEEDED,
        "silent": AttemptState.STARTED,
        "switched_off": AttemptState.STARTED,
    }
