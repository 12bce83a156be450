import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from core.api.clock import now
from core.api.errors import Conflict, InvalidInput, NotFound
from core.api.ledger import platform_balance
from core.api.testing.making import ADDRESS
from core.api.text import parse_phone
from core.members.models import AuthSession, Member
from core.payouts.services import request_payout
from core.payouts.types import PayoutRequest
from core.sharing.models import ShareVisit
from core.sharing.services import create_share
from core.staff.services import create_role, list_audit
from plugins.distribution.rules import SelfPurchase
from plugins.distribution.rules.fraud import Sight, Suspicion, suspicions
from plugins.distribution.services import accrual
from plugins.distribution.services.accounts import EXPENSE
from plugins.distribution.services.fraud import Watch, watch_batch
from plugins.distribution.services.holds import count_cases, list_cases, reject, release
from plugins.distribution.services.programmes import current, publish

POT = ("POT", 1, 26_800)
STAFF = "staff:00000000-0000-0000-0000-000000000001"
EVERYTHING = frozenset(Suspicion)
ROOT = "/admin/x/distribution/fraud"
OWN = {"Origin": "http://localhost"}


@pytest.mark.parametrize("kind", ["phone", "address", "device", "browser", "account"])
def test_a_shared_fingerprint_is_suspicious_when_it_is_watched(kind):
    key = Suspicion(kind)
    sight = Sight(order={}, buyer={key: {"a", "b"}}, beneficiary={key: {"b"}})
    both = Sight(order={key: {"c"}}, buyer={key: {"a", "b"}}, beneficiary={key: {"a", "b", "c"}})
    other = Sight(order={}, buyer={key: {"a"}}, beneficiary={key: {"b"}})

    assert suspicions(sight, EVERYTHING, 20) == {kind: {"order": 0, "buyer": 1}}
    assert suspicions(both, EVERYTHING, 20) == {kind: {"order": 1, "buyer": 2}}
    assert suspicions(sight, EVERYTHING - {key}, 20) == {}
    assert suspicions(other, EVERYTHING, 20) == {}
    assert suspicions(Sight({}, {}, {}), EVERYTHING, 20) == {}


def test_as_many_as_usual_are_no_burst_and_one_more_are():
    assert suspicions(Sight({}, {}, {}, bound_lately=20), EVERYTHING, 20) == {}
    burst = suspicions(Sight({}, {}, {}, bound_lately=21), EVERYTHING, 20)
    assert burst == {"burst": {"bound": 21, "usual": 20}}


def test_an_ordinary_order_is_not_held_and_settles(sell, held, programme, chain, maker, settle):
    maker.receive(sell())
    settle()

    assert held() == []
    assert programme.money(chain.first).available == 2680


def test_a_delivery_to_the_distributors_address_is_held_until_it_is_released(
    suspicious, sell, held, programme, maker, settle, shop
):
    order, first = sell(), suspicious.first
    assert held() == [(first.id, "address", "open")]

    maker.receive(order)
    settle()
    assert programme.money(first).frozen == 2680
    assert programme.money(suspicious.second).available == 1340

    with shop.database.write() as session:
        release(session, order.id, first.id, actor=STAFF)
    settle(days=0)
    assert programme.money(first).available == 2680
    assert held() == [(first.id, "address", "released")]
    maker.check_books()


def test_a_delivery_to_the_distributors_phone_is_held(sell, held, chain, shop):
    with shop.database.write() as session:
        session.execute(
            sa.update(Member)
            .where(Member.id == chain.second.id)
            .values(phone=parse_phone(ADDRESS.phone))
        )
    sell()

    assert held() == [(chain.second.id, "phone", "open")]


def test_a_browser_that_both_used_is_held(sell, held, chain, shop):
    with shop.database.write() as session:
        share = create_share(session, chain.third.id, "store", "")
        for member in (chain.buyer, chain.third):
            session.add(
                ShareVisit(
                    share_id=share.id,
                    visitor=f"browser-{member is chain.buyer}",
                    member_id=member.id,
                    day=now().date(),
                    at=now(),
                )
            )
        session.add(
            ShareVisit(
                share_id=share.id,
                visitor="browser-True",
                member_id=chain.third.id,
                kind="scan",
                day=now().date(),
                at=now(),
            )
        )
    sell()

    assert held() == [(chain.third.id, "device", "open")]


def test_a_second_account_in_one_browser_is_held_where_that_is_watched(
    sell, held, chain, shop, sign_in
):
    for member in (chain.first, chain.buyer):
        sign_in(member).get("/me")
    with shop.database.write() as session:
        session.execute(sa.update(AuthSession).values(ip="203.0.113.9", user_agent="WeChat"))
    sell()
    assert held() == []

    shop.plugins.save_settings("distribution", {"watch_browser": True}, "test")
    sell()
    assert held() == [(chain.first.id, "browser", "open")]


def test_who_earn_on_each_other_are_held(programme, chain, make_order, transfer, sell, held):
    sell()
    programme.name(chain.buyer)
    transfer(chain.first, None)  # 甲 came through 乙
    transfer(chain.buyer, None)
    transfer(chain.first, chain.buyer)
    sell(chain.first)

    assert held() == [(chain.buyer.id, "loop", "open")]


def test_what_was_looked_at_is_not_looked_at_again(suspicious, sell, held, shop, programme):
    order = sell()
    with shop.database.write() as session:
        release(session, order.id, suspicious.first.id, actor=STAFF)
    with shop.database.write() as session:
        assert watch_batch(session, Watch(EVERYTHING, burst=0)) == 0

    assert held() == [(suspicious.first.id, "address", "released")]
    assert all(row.checked_at and not row.is_held for row in programme.rows())


def test_a_rejected_commission_goes_back_once_and_a_later_refund_takes_nothing_more(
    suspicious, sell, programme, maker, shop, outbox, settle
):
    order, first = sell(), suspicious.first
    with shop.database.write() as session:
        assert reject(session, order.id, first.id, actor=STAFF, note="自己下单") == 2680
    with pytest.raises(Conflict), shop.database.write() as session:
        reject(session, order.id, first.id, actor=STAFF, note="再来一次")
    with pytest.raises(Conflict), shop.database.write() as session:
        release(session, order.id, first.id, actor=STAFF)

    assert programme.accounts(first) == {}
    with shop.database.read() as session:
        assert -platform_balance(session, EXPENSE) == 1340 + 536
    maker.refund(order)
    outbox.drain()
    settle()
    assert programme.accounts(first) == {}
    (row,) = [each for each in programme.rows() if each.beneficiary_id == first.id]
    assert (row.reversed_fen, row.refunded_fen) == (2680, 26_800)  # told and taken in, not parked
    maker.check_books()


def test_what_a_refund_left_of_a_held_commission_is_taken_back(
    suspicious, make_order, outbox, run_job, maker, shop, programme
):
    order = make_order([("POT", 2, 26_800)], member=suspicious.buyer)
    outbox.drain()
    run_job("distribution.watch")
    maker.refund(order, {"POT": 1})
    outbox.drain()
    with shop.database.write() as session:
        assert reject(session, order.id, suspicious.first.id, actor=STAFF, note="x") == 2680

    assert programme.accounts(suspicious.first) == {}
    maker.check_books()


def test_a_rejection_needs_a_reason_and_something_that_is_held(suspicious, sell, shop, held):
    order = sell()
    with pytest.raises(InvalidInput), shop.database.write() as session:
        reject(session, order.id, suspicious.first.id, actor=STAFF, note="  ")
    with pytest.raises(NotFound), shop.database.write() as session:
        release(session, order.id, suspicious.second.id, actor=STAFF)

    assert held() == [(suspicious.first.id, "address", "open")]


def test_two_who_decide_at_once_decide_once(suspicious, sell, shop, programme, maker):
    order, barrier, answers = sell(), threading.Barrier(4), []

    def decide():
        barrier.wait()
        try:
            with shop.database.write() as session:
                taken = reject(session, order.id, suspicious.first.id, actor=STAFF, note="自己下单")
            answers.append(taken)
        except Conflict:
            answers.append(None)

    threads = [threading.Thread(target=decide) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers, key=str) == [2680, None, None, None]
    assert programme.accounts(suspicious.first) == {}
    maker.check_books()


def test_a_distributors_own_purchase_is_no_fraud(shop, chain, sell, held, programme):
    with shop.database.write() as session:
        publish(
            session,
            replace(current(session), self_purchase=SelfPurchase.SHIFT),
            actor=STAFF,
            actor_name="店主",
            acknowledged=True,
        )
    programme.name(chain.buyer)
    order = sell()

    assert programme.rows(order.id)[0].beneficiary_id == chain.buyer.id
    assert held() == []


def test_accounts_paid_out_to_the_same_number_are_held(shop, chain, sell, held, programme):
    with shop.database.write() as session:
        for member in (chain.buyer, chain.first):
            accrual._book(
                session,
                key=f"test:{member.id}",
                kind="test",
                reference="test",
                moves=[(member.id, None, "commission_available", 5000)],
                at=member.created_at,
            )
            request_payout(
                session,
                PayoutRequest(
                    member.id,
                    "commission_available",
                    "bank",
                    1000,
                    f"key-{member.id}",
                    {"number": "6222 0212 3456 7890"},
                ),
                settings=shop.settings(),
                check=shop.extensions().check,
                channels=("bank",),
            )
    sell()

    assert held() == [(chain.first.id, "account", "open")]


def test_a_payment_from_the_distributors_own_account_is_held(
    chain, make_order, maker, outbox, run_job, held
):
    for buyer, payer in ((chain.second, "oUser-2"), (chain.buyer, "OUSER-2")):
        maker.pay(make_order([POT], member=buyer, paid=False), payer=payer)
    outbox.drain()
    run_job("distribution.watch")

    assert held() == [(chain.second.id, "account", "open")]


@pytest.fixture
def merchant(make_staff, sign_in):
    return sign_in(make_staff(name="店主"), "staff")


def test_the_board_shows_each_case_with_its_reason_and_takes_decisions(
    suspicious, sell, merchant, held, programme, shop
):
    orders = [sell(), sell()]
    page = merchant.get(f"{ROOT}?lang=en").text
    assert "Delivered to the distributor’s address" in page
    assert all(order.order_no in page for order in orders)
    assert page.count("¥26.80") == 2

    cases = [f"{order.id}/{suspicious.first.id}" for order in orders]
    answer = merchant.post(
        f"{ROOT}?lang=en", data={"pick": cases[0], "do": "reject", "note": ""}, headers=OWN
    )
    assert (answer.status_code, "Please give a reason" in answer.text) == (422, True)
    unknown = {"pick": cases, "do": "x", "note": "本人"}
    assert merchant.post(ROOT, data=unknown, headers=OWN).status_code == 404
    wordy = {"pick": cases, "do": "reject", "note": "长" * 201}
    answer = merchant.post(ROOT, data=wordy, headers=OWN)
    assert (answer.status_code, answer.text.count(" checked")) == (422, 2)
    assert "长" * 201 in answer.text
    merchant.post(ROOT, data={"pick": cases[0], "do": "reject", "note": "本人"}, headers=OWN)
    merchant.post(ROOT, data={"pick": cases[1], "do": "release"}, headers=OWN)

    assert sorted(state for _, _, state in held()) == ["rejected", "released"]
    assert programme.money(suspicious.first).pending == 2680
    with shop.database.read() as session:
        assert count_cases(session) == {"rejected": 1, "released": 1}
        (case,), total = list_cases(session, state="rejected", reason="address", limit=10)
    assert (case.amount_fen, case.note, total) == (2680, "本人", 1)
    again = merchant.post(f"{ROOT}?lang=en", data={"pick": cases[1], "do": "release"}, headers=OWN)
    assert (again.status_code, "Somebody has decided" in again.text) == (409, True)
    with shop.database.read() as session:
        lines = list_audit(session, action="distribution.hold").items
    assert [(line.action, line.object_ref) for line in lines] == [
        ("distribution.hold.release", str(orders[1].id)),
        ("distribution.hold.reject", str(orders[0].id)),
    ]
    shown = merchant.get("/admin/audit?lang=en&action=distribution.hold.reject").text
    assert "本人" in shown
    assert orders[0].order_no in shown
    assert orders[1].order_no not in shown


def test_who_may_only_look_cannot_decide(suspicious, sell, make_staff, sign_in, held, shop):
    order = sell()
    with shop.database.write() as session:
        right = "distribution.view"
        role = create_role(session, name="看客", permissions=[right], extra=[right])
    onlooker = sign_in(make_staff(role.key), "staff")
    assert onlooker.get(ROOT).status_code == 200
    answer = onlooker.post(
        ROOT,
        data={"pick": f"{order.id}/{suspicious.first.id}", "do": "release"},
        headers=OWN,
    )

    assert answer.status_code == 403
    assert held() == [(suspicious.first.id, "address", "open")]
