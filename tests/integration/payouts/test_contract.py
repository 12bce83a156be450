"""The fake channel keeps the contract, and the shop meets a plugin's channel by its own doors."""

import pytest

from core.api.testing.fakes import FakePayouts
from core.api.testing.payouts import PayoutChannelContract
from core.ledger.services import balances, member_owner, verify
from core.payouts.services import approve, find_payout, payout_failed, request_payout
from core.payouts.types import PayoutRequest
from tests.integration.payouts.conftest import EARNED, PAID, RESERVED, REVIEWER, earn


class TestFake(PayoutChannelContract):
    @pytest.fixture
    def channel(self):
        return FakePayouts()

    def payments(self, channel, payout_no):
        return int(payout_no in channel.paid)


class TestFakeThatWaits(TestFake):
    @pytest.fixture
    def channel(self):
        return FakePayouts(is_instant=False)


@pytest.fixture
def approved(shop, ways, make_member):
    """A payout of ¥60.00 through the plugged channel, approved."""
    ways.payouts.is_instant = False
    member = make_member("小山")
    with shop.database.write() as session:
        earn(session, member.id, 10_000)
        made = request_payout(
            session,
            PayoutRequest(member.id, EARNED, FakePayouts.key, 6000, "k", {"name": "林小山"}),
            settings=shop.settings(),
            check=shop.extensions().check,
            channels=(FakePayouts.key,),
        )
        approve(session, made.id, REVIEWER)
    return made


def state(shop, payout):
    with shop.database.read() as session:
        assert verify(session).is_clean
        return find_payout(session, payout.id).state


def call(app, payout, key=FakePayouts.key, **headers):
    return app.test_client().post(
        f"/notify/payouts/{key}", data=payout.payout_no, headers={"X-Fake": "yes"} | headers
    )


def test_a_callback_confirms_once_and_is_held_to_the_channel(shop, app, ways, approved, run_job):
    run_job("payouts.pay")
    assert state(shop, approved) == "waiting_for_recipient"
    ways.payouts.confirm(approved.payout_no)
    assert call(app, approved, **{"X-Fake": "no"}).status_code == 403
    assert call(app, approved, key="nobody.there").status_code == 404
    assert app.test_client().get(f"/notify/payouts/{FakePayouts.key}").status_code == 405
    assert state(shop, approved) == "waiting_for_recipient"
    for _ in range(2):
        assert call(app, approved).status_code == 200
    assert state(shop, approved) == "paid"
    with shop.database.read() as session:
        found = balances(session, member_owner(approved.member_id), [EARNED, RESERVED, PAID])
    assert found == {EARNED: 4000, RESERVED: 0, PAID: 6000}


def test_a_callback_of_another_amount_is_refused(shop, app, ways, approved, run_job):
    from dataclasses import replace

    run_job("payouts.pay")
    ways.payouts.confirm(approved.payout_no)
    told = ways.payouts.statuses
    told[approved.payout_no] = replace(told[approved.payout_no], net_fen=1)
    assert call(app, approved).status_code == 409
    assert state(shop, approved) == "waiting_for_recipient"


def test_the_shops_job_asks_and_gives_back_what_nobody_claimed(
    shop, ways, approved, run_job, clock
):
    run_job("payouts.pay")
    ways.payouts.let_expire(approved.payout_no)
    clock.advance(minutes=6)
    run_job("payouts.pay")
    assert state(shop, approved) == "returned"


def test_a_channel_that_raises_while_asked_is_one_that_does_not_answer(
    shop, ways, approved, run_job, clock, monkeypatch
):
    run_job("payouts.pay")

    def broken(_number):
        raise RuntimeError

    monkeypatch.setattr(ways.payouts, "query", broken)
    clock.advance(minutes=6)
    run_job("payouts.pay")
    assert state(shop, approved) == "waiting_for_recipient"


def test_staff_who_decline_a_payout_that_went_through_learn_that_it_is_paid(
    shop, ways, approved, run_job, sign_in, make_staff
):
    ways.payouts.is_instant, ways.payouts.forgets_to_answer = True, True
    run_job("payouts.pay")
    with shop.database.write() as session:
        payout_failed(session, approved.id, "silence", permanent=True)
    browser = sign_in(make_staff(), "staff")
    answer = browser.post(
        f"/admin/payouts/{approved.id}/reject",
        data={"reason": "no"},
        headers={"Origin": "http://localhost"},
    )
    assert answer.status_code == 409
    assert state(shop, approved) == "paid"
