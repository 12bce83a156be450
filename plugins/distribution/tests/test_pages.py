import itertools
import re

import pytest

from core.api.payouts import list_payouts
from core.members.services import erase_member
from plugins.distribution.rules import Joining
from plugins.distribution.services.distributors import DistributorState
from plugins.distribution.tests.conftest import ask_for


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url  # what pages ask both databases for is in the contract's and services' tests


ROOT = "/x/distribution/"
PAGES = (
    "",
    "ledger",
    "orders",
    "team",
    "customers",
    "products",
    "links",
    "ranking",
    "statements",
    "payouts",
    "withdraw",
    "rules",
)
OWN = {"Origin": "http://localhost"}


def post(browser, path, **form):
    return browser.post(path, data=form, headers=OWN)


@pytest.fixture
def earned(programme, chain, make_order, outbox, settle, maker):
    """Everybody of the chain has available commission and one more order on its way."""
    done = make_order([("POT", 1, 26_800)], member=chain.buyer)
    maker.receive(done)
    outbox.drain()
    settle()
    make_order([("CUP", 2, 5000)], member=chain.buyer)
    outbox.drain()
    return chain


def test_every_page_opens_for_a_distributor_in_both_languages(earned, sign_in):
    browser = sign_in(earned.first)

    for language in ("zh", "en"):
        for path in PAGES:
            page = browser.get(f"{ROOT}{path}?lang={language}")
            assert (path, page.status_code) == (path, 200)
            assert "%(" not in page.text


def test_every_page_opens_for_a_distributor_without_a_single_order(programme, make_member, sign_in):
    member = make_member("新人")
    programme.name(member)
    browser = sign_in(member)

    assert {path: browser.get(f"{ROOT}{path}").status_code for path in PAGES} == dict.fromkeys(
        PAGES, 200
    )


def test_the_heading_of_every_page_stands_in_its_main_part_and_none_is_skipped(
    earned, make_member, sign_in
):
    for reader, paths in ((earned.first, PAGES), (make_member("路人"), ("join", "rules"))):
        browser = sign_in(reader)
        for path in paths:
            body = browser.get(f"{ROOT}{path}").text.split('<div class="page')[1]
            assert "<header" not in body.split("<main")[0], path
            levels = [int(each) for each in re.findall(r"<h([1-6])[ >]", body)]
            steps = itertools.pairwise(levels)
            assert levels[0] == 1, path
            assert all(after <= before + 1 for before, after in steps), (path, levels)


def test_guests_are_led_to_sign_in(programme, client):
    for path in (*PAGES, "join"):
        answer = client.get(f"{ROOT}{path}")
        assert answer.status_code == 303
        assert answer.location.startswith("/signin?next=/x/distribution/")


def test_home_shows_money_by_state_and_explains_each_commission(earned, sign_in):
    page = sign_in(earned.first).get(f"{ROOT}?lang=en").text

    assert re.search(r"26<small>\.80</small>", page)  # available
    assert "10.00" in page  # on its way
    assert "programme version 1" in page
    assert "¥268.00" in page
    assert "买**" in page
    assert "买家" not in page
    assert "<svg" in page
    assert "<table" in page  # the chart's figures


def test_another_members_ledger_is_not_shown(earned, programme, sign_in):
    programme.name(earned.buyer)
    page = sign_in(earned.buyer).get(f"{ROOT}ledger?lang=en").text

    assert "No commission yet" in page


def test_the_ledger_shows_what_refunds_took_back(
    programme, chain, make_order, maker, outbox, sign_in
):
    order = make_order([("CUP", 2, 5000)], member=chain.buyer)
    maker.refund(order, {"CUP": 1})
    outbox.drain()
    browser = sign_in(chain.first)

    page = browser.get(f"{ROOT}ledger?lang=en&state=reversed").text
    assert "Taken back after a refund" in page
    assert "-5.00" in page
    assert "Nothing in this state" in browser.get(f"{ROOT}ledger?lang=en&state=available").text


def test_markup_in_a_nickname_stays_text(programme, make_member, make_order, outbox, sign_in):
    upline = make_member("<b>甲")
    programme.name(upline)
    buyer = make_member("<script>", referrer=upline)
    make_order([("CUP", 1, 5000)], member=buyer)
    outbox.drain()

    for path in ("", "team", "orders"):
        page = sign_in(upline).get(f"{ROOT}{path}").text
        assert "<b>甲" not in page
        assert "<script>*" not in page


def test_the_team_is_counted_by_level_and_masked(chain, sign_in):
    page = sign_in(chain.third).get(f"{ROOT}team?lang=en&level=2").text

    assert "甲**" in page
    assert re.findall(r'<small class="num">(\d+)</small>', page) == ["1", "1", "1"]


def test_an_erased_member_stays_in_the_team_without_a_name(shop, chain, make_member, sign_in):
    left = make_member("王二", referrer=chain.first)
    with shop.database.write() as session:
        erase_member(session, left.id)

    assert "<b>Erased member</b>" in sign_in(chain.first).get(f"{ROOT}team?lang=en").text


def test_a_plan_of_two_levels_shows_two(programme, chain, sign_in):
    programme.publish(1000, 500)
    page = sign_in(chain.third).get(f"{ROOT}team?level=3").text

    assert re.findall(r'href="/x/distribution/team\?level=(\d)"', page) == ["1", "2"]


def test_rates_that_the_limit_cuts_are_shown_as_they_are_paid(programme, chain, sign_in):
    programme.publish(4000, 2000, pool_bps=3000)  # paid: 20 % and 10 %
    browser = sign_in(chain.first)

    for path in ("", "rules", "join"):
        page = browser.get(f"{ROOT}{path}", follow_redirects=True).text
        assert "20%" in page, path
        assert "40%" not in page, path


def test_products_tell_what_sharing_would_earn(programme, chain, make_product, sign_in):
    make_product("茶壶", skus=[("POT", 26_800, 5)])

    assert "¥26.80" in sign_in(chain.first).get(f"{ROOT}products").text


def test_joining_needs_the_tick(programme, make_member, sign_in):
    browser = sign_in(make_member("新人"))

    refused = post(browser, f"{ROOT}join?lang=en")
    assert refused.status_code == 422
    assert "Please read the rules" in refused.text

    version = re.search(r'name="rules" value="([^"]+)"', refused.text).group(1)
    joined = post(browser, f"{ROOT}join", rules=version)
    assert joined.location == ROOT
    assert browser.get(ROOT).status_code == 200


def test_an_application_waits_is_refused_with_a_reason_and_may_come_again(
    programme, shop, make_member, sign_in
):
    programme.publish(1000, joining=Joining.APPLICATION)
    member = make_member("新人")
    browser = sign_in(member)
    assert browser.get(ROOT).location == f"{ROOT}join"

    post(browser, f"{ROOT}join", rules="2026-01", real_name="张三", note="我在茶友群里")
    assert "商家" in browser.get(f"{ROOT}join").text
    assert browser.get(ROOT).location == f"{ROOT}join"

    programme.move(member, DistributorState.REJECTED, "资料不全")
    assert "资料不全" in browser.get(f"{ROOT}join").text

    post(browser, f"{ROOT}join", rules="2026-01", real_name="张三", note="补充了")
    programme.move(member, DistributorState.ACTIVE)
    assert browser.get(ROOT).status_code == 200


def test_a_long_note_is_refused_and_kept(programme, make_member, sign_in):
    programme.publish(1000, joining=Joining.APPLICATION)
    browser = sign_in(make_member("新人"))

    answer = post(browser, f"{ROOT}join", rules="2026-01", real_name="张三", note="长" * 201)

    assert answer.status_code == 422
    assert "长" * 201 in answer.text


def test_a_frozen_distributor_sees_why_and_cannot_share(earned, programme, sign_in):
    programme.move(earned.first, DistributorState.FROZEN, "刷单")
    browser = sign_in(earned.first)

    assert "刷单" in browser.get(ROOT).text
    assert browser.get(f"{ROOT}products").location == f"{ROOT}join"
    assert "刷单" in browser.get(f"{ROOT}join").text
    refused = post(browser, f"{ROOT}join?lang=en", rules="2026-01")
    assert refused.status_code == 422


def test_leaving_needs_a_tick_and_keeps_the_money(earned, programme, sign_in):
    browser = sign_in(earned.first)

    post(browser, f"{ROOT}leave")
    assert browser.get(ROOT).status_code == 200
    post(browser, f"{ROOT}leave", sure="1")
    assert browser.get(ROOT).location == f"{ROOT}join"
    assert programme.money(earned.first).available == 2680
    assert "26.80" in browser.get(f"{ROOT}withdraw").text


def test_where_the_store_chooses_nobody_can_ask(programme, make_member, sign_in):
    programme.publish(1000, joining=Joining.DESIGNATED)
    browser = sign_in(make_member("新人"))

    assert "<form" not in browser.get(f"{ROOT}join").text.partition('<main id="main"')[2]
    assert post(browser, f"{ROOT}join", rules="2026-01").status_code == 422
    assert "dist-entry" not in browser.get("/me").text


def test_a_payout_is_asked_for_and_followed_step_by_step(earned, programme, shop, maker, sign_in):
    browser = sign_in(earned.first)
    form = browser.get(f"{ROOT}withdraw?lang=en").text
    key = re.search(r'name="request_key" value="([^"]+)"', form).group(1)

    typed = {"amount": "20.00", "channel": "wallet", "request_key": key, "net_fen": "2000"}
    asked = post(browser, f"{ROOT}withdraw", **typed)
    again = post(browser, f"{ROOT}withdraw", **typed)
    assert asked.location == again.location
    assert programme.accounts(earned.first)["commission_reserved"] == 2000
    assert "Being reviewed" in browser.get(asked.location).text

    with shop.database.read() as session:
        (payout,) = list_payouts(session, member_id=earned.first.id)
    maker.approve_payout(payout.id)
    page = browser.get(asked.location).text
    assert "Paid out" in page
    assert page.count("<time") >= 2
    assert programme.accounts(earned.first)["wallet"] == 2000
    assert sign_in(earned.second).get(asked.location).status_code == 404


def test_a_payout_that_cannot_be_is_refused_and_keeps_what_was_typed(earned, programme, sign_in):
    browser = sign_in(earned.first)

    for amount in ("999999", "0", "-5", "zwölf", "1.234", "26.81"):
        answer = post(browser, f"{ROOT}withdraw", amount=amount, request_key="k")
        assert (amount, answer.status_code) == (amount, 422)
        assert f'value="{amount}"' in answer.text
        assert 'aria-invalid="true"' in answer.text
    assert "commission_reserved" not in programme.accounts(earned.first)


def test_a_rejected_payout_gives_the_money_back_and_says_why(
    earned, programme, shop, maker, sign_in
):
    maker.settings(payout_fee_fen=20)
    payout = ask_for(shop, earned.first, 1000)
    browser = sign_in(earned.first)
    assert "You get" in browser.get(f"{ROOT}payouts/{payout.id}?lang=en").text
    maker.reject_payout(payout.id, "账户核对中")

    page = browser.get(f"{ROOT}payouts/{payout.id}?lang=en").text
    assert "账户核对中" in page
    assert "All of it is back in what is ready to withdraw" in page
    assert "9.80" not in page  # what would have arrived
    assert programme.money(earned.first).available == 2680


def test_get_changes_nothing(earned, programme, sign_in):
    browser = sign_in(earned.first)
    before = programme.accounts(earned.first)

    for path in ("withdraw?amount=10", "join", "leave", "rules"):
        browser.get(f"{ROOT}{path}")

    assert programme.accounts(earned.first) == before


def test_home_sends_the_same_statements_for_few_and_many_commissions(
    programme, chain, make_order, outbox, sign_in, count_statements
):
    browser = sign_in(chain.first)
    sent = []
    for _ in range(2):
        for _ in range(4):
            make_order([("POT", 1, 26_800)], member=chain.buyer)
        outbox.drain()
        browser.get(ROOT)
        with count_statements() as counted:
            browser.get(ROOT)
        sent.append(len(counted))

    assert sent[0] == sent[1] <= 12


def test_whose_name_begins_with_a_digit_stands_in_the_team_with_an_icon(
    chain, make_member, sign_in
):
    make_member("138****0000", referrer=chain.first)

    team = sign_in(chain.first).get("/x/distribution/team").text
    pictures = re.findall(r'<span class="dist-av sm"[^>]*>(.*?)</span>', team)
    assert sorted("<svg" in each for each in pictures) == [False, True]
