import csv
import io

import pytest

from plugins.distribution.rules import Joining
from plugins.distribution.services.distributors import DistributorState, apply, states_of
from plugins.distribution.services.programmes import NOTICE_VERSION, current, history

ROOT = "/admin/x/distribution"
OWN = {"Origin": "http://localhost"}
TWO = {"depth": "2", "rate1": "12", "rate2": "6", "pool": "25", "joining": "open"}
THREE = {"depth": "3", "rate1": "10", "rate2": "5", "rate3": "2", "pool": "30", "joining": "open"}


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
        for path in ("", "/plan", "/distributors", "/commissions"):
            for language in ("zh", "en"):
                page = merchant.get(f"{ROOT}{path}?lang={language}")
                assert (path, page.status_code) == (path, 200)
                assert "%(" not in page.text
        make_order([("POT", 1, 26_800)], member=chain.buyer)
        outbox.drain()


def test_a_plan_is_published_for_new_orders_and_audited(shop, merchant):
    answer = post(merchant, "/plan", do="publish", seen_version="0", **TWO)

    assert answer.status_code == 303
    plan = plan_now(shop)
    assert (plan.version, plan.default_plan.rate.levels, plan.default_plan.pool_bps) == (
        1,
        (1200, 600, 0),
        2500,
    )
    assert "distribution.plan.publish" in audited(merchant)


def test_the_example_is_worked_out_without_publishing(shop, merchant):
    page = post(merchant, "/plan", do="example", seen_version="0", base="1000", **TWO)

    assert page.status_code == 200
    assert "¥120.00" in page.text
    assert "¥820.00" in page.text
    assert plan_now(shop).version == 0


def test_rates_above_the_limit_are_taken_with_a_warning_that_says_what_is_really_paid(
    shop, merchant
):
    capped = {**TWO, "rate1": "20", "rate2": "10", "pool": "10"}
    warning = {
        "en": "The levels together are set to 30%, above the limit of 10%.",
        "zh": "各级比例合计 30%，超过上限 10%。",
    }
    draft = post(merchant, "/plan", do="example", seen_version="0", base="1000", **capped).text
    assert warning["en"] in draft
    assert "<s>20%</s> 6.67%" in draft
    assert "<s>10%</s> 3.33%" in draft
    assert "¥66.67" in draft

    assert post(merchant, "/plan", do="publish", seen_version="0", **capped).status_code == 303
    for language, sentence in warning.items():
        assert sentence in merchant.get(f"{ROOT}/plan?lang={language}").text
    post(merchant, "/plan", do="publish", seen_version="1", **TWO)
    for language, sentence in warning.items():
        assert sentence[:8] not in merchant.get(f"{ROOT}/plan?lang={language}").text


def test_three_levels_need_the_tick_below_the_legal_notice(shop, merchant):
    refused = post(merchant, "/plan", do="publish", seen_version="0", **THREE)
    assert refused.status_code == 422
    assert "Three levels need your confirmation" in refused.text
    assert "State Council Order No. 444" in refused.text
    assert 'value="2"' in refused.text  # the third rate is still there
    assert plan_now(shop).version == 0

    post(merchant, "/plan", do="publish", seen_version="0", acknowledged="y", **THREE)
    assert plan_now(shop).depth == 3
    for language, field in (("en", "Acknowledged notice"), ("zh", "已确认的须知")):
        page = merchant.get(f"/admin/audit?lang={language}").text
        assert f"{field}</th><td></td><td><ins>{NOTICE_VERSION}</ins>" in page

    # the same person is not asked again; another one is
    assert "You have confirmed this notice" in merchant.get(f"{ROOT}/plan?lang=en").text
    post(merchant, "/plan", do="publish", seen_version="1", **{**THREE, "rate1": "9"})
    assert plan_now(shop).version == 2


def test_another_person_has_to_confirm_for_themselves(merchant, make_staff, sign_in, shop):
    post(merchant, "/plan", do="publish", seen_version="0", acknowledged="y", **THREE)
    other = sign_in(make_staff(name="副手"), "staff")

    assert post(other, "/plan", do="publish", seen_version="1", **THREE).status_code == 422
    assert plan_now(shop).version == 1


def test_wrong_plans_are_refused_at_their_field_and_keep_what_was_typed(shop, merchant):
    for change in ({"rate1": "120"}, {"rate2": "x"}, {"pool": "0"}, {"depth": "4"}):
        page = post(merchant, "/plan", do="publish", seen_version="0", **{**TWO, **change})
        assert (change, page.status_code) == (change, 422)
        assert 'class="error"' in page.text
    assert plan_now(shop).version == 0


def test_a_plan_published_meanwhile_is_not_run_over(shop, merchant):
    post(merchant, "/plan", do="publish", seen_version="0", **TWO)
    stale = post(merchant, "/plan", do="publish", seen_version="0", **{**TWO, "rate1": "1"})

    assert stale.status_code == 409
    assert "Somebody else published a plan" in stale.text
    with shop.database.read() as session:
        assert [each.programme.default_plan.rate.levels[0] for each in history(session)] == [1200]


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
    post(merchant, f"/distributors/{member.id}/activate")
    assert state_of(shop, member) == "active"


def test_a_move_that_does_not_exist_is_refused(shop, programme, merchant, make_member):
    member = make_member("甲")
    programme.name(member)

    refused = post(merchant, f"/distributors/{member.id}/reject", reason="x")
    assert refused.status_code == 409
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


def test_commissions_are_narrowed_and_downloaded_without_formulas(
    merchant, programme, make_member, make_order, outbox, maker
):
    upline = make_member("=cmd()")
    programme.name(upline)
    order = make_order([("CUP", 2, 5000)], member=make_member("买家", referrer=upline))
    outbox.drain()
    maker.refund(order, {"CUP": 1})
    outbox.drain()

    assert order.order_no in merchant.get(f"{ROOT}/commissions?q={order.order_no}").text
    assert order.order_no not in merchant.get(f"{ROOT}/commissions?state=available").text
    assert order.order_no not in merchant.get(f"{ROOT}/commissions?q=nobody").text

    download = merchant.get(f"{ROOT}/commissions.csv?state=reversed&lang=en")
    assert download.headers["Content-Disposition"].endswith('"commissions.csv"')
    heads, row = csv.reader(io.StringIO(download.text.lstrip("\ufeff")))
    shown = dict(zip(heads, row, strict=True))
    assert shown["Distributor"] == "'=cmd()"
    assert (shown["Commission"], shown["Taken back"], shown["Left"]) == ("10.00", "5.00", "5.00")
    assert "distribution.commissions.export" in audited(merchant)


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
    assert post(browser, "/plan", do="publish", seen_version="1", **TWO).status_code == 403
    assert post(browser, f"/distributors/{member.id}/activate").status_code == 403
    assert browser.get(f"{ROOT}/commissions.csv").status_code == 403
    assert plan_now(shop).version == 1


def test_a_request_from_another_site_changes_nothing(shop, merchant):
    answer = merchant.post(
        f"{ROOT}/plan",
        data={"do": "publish", "seen_version": "0", **TWO},
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
