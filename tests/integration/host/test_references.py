"""A plugin's data stay while money is under way through its gateways and channels."""

from datetime import timedelta

import pytest

from core.kernel.clock import now
from core.kernel.errors import Rejected
from core.payments.services import (
    mark_failed,
    mark_succeeded,
    refund_succeeded,
    request_refund,
    start_attempt,
)
from core.payments.types import PaymentOutcome, PaymentResult
from core.payouts.services import approve, payout_confirmed, reject, request_payout
from core.payouts.services.paying import claim_payout
from core.payouts.types import PayoutRequest
from core.settings.rules import StoreSettings
from tests.integration.payouts.conftest import EARNED, REVIEWER, earn, nobody_minds

NAME = "counts_events"


@pytest.fixture
def host(shop):
    shop.plugins.install(NAME, "me")
    return shop.plugins


def begin(shop, order, gateway: str, minutes: int = 30):
    with shop.database.write() as session:
        return start_attempt(
            session,
            order_id=order.id,
            amount_fen=order.total_fen,
            gateway_key=gateway,
            expires_at=now() + timedelta(minutes=minutes),
        )


def came(attempt, outcome=PaymentOutcome.SUCCEEDED) -> PaymentResult:
    return PaymentResult(attempt.payment_no, "G1", outcome, attempt.amount_fen)


def test_data_stay_while_a_payment_is_open_at_its_gateway(shop, host, make_order):
    order = make_order([("POT", 1, 26_800)])
    begin(shop, order, "counts_events_too.bank")
    begin(shop, order, "sandbox")
    begin(shop, order, f"{NAME}.cash", minutes=-1)  # nobody can pay it any more
    attempt = begin(shop, order, f"{NAME}.bank")
    host.uninstall(NAME, "me")
    with pytest.raises(Rejected, match=r"payments are open at its gateways \(1\)"):
        host.remove_data(NAME, "me")
    with shop.database.write() as session:
        mark_failed(session, attempt, came(attempt, PaymentOutcome.FAILED))
    assert host.why_data_stay(NAME) == []
    host.remove_data(NAME, "me")


def test_data_stay_while_money_has_to_go_back_through_its_gateway(shop, host, make_order):
    attempt = begin(shop, make_order([("POT", 1, 26_800)]), f"{NAME}.bank")
    with shop.database.write() as session:
        mark_succeeded(session, attempt, came(attempt))
    host.uninstall(NAME, "me")
    assert host.why_data_stay(NAME) == []
    with shop.database.write() as session:
        refund = request_refund(
            session, key="x", attempt_id=attempt.id, amount_fen=100, reason="Late"
        )
    with pytest.raises(Rejected, match=r"refunds have to go back through its gateways \(1\)"):
        host.remove_data(NAME, "me")
    with shop.database.write() as session:
        refund_succeeded(session, refund.id)
    assert host.why_data_stay(NAME) == []


def test_data_stay_while_a_payout_is_not_paid_through_its_channel(shop, host, make_member):
    channel, member = f"{NAME}.bank", make_member("知夏")
    with shop.database.write() as session:
        earn(session, member.id, 50_000)
        payouts = [
            request_payout(
                session,
                PayoutRequest(member.id, EARNED, channel, 20_000, key),
                settings=StoreSettings(),
                check=nobody_minds,
                channels=(channel,),
            )
            for key in ("1", "2")
        ]
        approve(session, payouts[0].id, REVIEWER)
    host.uninstall(NAME, "me")
    with pytest.raises(Rejected, match=r"payouts are not paid yet through its channels \(2\)"):
        host.remove_data(NAME, "me")
    with shop.database.write() as session:
        reject(session, payouts[1].id, REVIEWER, "no")
        claim_payout(session, payouts[0].id)
        payout_confirmed(
            session,
            payouts[0].payout_no,
            channel=channel,
            channel_ref="1",
            net_fen=payouts[0].net_fen,
        )
    assert host.why_data_stay(NAME) == []
