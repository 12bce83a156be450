import html

import pytest

from core.api.sharing import referral_of
from plugins.distribution.rules import Joining
from plugins.distribution.services.distributors import DistributorState, apply, states_of
from plugins.distribution.services.programmes import current


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url  # what pages ask both databases for is in the contract's and services' tests


ROOT = "/admin/x/distribution"
OWN = {"Origin": "http://localhost"}


@pytest.fixture
def merchant(make_staff, sign_in):
    return sign_in(make_staff(name="店主"), "staff")


def post(browser, path, **form):
    return browser.post(f"{ROOT}{path}?lang=en", data=form, headers=OWN)


def plan_now(shop):
    with shop.database.read() as session:
        return current(session)


def state_of(shop, member):
    with shop.database.read() as session:
        return states_of(session, [member.id]).get(member.id)


def audited(merchant):
    return merchant.get("/admin/audit?lang=en").text


def test_every_page_opens_in_both_languages_with_and_without_trade(
    shop, merchant, programme, chain, make_order, outbox
):
    for _ in range(2):
        for path in ("", "/plan", "/distributors", "/tree", "/commissions", "/fraud"):
            for language in ("zh", "en"):
                page = merchant.get(f"{ROOT}{path}?lang={language}")
                assert (path, page.status_code) == (path, 200)
                assert "%(" not in page.text
        make_order([("POT", 1, 26_800)], member=chain.buyer)
        outbox.drain()


def test_applications_are_approved_and_refused_with_a_reason(shop, merchant, make_member):
    first, second = make_member("甲"), make_member("乙")
    with shop.database.write() as session:
        for member in (first, second):
            apply(session, member.id, Joining.APPLICATION, note="想加入")

    page = merchant.get(f"{ROOT}/distributors?lang=en&state=applied").text
    assert "想加入" in page
    assert "甲" in page
    post(merchant, f"/distributors/{first.id}/activate")
    post(merchant, f"/distributors/{second.id}/reject")
    assert state_of(shop, second) == "applied"  # no reason, no refusal
    post(merchant, f"/distributors/{second.id}/reject", reason="资料不全")

    assert state_of(shop, first) == "active"
    assert state_of(shop, second) == "rejected"
    assert "distribution.distributor.rejected" in audited(merchant)


def test_a_distributor_is_frozen_with_a_reason_and_unfrozen(shop, programme, merchant, make_member):
    member = make_member("甲")
    programme.name(member)

    post(merchant, f"/distributors/{member.id}/freeze", reason="刷单", state="active")
    assert state_of(shop, member) == "frozen"
    assert "刷单" in merchant.get(f"{ROOT}/distributors").text
    own = f"{ROOT}/distributors/{member.id}"
    assert f'action="{own}/activate"' in merchant.get(own).text
    answer = post(merchant, f"/distributors/{member.id}/activate", page="one")
    assert answer.location == own
    assert state_of(shop, member) == "active"
    assert f'action="{own}/freeze"' in merchant.get(own).text


def test_staff_move_nobody_below_a_frozen_distributor(shop, programme, merchant, make_member):
    frozen, other = make_member("甲"), make_member("乙")
    member = make_member("丙", referrer=other)
    programme.name(member, frozen)
    programme.move(frozen, DistributorState.FROZEN, "刷单")
    path = f"/admin/members/{member.id}/referral/transfer"
    look = merchant.get(f"{path}?to={frozen.id}&lang=en").text
    assert "This distributor is frozen." in html.unescape(look)

    answer = merchant.post(path, data={"to": str(frozen.id), "reason": "x"}, headers=OWN)
    assert answer.status_code == 422
    with shop.database.read() as session:
        assert referral_of(session, member.id).referrer_id == other.id

    programme.move(frozen, DistributorState.ACTIVE)
    answer = merchant.post(path, data={"to": str(frozen.id), "reason": "x"}, headers=OWN)
    assert answer.status_code == 303  # a distributor is bound again by staff, not by a click
    with shop.database.read() as session:
        assert referral_of(session, member.id).referrer_id == frozen.id


def test_a_move_that_does_not_exist_is_refused(shop, programme, merchant, make_member):
    member = make_member("甲")
    programme.name(member)

    refused = post(merchant, f"/distributors/{member.id}/reject", reason="x")
    assert refused.status_code == 409
    assert "somebody was faster" in refused.text
    assert post(merchant, f"/distributors/{member.id}/sing").status_code == 404
    assert post(merchant, "/distributors/nobody/activate").status_code == 404
    assert post(merchant, f"/distributors/{make_member('乙').id}/activate").status_code == 404
    assert state_of(shop, member) == "active"


def test_a_member_is_named_by_phone(shop, merchant, make_member):
    member = make_member("甲", phone="+8613912345678")

    assert post(merchant, "/distributors", phone="139 0000 0000").status_code == 404
    assert post(merchant, "/distributors", phone="no phone").status_code == 422
    assert post(merchant, "/distributors", phone="139 1234 5678").status_code == 303
    assert state_of(shop, member) == "active"


def test_distributors_are_found_by_name_and_phone(merchant, programme, make_member):
    member = make_member("沈拾光", phone="+8613912345678")
    programme.name(member, make_member("顾南枝"))

    for words in ("沈拾", "12345678"):
        page = merchant.get(f"{ROOT}/distributors?q={words}").text
        assert "沈拾光" in page
        assert "顾南枝" not in page


def test_the_order_page_shows_who_earns_what(merchant, programme, chain, make_order, outbox):
    order = make_order([("POT", 1, 26_800)], member=chain.buyer)
    outbox.drain()

    page = merchant.get(f"/admin/orders/{order.order_no}?lang=en").text
    for text in ("Commissions", "¥26.80", "¥13.40", "¥5.36", "plan version 1"):
        assert text in page


def test_dashboard_and_member_list_speak_of_distribution(
    merchant, shop, programme, chain, make_member, make_order, outbox
):
    make_order([("POT", 1, 26_800)], member=chain.buyer)
    outbox.drain()
    member = make_member("新人")
    with shop.database.write() as session:
        apply(session, member.id, Joining.APPLICATION)

    page = merchant.get("/admin/?lang=en").text
    assert "Sales by distribution" in page
    assert "¥268" in page
    assert "Distributors to review" in page
    members = merchant.get("/admin/members?lang=en").text
    assert "Distributor" in members
    assert "Waits for review" in members


@pytest.mark.parametrize("role", ["clerk", "finance"])
def test_staff_without_the_right_see_and_change_nothing(
    shop, programme, make_staff, sign_in, make_member, role
):
    browser = sign_in(make_staff(role), "staff")
    member = make_member("甲")

    assert browser.get(ROOT).status_code == 403
    assert post(browser, "/plan", name="春茶").status_code == 403
    assert post(browser, f"/distributors/{member.id}/activate").status_code == 403
    assert post(browser, "/commissions.csv").status_code == 403
    assert plan_now(shop).version == 1


def test_a_request_from_another_site_changes_nothing(shop, merchant):
    answer = merchant.post(
        f"{ROOT}/plan/publish",
        data={"seen_version": "0", "summary": "x"},
        headers={"Origin": "http://evil.example"},
    )

    assert answer.status_code == 403
    assert plan_now(shop).version == 0


def test_designation_reaches_every_state(programme, shop, make_member):
    member = make_member("甲")
    programme.name(member)
    programme.move(member, DistributorState.LEFT)
    programme.name(member)

    assert state_of(shop, member) == "active"
