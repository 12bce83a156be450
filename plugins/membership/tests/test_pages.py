"""Pages on the phone: level, tasks, growth log, and the cards in the member centre."""

import pytest

from plugins.membership.rules.programme import Task
from plugins.membership.services import starting

OWN = {"Origin": "http://localhost"}


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def open_page(sign_in):
    def run(member, path="/x/membership/", **headers):
        return sign_in(member).get(path, headers=headers).get_data(as_text=True)

    return run


@pytest.fixture
def started(shop, club):
    with shop.database.write() as session:
        starting.set_up(session)
    return club


def test_a_shop_without_tiers_says_so_and_shows_no_card(club, make_member, open_page, client):
    member = make_member()

    assert "还没有会员等级" in open_page(member)
    assert "mem-card" not in open_page(member, "/me")
    assert client.get("/x/membership/").status_code == 200


def test_a_guest_sees_the_ladder_and_is_led_to_sign_in(started, client):
    page = client.get("/x/membership/").get_data(as_text=True)

    assert "/signin?next=/x/membership/" in page
    assert "黑金会员" in page
    assert "mem-card" in client.get("/me").get_data(as_text=True)


def test_a_member_sees_tier_progress_and_what_is_locked(started, make_member, open_page):
    member = make_member()
    started.give(member, 600)
    page = open_page(member)

    assert "再得 900 升级为金卡会员" in page
    assert page.index("免运费") < page.index("专属客服")  # theirs first, then what others have
    assert "有效期至" in page
    card = open_page(member, "/me")
    assert "600" in card
    assert "银卡会员" in card


def test_a_locked_tier_promises_no_next_one(started, make_member, open_page):
    member = make_member()
    started.set_tier(member, started.tier(member.id).id, is_locked=True)

    for path in ("/x/membership/", "/me"):
        page = open_page(member, path)
        assert "由商家指定，不会自动变化。" in page
        assert "升级为" not in page
        assert "mem-bar" not in page


def test_the_highest_tier_and_debts_are_said(
    started, make_member, open_page, make_order, maker, outbox
):
    best, owing = make_member(), make_member()
    started.give(best, 6000)
    assert "你已是最高等级" in open_page(best)
    order = make_order([("POT", 1, 20_000)], member=owing, received=True)
    outbox.drain()
    started.give(owing, -150)
    maker.refund(order)
    outbox.drain()

    assert "退款收回的成长值多于余额" in open_page(owing)


def test_who_is_about_to_fall_is_told_on_the_page(started, make_member, open_page, clock):
    started.rules(lowers_at_once=False)
    member = make_member()
    started.give(member, 1500)
    started.give(member, -1200)
    assert "你的等级即将到期" not in open_page(member)
    assert "调整为" not in open_page(member, "/me")
    clock.advance(days=360)

    page = open_page(member)
    assert "你的等级即将到期" in page
    assert "<p>再得 1,200 成长值即可保级。</p>" in page, "no space after a Chinese full stop"
    assert "调整为银卡会员" in open_page(member, "/me")
    clock.advance(days=6)  # over, and not reviewed yet: no day in the past is promised
    page = open_page(member)
    assert "期限已满，正在复核" in page
    assert "有效期至" not in page
    assert "调整为" not in page


def test_checking_in_and_collecting_take_a_button_and_work_once(started, make_member, sign_in):
    started.rules(tasks={Task.CHECK_IN: 2, Task.ADDRESS: 5})
    browser = sign_in(make_member())
    assert browser.get("/x/membership/check-in").status_code == 405
    for path, told in (("check-in", "获得 2 成长值"), ("tasks/address", "获得 5 成长值")):
        page = browser.post(f"/x/membership/{path}", headers=OWN, follow_redirects=True)
        assert told in page.get_data(as_text=True)
        page = browser.post(f"/x/membership/{path}", headers=OWN, follow_redirects=True)
        assert "已经领取过了" in page.get_data(as_text=True)
    assert browser.post("/x/membership/tasks/rocket", headers=OWN).status_code == 404


def test_the_growth_log_shows_own_lines_only_with_the_stores_reason(
    started, make_member, open_page
):
    mine, other = make_member(), make_member()
    started.give(mine, 700, reason="老客回馈 <b>")
    started.give(other, 300, reason="别人的事")
    page = open_page(mine, "/x/membership/growth")

    assert "老客回馈 &lt;b&gt;" in page
    assert "别人的事" not in page
    assert "普通会员 → 银卡会员" in page


def test_pages_cost_the_same_however_long_the_history(
    started, make_member, sign_in, count_statements
):
    member = make_member()
    browser = sign_in(member)
    sent = {}
    for _ in range(2):
        for path in ("/x/membership/", "/x/membership/growth", "/me"):
            browser.get(path)
            with count_statements() as found:
                browser.get(path)
            sent.setdefault(path, []).append(len(found))
        for index in range(8):
            started.give(member, 100 + index)

    assert all(first == then for first, then in sent.values()), sent
    assert sent["/x/membership/"][0] <= 15, sent


def test_the_bag_asks_for_no_more_where_the_tier_has_free_delivery(
    started, make_member, make_product, sign_in
):
    member = make_member()
    cup = make_product(skus=[("CUP", 7_000, 9)])
    browser = sign_in(member)
    form = {"sku": str(cup.skus["CUP"]), "quantity": "1", "then": "bag"}
    browser.post("/cart/add", data=form, headers=OWN)
    assert "即可包邮" in browser.get("/cart").text
    started.give(member, 500)

    page = browser.get("/cart").text
    assert "会员等级免运费" in page
    assert "即可包邮" not in page
