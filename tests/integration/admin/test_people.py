"""Members, referrals and payouts as staff look after them."""

import json
import re
from dataclasses import replace

import pytest
import sqlalchemy as sa

from core.ledger.rules import declare_kind, member_owner
from core.ledger.services import balance, book
from core.ledger.types import Leg
from core.payouts.models import Payout
from core.payouts.rules import declare_payable
from core.payouts.services import request_payout
from core.payouts.types import PayoutRequest
from core.sharing.services import bind, chain_of
from core.staff.models import AuditEntry, Staff
from tests.integration.admin.conftest import said

SOURCE, RESERVED, PAID = "admin_test_available", "admin_test_reserved", "admin_test_paid"
for kind in (SOURCE, RESERVED, PAID):
    declare_kind(kind, guarded=True)
declare_payable(SOURCE, RESERVED, PAID)


@pytest.fixture
def ask(shop):
    """A member asks for a payout to the wallet: ``ask(member, 5000)``; returns its id."""

    def request(member, amount_fen: int):
        owner = member_owner(member.id)
        with shop.database.write() as session:
            book(
                session,
                key=f"test:{member.id}:{amount_fen}",
                kind="test",
                reference="test",
                actor="test",
                legs=[Leg("platform", "test", -amount_fen), Leg(owner, SOURCE, amount_fen)],
            )
            return request_payout(
                session,
                PayoutRequest(member.id, SOURCE, "wallet", amount_fen, f"r{amount_fen}"),
                settings=shop.settings(),
                check=shop.plugins.check,
            ).id

    return request


@pytest.fixture
def held(shop):
    """Balance of a member's account: ``held(member, "wallet")``."""

    def read(member, kind: str) -> int:
        with shop.database.read() as session:
            return balance(session, member_owner(member.id), kind)

    return read


def test_a_payout_is_approved_into_the_wallet_or_rejected_with_a_reason(
    open_admin, admin, maker, ask, held
):
    member = maker.member("小山")
    first, second = ask(member, 5000), ask(member, 7000)
    page = admin.page("/admin/payouts")
    assert page.index("¥50.00") < page.index("¥70.00")
    admin.done(f"/admin/payouts/{first}/approve")
    assert held(member, "wallet") == 5000
    admin.refused(f"/admin/payouts/{second}/reject", {"reason": ""})
    admin.done(f"/admin/payouts/{second}/reject", {"reason": "资料不全"})
    assert held(member, SOURCE) == 7000
    assert "资料不全" in admin.page(f"/admin/payouts/{second}")
    assert admin.post(f"/admin/payouts/{second}/approve").status_code == 409
    maker.check_books()


def test_a_payout_decided_before_is_not_decided_again_and_nobody_is_told_it_was(
    shop, admin, maker, ask
):
    member = maker.member("小山")
    first, second = ask(member, 5000), ask(member, 7000)
    admin.done(f"/admin/payouts/{first}/approve")
    admin.done(f"/admin/payouts/{second}/reject", {"reason": "资料不全"})
    again = said(admin.done(f"/admin/payouts/{first}/approve"))
    assert "had been approved before; nothing was to do" in again
    again = said(admin.done(f"/admin/payouts/{second}/reject", {"reason": "再来"}))
    assert "had been declined before; nothing was to do" in again
    form = {"pick": [str(first)], "do": "approve"}
    assert "Nothing was to do" in admin.refused("/admin/payouts/bulk", form, status=409)
    with shop.database.read() as session:
        lines = session.scalars(
            sa.select(AuditEntry.action)
            .where(AuditEntry.action.like("payout.%"))
            .order_by(AuditEntry.id)
        ).all()
    assert lines == ["payout.approve", "payout.reject"]


def test_staff_do_not_decline_what_they_asked_for_themselves(shop, admin, maker, ask):
    payout_id = ask(maker.member("小山"), 5000)
    with shop.database.write() as session:
        me = session.scalars(sa.select(Staff.id)).one()
        session.execute(
            sa.update(Payout).where(Payout.id == payout_id).values(requested_by=f"staff:{me}")
        )
    refusal = admin.refused(f"/admin/payouts/{payout_id}/reject", {"reason": "x"}, status=403)
    assert "Somebody else has to review this payout." in said(refusal)


def test_several_payouts_are_reviewed_at_once(admin, maker, ask, held):
    people = [maker.member() for _ in range(3)]
    payouts = [ask(member, 1000 + place) for place, member in enumerate(people)]
    picks = [str(each) for each in payouts]
    page = admin.refused("/admin/payouts/bulk", {"pick": picks, "do": "reject", "reason": ""})
    assert "the members read it" in said(page)
    page = admin.done("/admin/payouts/bulk", {"pick": picks[:2], "do": "approve"})
    assert "Payouts approved: 2." in page
    admin.done("/admin/payouts/bulk", {"pick": picks[2:], "do": "reject", "reason": "再议"})
    assert [held(member, "wallet") for member in people] == [1000, 1001, 0]


def test_the_history_of_a_referral_says_in_the_readers_language_how_it_came_about(
    shop, open_admin, maker
):
    referrer, member = maker.member("顶"), maker.member("小山")
    with shop.database.write() as session:
        bind(session, member.id, referrer.id, reason="registration")
    page = open_admin(language="zh").page(f"/admin/members/{member.id}/referral")
    assert "注册" in said_in_history(page)
    assert "registration" not in page


def said_in_history(page: str) -> str:
    """The text of the timeline."""
    return page.partition('class="timeline"')[2].partition("</ol>")[0]


def test_a_member_is_moved_to_another_referrer_after_a_look(shop, admin, maker):
    top, old, new = maker.member("顶"), maker.member("旧"), maker.member("新")
    middle = maker.member("中", referrer=top)
    member = maker.member("小山", referrer=old)
    below = maker.member("下", referrer=member)
    path = f"/admin/members/{member.id}/referral/transfer"
    page = admin.page(f"{path}?q=中")
    assert f"to={middle.id}" in page
    page = admin.page(f"{path}?to={middle.id}")
    assert re.search(r"From now on.*?中.*?顶", page, re.DOTALL)
    assert "1 member below" in page
    page = admin.refused(path, {"to": str(middle.id), "reason": ""})
    assert "1 member below" in page
    admin.done(path, {"to": str(middle.id), "reason": "客服登记错误"})
    with shop.database.read() as session:
        assert [each for _, each in chain_of(session, below.id)] == [member.id, middle.id, top.id]
    page = admin.refused(path, {"to": str(below.id), "reason": "圈"})
    assert "circle" in said(page)
    look = admin.page(f"{path}?to={below.id}")
    assert "circle" in said(look)
    assert 'name="seen"' not in look
    assert "客服登记错误" in admin.page(f"/admin/members/{member.id}/referral")
    admin.done(f"/admin/members/{member.id}/referral/lock", {"lock-reason": "x", "do": "lock"})
    assert "locked" in said(admin.refused(path, {"to": str(new.id), "reason": "y"}))


def test_a_member_whom_somebody_moved_meanwhile_is_looked_at_again(shop, admin, maker):
    old, new, other = maker.member("旧"), maker.member("新"), maker.member("别")
    member = maker.member("小山", referrer=old)
    path = f"/admin/members/{member.id}/referral/transfer"
    assert f'name="seen" value="{old.id}"' in admin.page(f"{path}?to={new.id}")
    maker.transfer(member, other)
    form = {"to": str(new.id), "reason": "登记错误", "seen": str(old.id)}
    page = admin.refused(path, form, status=409)
    assert "has changed meanwhile" in said(page)
    assert f'name="seen" value="{other.id}"' in page
    with shop.database.read() as session:
        assert chain_of(session, member.id) == ((1, other.id),)
    admin.done(path, {**form, "seen": str(other.id)})
    with shop.database.read() as session:
        assert chain_of(session, member.id) == ((1, new.id),)


def test_a_blocked_member_is_signed_out_and_can_come_back(admin, maker, sign_in):
    member = maker.member("小山", phone="+8613800001234")
    shopper = sign_in(member)
    path = f"/admin/members/{member.id}"
    admin.refused(f"{path}/block", {"block-reason": ""})
    admin.done(f"{path}/block", {"block-reason": "刷单"})
    assert shopper.get("/me/orders").status_code in (302, 303)
    assert "刷单" in admin.page(f"/admin/audit?q={member.id}")
    assert "may sign in again" in admin.done(f"{path}/unblock")


def test_following_is_played_in_a_sandbox_alone(shop, admin, maker, monkeypatch):
    path = f"/admin/members/{maker.member('小山').id}"
    assert "follows the shop now" in admin.done(f"{path}/follow", {"do": "follow"})
    assert "Nothing was different" in admin.done(f"{path}/follow", {"do": "follow"})
    assert "has left" in admin.done(f"{path}/follow", {"do": "leave"})
    monkeypatch.setattr(shop, "config", replace(shop.config, is_sandbox=False))
    assert admin.post(f"{path}/follow", {"do": "follow"}).status_code == 403
    assert "Follows the shop" not in admin.page(path)


def test_personal_data_are_handed_out_and_erased_on_request(admin, maker):
    member = maker.member("小山", phone="+8613800001234")
    path = f"/admin/members/{member.id}"
    found = json.loads(admin.post(f"{path}/export").get_data(as_text=True))
    assert found["member"]["phone"] == "+8613800001234"
    admin.refused(f"{path}/erase", {"erase-reason": "本人要求"})
    page = admin.done(f"{path}/erase", {"erase-reason": "本人要求", "erase-is_sure": "y"})
    assert "13800001234" not in page
    assert "Erased" in page


def test_members_with_work_under_way_are_not_erased(admin, maker):
    member = maker.member("小山")
    maker.order(member=member)
    path = f"/admin/members/{member.id}"
    sent = {"erase-reason": "本人要求", "erase-is_sure": "y"}
    assert admin.post(f"{path}/erase", sent).status_code == 422
    assert "小山" in admin.page(path)


@pytest.mark.parametrize("to", ["no-such-id", "00000000-0000-7000-8000-000000000000"])
def test_nobody_is_moved_to_somebody_who_does_not_exist(shop, admin, maker, to):
    top = maker.member("顶")
    member = maker.member("中", referrer=top)
    path = f"/admin/members/{member.id}/referral/transfer"
    form = {"to": to, "reason": "x"}
    for answer in (admin.get(f"{path}?to={to}"), admin.post(path, form)):
        assert answer.status_code == 404
        assert "There is no such member." in answer.get_data(as_text=True)
    with shop.database.read() as session:
        assert chain_of(session, member.id) == ((1, top.id),)


def test_members_are_found_by_part_of_their_phone_and_exported(admin, maker):
    maker.member("小山", phone="+8613800001234")
    maker.member("大海", phone="+8613900005678")
    page = admin.page("/admin/members?q=0000123")
    assert "小山" in page
    assert "大海" not in page
    export = admin.post("/admin/members/export.csv").get_data(as_text=True)
    assert "'+8613800001234" in export
