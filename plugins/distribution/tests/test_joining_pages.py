"""Each way of joining and each state, as the phone shows it."""

import re
from dataclasses import replace
from uuid import UUID

import pytest

from plugins.distribution.models import Distributor
from plugins.distribution.rules import Condition, Grade, Joining, Measure
from plugins.distribution.services import grades
from plugins.distribution.services.distributors import RULES_VERSION, DistributorState
from plugins.distribution.services.programmes import current
from plugins.distribution.tests.conftest import STAFF


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url  # what pages ask both databases for is in the contract's and services' tests


ROOT = "/x/distribution/"
OWN = {"Origin": "http://localhost"}
SILVER, GOLD = UUID(int=1), UUID(int=2)


def post(browser, path, **form):
    return browser.post(f"{ROOT}{path}", data=form, headers=OWN)


def read(browser, path, language="en"):
    page = browser.get(f"{ROOT}{path}?lang={language}")
    assert page.status_code == 200
    assert "%(" not in page.text
    return page.text


def row_of(shop, member):
    with shop.database.read() as session:
        return session.get(Distributor, member.id)


def test_who_applies_gives_a_name_and_sees_the_phone_masked(shop, programme, make_member, sign_in):
    programme.change(joining=Joining.APPLICATION)
    member = make_member("甲", phone="+8613912345678")
    browser = sign_in(member)

    form = read(browser, "join")
    assert "139****5678" in form
    assert "13912345678" not in form
    missing = post(browser, "join", rules=RULES_VERSION, note="在小区群分享")
    assert missing.status_code == 422
    assert "在小区群分享" in missing.text
    assert f'name="rules" value="{RULES_VERSION}" checked' in missing.text
    assert post(browser, "join", real_name="张三", note="在小区群分享").status_code == 422
    assert row_of(shop, member) is None

    post(browser, "join", rules=RULES_VERSION, real_name="张三", note="在小区群分享")
    waiting = read(browser, "join")
    assert "张三" in waiting
    assert "Withdraw the application" in waiting
    assert 'name="rules"' not in waiting


def test_an_application_can_be_withdrawn_and_sent_again(shop, programme, make_member, sign_in):
    programme.change(joining=Joining.APPLICATION)
    member = make_member("甲")
    browser = sign_in(member)
    post(browser, "join", rules=RULES_VERSION, real_name="张三")

    programme.move(member, DistributorState.REJECTED, "资料不全")  # while they read the page
    assert post(browser, "leave", sure="1").location == "/x/distribution/join"
    assert "资料不全" in read(browser, "join")
    post(browser, "join", rules=RULES_VERSION, real_name="张三")
    post(browser, "leave", sure="1")
    assert row_of(shop, member).state == "left"
    again = read(browser, "join")
    assert 'value="张三"' in again
    assert "What you earned stays yours" not in again  # they never earned anything
    post(browser, "join", rules=RULES_VERSION, real_name="张三")
    assert row_of(shop, member).state == "applied"


def test_the_refused_reads_why_and_may_apply_again(shop, programme, make_member, sign_in):
    programme.change(joining=Joining.APPLICATION)
    member = make_member("甲")
    browser = sign_in(member)
    post(browser, "join", rules=RULES_VERSION, real_name="张三")
    programme.move(member, DistributorState.REJECTED, "资料不全")

    page = read(browser, "join")
    assert "Reason: 资料不全" in page
    assert 'name="rules"' in page


def test_the_frozen_reads_why_and_finds_what_was_earned(programme, make_member, sign_in):
    member = make_member("甲")
    programme.name(member)
    programme.move(member, DistributorState.FROZEN, "刷单")

    page = read(sign_in(member), "join")
    assert "刷单" in page
    assert "/x/distribution/withdraw" in page
    assert 'name="rules"' not in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_spending_shows_how_much_is_missing_until_it_is_reached(
    shop, programme, make_member, make_order, sign_in, language
):
    programme.change(joining=Joining.SPEND, joining_spend_fen=20_000)
    member = make_member("甲")
    make_order([("CUP", 1, 8000)], member=member)
    browser = sign_in(member)
    words = {"zh": ("还差 ¥120", "已达到"), "en": ("¥120 to go", "You have reached it")}[language]

    page = read(browser, "join", language)
    assert words[0] in page
    assert 'max="100" value="40"' in page
    assert 'name="rules"' not in page
    assert words[0] in browser.get(f"/me?lang={language}").text
    assert post(browser, "join", rules=RULES_VERSION).status_code == 422
    assert row_of(shop, member) is None

    make_order([("CUP", 2, 8000)], member=member)
    assert words[1] in browser.get(f"/me?lang={language}").text
    assert 'name="rules"' in read(browser, "join", language)
    assert post(browser, "join", rules=RULES_VERSION).status_code == 303
    assert row_of(shop, member).state == "active"


def test_orders_are_counted_down(programme, make_member, make_order, sign_in):
    programme.change(joining=Joining.ORDERS, joining_orders=3)
    member = make_member("甲")
    make_order([("CUP", 1, 8000)], member=member)

    assert "2 orders to go" in read(sign_in(member), "join")


def test_the_named_products_are_linked_until_one_was_bought(
    programme, make_member, make_product, make_order, sign_in
):
    gift = make_product("开店礼包", skus=[("GIFT", 9900, 10)])
    programme.change(joining=Joining.PURCHASE, joining_products=(gift.id,))
    member = make_member("甲")
    browser = sign_in(member)

    page = read(browser, "join")
    assert "开店礼包" in page
    assert 'name="rules"' not in page
    make_order([("GIFT", 1, 9900)], member=member)
    assert 'name="rules"' in read(browser, "join")


def test_a_closed_store_offers_no_form(programme, make_member, sign_in):
    programme.change(joining=Joining.DESIGNATED)
    browser = sign_in(make_member("甲"))

    page = read(browser, "join")
    assert "This store chooses its distributors itself." in page
    assert 'name="rules"' not in page
    assert "An example" not in page
    assert browser.get(f"{ROOT}rules").location == f"{ROOT}join"
    assert post(browser, "join", rules=RULES_VERSION).status_code == 422


def test_who_earned_before_finds_the_money_and_who_never_did_is_led_to_joining(
    programme, make_member, make_order, outbox, sign_in
):
    programme.change(joining=Joining.EVERYONE)
    earner = make_member("甲")
    make_order([("POT", 1, 26_800)], member=make_member("乙", referrer=earner))
    outbox.drain()
    programme.change(joining=Joining.DESIGNATED)

    browser, stranger = sign_in(earner), sign_in(make_member("路人"))
    assert 'href="/x/distribution/ledger"' in browser.get("/me").text
    assert 'href="/x/distribution/withdraw"' in read(browser, "join")
    assert 'href="/x/distribution/ledger"' not in stranger.get("/me").text
    assert "stays yours" not in read(stranger, "join")
    for path in (
        "ledger", "orders", "team", "customers", "links", "statements", "payouts", "withdraw",
    ):  # fmt: skip
        assert browser.get(f"{ROOT}{path}").status_code == 200
        assert stranger.get(f"{ROOT}{path}").location == f"{ROOT}join"
    assert post(stranger, "withdraw", amount="1").location == f"{ROOT}join"


def test_leaving_is_explained_confirmed_and_undone(shop, programme, make_member, sign_in):
    programme.change(joining=Joining.EVERYONE)
    member = make_member("甲")
    browser = sign_in(member)
    assert "stay bound to you" in read(browser, "rules")
    post(browser, "leave")
    assert row_of(shop, member) is None

    post(browser, "leave", sure="1")
    assert row_of(shop, member).state == "left"
    assert "You are not in the programme at present" in read(browser, "join")
    post(browser, "join", rules=RULES_VERSION)
    assert row_of(shop, member).state == "active"


LADDER = (
    Grade(SILVER, "银牌", 1, True, (Condition(Measure.TEAM_SALES, 10_000),)),
    Grade(
        GOLD,
        "金牌",
        2,
        False,
        (Condition(Measure.TEAM_SALES, 100_000), Condition(Measure.DIRECT_HEADS, 4)),
    ),
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_grade_page_shows_progress_benefits_and_history(
    shop, programme, chain, make_order, maker, outbox, settle, sign_in, language
):
    with shop.database.read() as session:
        plan = current(session).default_plan
    better = replace(plan.rate, by_grade={SILVER: (1100, 500, 200), GOLD: (1250, 600, 200)})
    programme.change(joining=Joining.OPEN, grades=LADDER, plans=(replace(plan, rate=better),))
    browser = sign_in(chain.first)
    assert 'value="0"' in read(browser, "grade", language)
    order = make_order([("POT", 1, 26_800)], member=chain.buyer)
    maker.receive(order)
    outbox.drain()
    settle()

    page = read(browser, "grade", language)
    for text in ("银牌", "金牌", "¥268", "12.5%", "11%", 'value="26"', 'value="25"'):
        assert text in page
    assert ("还差 ¥732" if language == "zh" else "¥732 to go") in page
    assert ("还差 3 人" if language == "zh" else "3 people to go") in page


def test_a_grade_set_by_staff_says_so_and_why(shop, programme, chain, sign_in):
    programme.change(joining=Joining.OPEN, grades=LADDER)
    with shop.database.write() as session:
        grades.give(
            session,
            chain.first.id,
            GOLD,
            programme=current(session),
            is_locked=True,
            actor=STAFF,
            reason="老店主",
        )

    page = read(sign_in(chain.first), "grade")
    assert "set by the store" in page
    assert "by the store: 老店主" in page
    assert "You have the highest grade" in page


def test_without_grades_the_page_says_so(chain, sign_in):
    assert "This store has no grades" in read(sign_in(chain.first), "grade")


def test_the_invitation_is_made_once_and_counts_who_came(shop, chain, sign_in, client, make_member):
    browser = sign_in(chain.first)
    assert "Make my invitation" in read(browser, "invite")
    post(browser, "invite")
    page = read(browser, "invite")
    post(browser, "invite")
    link = page.split('class="link-in" value="')[1].split('"')[0]
    assert link in read(browser, "invite")
    assert "<svg viewBox" in page
    assert "Nothing is paid for inviting" in page

    client.get("/?" + link.partition("?")[2], headers={"User-Agent": "Mozilla/5.0 (iPhone)"})
    assert '<dt>Opened it</dt><dd class="num">1</dd>' in read(browser, "invite")
    assert '<dt>In your team</dt><dd class="num">1</dd>' in read(browser, "invite")


def test_the_invitation_says_by_which_act_friends_come_to_the_team(maker, chain, sign_in):
    browser, said = sign_in(chain.first), set()
    post(browser, "invite")
    for policy in ("first_visit", "registration", "first_order", "first_payment"):
        maker.settings(binding=policy)
        page = read(browser, "invite")
        said.add(re.search(r"<li>(Who [^<]+)", page).group(1))

    assert len(said) == 4
    assert "you earn from the next order on" in page  # the last: at the first payment


def test_nobody_else_gets_a_grade_or_an_invitation(programme, make_member, sign_in):
    browser = sign_in(make_member("路人"))
    for path in ("grade", "invite"):
        assert browser.get(f"{ROOT}{path}").location == "/x/distribution/join"
    assert post(browser, "invite").status_code == 303
    assert "Make my invitation" not in browser.get(f"{ROOT}join").text
