import re

import pytest
import sqlalchemy as sa

from core.api.clock import now
from core.api.sharing import create_share
from plugins.distribution.models import Commission, Hold
from plugins.distribution.rules import Base, Condition, Grade, Measure, Scope, SelfPurchase
from plugins.distribution.services.distributors import DistributorState
from plugins.distribution.services.holds import reject
from plugins.distribution.tests.programmes import bps, fixed, opt_out, own, plan, publish

ROOT = "/x/distribution/"
OWN = {"Origin": "http://localhost"}
STAFF = "staff:00000000-0000-0000-0000-000000000001"
MENU = (
    *("ledger", "orders", "team", "customers", "products", "links", "ranking"),
    *("invite", "payouts", "statements", "grade", "rules", "withdraw"),
)


@pytest.fixture
def page(sign_in):
    """The main part of a page of the centre, in English, as a member sees it."""

    def get(member, path):
        answer = sign_in(member).get(f"{ROOT}{path}{'&' if '?' in path else '?'}lang=en")
        assert answer.status_code == 200
        return answer.text.partition('<main id="main"')[2].partition("</main>")[0]

    return get


@pytest.fixture
def hold(shop):
    """Everything of an order that a distributor would earn waits for a person."""

    def run(order, member):
        mine = (Commission.order_id == order.id, Commission.beneficiary_id == member.id)
        with shop.database.write() as session:
            session.execute(sa.update(Commission).where(*mine).values(is_held=True))
            session.add(
                Hold(
                    order_id=order.id,
                    beneficiary_id=member.id,
                    reason="phone",
                    evidence={},
                    at=now(),
                )
            )

    return run


@pytest.fixture
def buy(make_order, outbox):
    """A member buys; the plugins have heard of it."""

    def run(member, *lines):
        order = make_order(list(lines) or [("POT", 1, 26_800)], member=member)
        outbox.drain()
        return order

    return run


def test_home_tells_this_month_apart_from_what_was_earned_before(chain, buy, clock, page):
    buy(chain.buyer)
    clock.advance(days=40)
    buy(chain.buyer, ("CUP", 2, 5000))

    figures = dict(re.findall(r"<dt>([^<]+)</dt><dd[^>]*>([^<]+)</dd>", page(chain.first, "")))

    assert figures["This month"] == "10.00"
    assert figures["Lifetime"] == "36.80"
    assert figures["Paid out"] == "0.00"


def test_home_shows_how_far_the_next_grade_is(shop, chain, page):
    assert "dist-next" not in page(chain.first, "")
    wanted = (Condition(Measure.DIRECT_HEADS, 4),)
    publish(shop, grades=(Grade(chain.first.id, "Gold", 1, conditions=wanted),))

    home = page(chain.first, "")

    assert "Next: Gold" in home
    assert "3 people to go" in home
    assert 'value="25"' in home


def test_a_debt_is_told_where_refunds_took_more_than_there_was(
    chain, buy, maker, outbox, settle, pay_out, page
):
    order = buy(chain.buyer)
    maker.receive(order)
    outbox.drain()
    settle()
    assert "Refunds took back" not in page(chain.first, "")
    pay_out(chain.first, 2680)
    maker.refund(order, {"POT": 1})
    outbox.drain()

    home = page(chain.first, "")

    assert "Refunds took back more than was there" in home
    assert "-<i>¥</i>26" in home


def test_the_ledger_is_narrowed_by_month_and_order_number(chain, buy, clock, page):
    first = buy(chain.buyer)
    clock.advance(days=40)
    second = buy(chain.buyer, ("CUP", 2, 5000))
    months = re.findall(r"<option[^>]*>(\d{4}-\d\d)</option>", page(chain.first, "ledger"))

    newest = page(chain.first, f"ledger?month={months[0]}")
    assert second.order_no in newest
    assert first.order_no not in newest

    found = page(chain.first, f"ledger?q={first.order_no}")
    assert first.order_no in found
    assert second.order_no not in found
    assert "Nothing found" in page(chain.first, "ledger?q=000")
    assert second.order_no in page(chain.first, "ledger?month=2026-99&state=odd&page=-3")


def test_a_row_names_plan_scope_sum_a_piece_and_grade(shop, chain, make_product, buy, page):
    cup = make_product("杯", skus=[("CUP", 5000, 50)])
    publish(shop, plan("Tea", bps(300), own(Scope.PRODUCT, cup.id, fixed(200, 100))))
    buy(chain.buyer, ("CUP", 3, 5000))

    ledger = page(chain.first, "ledger")

    assert "¥2.00 × 3 pieces" in ledger
    assert "Rule for this product" in ledger
    assert "Tea, programme version 2" in ledger
    assert "level 1" in ledger


def test_a_row_of_profit_names_the_profit(shop, programme, chain, buy, page):
    publish(shop, default={"base": Base.PROFIT})
    buy(chain.buyer)

    assert "Profit of the line" in page(chain.first, "ledger")


def test_a_row_tells_that_the_limit_cut_it(programme, chain, buy, page):
    programme.publish(4000, 2000, pool_bps=3000)
    buy(chain.buyer)

    assert "cut to the plan’s limit" in page(chain.first, "ledger")


def test_an_own_purchase_is_called_so_and_makes_nobody_a_customer(programme, chain, buy, page):
    programme.change(self_purchase=SelfPurchase.EXTRA)
    buy(chain.first)

    assert "purchase of your own" in page(chain.first, "ledger")
    assert "purchase of your own" in page(chain.first, "orders")
    assert "No customers yet" in page(chain.first, "customers")
    assert "you get level 1 in addition" in page(chain.first, "rules")


def test_a_refund_stands_in_the_ledger_as_a_row_below_zero(chain, buy, maker, outbox, page):
    order = buy(chain.buyer, ("CUP", 2, 5000))
    maker.refund(order, {"CUP": 2})
    outbox.drain()

    ledger = page(chain.first, "ledger")

    assert "+10.00" in ledger
    assert "Taken back after a refund" in ledger
    assert '<b class="z num dist-minus">-10.00</b>' in ledger


def test_what_is_held_is_never_told_and_what_was_refused_says_why(shop, chain, buy, hold, page):
    order = buy(chain.buyer)
    before = page(chain.first, "ledger"), page(chain.first, "orders")
    hold(order, chain.first)
    assert (page(chain.first, "ledger"), page(chain.first, "orders")) == before

    with shop.database.write() as session:
        reject(session, order.id, chain.first.id, actor=STAFF, note="一人两号")

    ledger = page(chain.first, "ledger")
    assert "Not granted after review: 一人两号" in ledger
    assert "-26.80" in ledger
    assert "Not granted" in page(chain.first, "orders")
    assert "一人两号" not in page(chain.second, "ledger")


def test_orders_show_their_lines_with_rate_and_own_commission(chain, buy, page):
    buy(chain.buyer, ("POT", 1, 26_800), ("CUP", 2, 5000))

    orders = page(chain.second, "orders")

    assert "3 pieces" in orders
    assert "5% of ¥268.00" in orders
    assert "+13.40" in orders
    assert "+5.00" in orders
    assert "level 2" in orders


def test_customers_are_masked_and_show_what_they_kept(chain, buy, make_member, maker, outbox, page):
    other = make_member("王二", referrer=chain.buyer)
    order = buy(chain.buyer, ("CUP", 2, 5000))
    buy(chain.buyer)
    buy(other, ("BIG", 1, 90_000))
    maker.refund(order, {"CUP": 1})
    outbox.drain()

    customers = page(chain.first, "customers?sort=spent")

    assert re.findall(r"<b>(..?\*+|¥[\d.,]+)</b>", customers) == [
        "王**",
        "¥900.00",
        "买**",
        "¥318.00",
    ]
    assert "2 orders" in customers
    assert "买家" not in customers
    assert "王**" not in page(chain.first, f"customers?q={order.order_no}")
    assert "Nothing found" in page(chain.first, "customers?q=000")


def test_the_team_is_searched_and_sorted(chain, make_member, page):
    make_member("王二", referrer=chain.first)

    team = page(chain.first, "team?q=王")
    assert "王**" in team
    assert "买**" not in team
    assert "Nobody found" in page(chain.first, "team?q=无此人")
    oldest = page(chain.first, "team?sort=old")
    assert oldest.index("买**") < oldest.index("王**")


def test_products_follow_rules_and_can_be_sorted_by_what_they_earn(shop, chain, make_product, page):
    pot = make_product("茶壶", skus=[("POT", 26_800, 5)])
    cup = make_product("茶杯", skus=[("CUP", 5000, 5), ("CUP-L", 9000, 5)])
    tray = make_product("茶盘", skus=[("TRAY", 90_000, 5)])
    publish(
        shop,
        plan("More", bps(900), own(Scope.PRODUCT, cup.id, fixed(4000))),
        plan("None", bps(900), opt_out(Scope.PRODUCT, tray.id)),
    )

    products = page(chain.first, "products?sort=earn")

    places = [products.index(f"/share/product/{each.id}") for each in (cup, pot, tray)]
    assert places == sorted(places)
    assert "earn about ¥40.00</span>" in products  # a sum a piece is the same for all
    assert "earn about ¥26.80" in products
    assert "no commission on this" in products
    assert "Nothing found" in page(chain.first, "products?q=Nirgends")


def test_a_made_link_stands_beside_its_product_and_in_the_list_with_what_came_of_it(
    shop, chain, make_product, page
):
    pot = make_product("茶壶", skus=[("POT", 26_800, 5)])
    assert "dist-link" not in page(chain.first, "products")
    with shop.database.write() as session:
        share = create_share(session, chain.first.id, "product", str(pot.id))

    products = page(chain.first, "products")
    assert f"?s={share.token}" in products
    assert "0 visits" in products
    links = page(chain.first, "links")
    assert f"?s={share.token}" in links
    assert "茶壶" in links
    assert share.token not in page(chain.second, "links")


def test_the_ranking_masks_names_counts_what_was_kept_and_can_be_left(
    chain, buy, page, sign_in, run_job
):
    buy(chain.buyer)
    run_job("distribution.totals")
    ranking = page(chain.second, "ranking")
    assert "Your place: 2" in ranking
    assert "甲**" in ranking
    assert "甲<" not in ranking
    assert "¥26.80" in ranking

    left = sign_in(chain.first).post(f"{ROOT}ranking", data={"ranked": "0"}, headers=OWN)
    assert left.status_code == 303
    assert "Your place: 1" in page(chain.second, "ranking")
    assert "甲**" not in page(chain.second, "ranking")
    assert "You are not in the ranking" in page(chain.first, "ranking")
    assert "it would be place 1" in page(chain.first, "ranking")

    sign_in(chain.first).post(f"{ROOT}ranking", data={"ranked": "1"}, headers=OWN)
    assert "甲**" in page(chain.second, "ranking")
    assert "Nobody stands here yet" in page(chain.second, "ranking?month=last")


def test_the_frozen_are_not_ranked_and_get_nothing_to_share(programme, chain, buy, page, run_job):
    buy(chain.buyer)
    run_job("distribution.totals")
    programme.move(chain.first, DistributorState.FROZEN, "刷单")

    ranking = page(chain.first, "ranking")
    assert "You are not in the ranking" in ranking
    assert "Leave me out" not in ranking
    assert "Your place: 1" in page(chain.second, "ranking")
    home = page(chain.first, "")
    assert "刷单" in home
    assert f'"{ROOT}products"' not in home
    assert f'"{ROOT}invite"' not in home


def test_home_leads_to_every_page_of_the_centre(shop, chain, page):
    publish(shop, grades=(Grade(chain.first.id, "Gold", 1),))
    home = page(chain.first, "")

    for path in MENU:
        assert f'"{ROOT}{path}"' in home, path


def test_rules_tell_the_programme_in_force(shop, programme, chain, page, maker):
    assert "A fee of" not in page(chain.first, "rules")
    maker.settings(payout_fee_fen=200)
    assert "A fee of ¥2.00 and a tax of 0% are taken off." in page(chain.first, "rules")
    maker.settings(payout_fee_bps=150)
    before = page(chain.first, "rules")
    assert "A fee of 1.5% + ¥2.00 and a tax of 0%" in before
    assert "You earn nothing on what you buy yourself" in before
    assert "Grades" not in before
    publish(
        shop,
        default={"rate": fixed(300, 100, 50), "base": Base.PROFIT, "pool_bps": 2500},
        depth=2,
        self_purchase=SelfPurchase.SHIFT,
        grades=(Grade(chain.first.id, "Gold", 1),),
    )

    rules = page(chain.first, "rules")

    assert "Level 1: ¥3.00 a piece" in rules
    assert "Level 3" not in rules
    assert "2 levels are paid" in rules
    assert "25%" in rules
    assert "you take level 1" in rules
    assert "of the profit of a line" in rules
    assert "Gold" in rules


def test_lists_send_the_same_statements_for_few_and_many_rows(
    shop, chain, make_member, make_order, make_product, outbox, sign_in, count_statements
):
    browser = sign_in(chain.first)
    paths = ("ledger", "orders", "team", "customers", "products", "links", "ranking")
    sent = []
    for turn in range(2):
        for number in range(3):
            buyer = make_member(f"客{turn}{number}", referrer=chain.first)
            make_order([("POT", 1, 26_800), ("CUP", 1, 5000)], member=buyer)
            made = make_product("茶", skus=[(f"T{turn}{number}", 5000, 5)])
            with shop.database.write() as session:
                create_share(session, chain.first.id, "product", str(made.id))
        outbox.drain()
        counts = {}
        for path in paths:
            browser.get(f"{ROOT}{path}")
            with count_statements() as counted:
                browser.get(f"{ROOT}{path}")
            counts[path] = len(counted)
        sent.append(counts)

    assert sent[0] == sent[1]
    assert max(sent[0].values()) <= 10


def test_hints_of_commission_are_for_approved_distributors_only(
    programme, chain, make_member, make_product, sign_in, client
):
    make_product("茶壶", skus=[("POT", 26_800, 5)])
    path = "/p/" + client.get("/").text.partition('href="/p/')[2].partition('"')[0]
    earning = sign_in(chain.first).get(path).text
    assert "dist-strip" in earning
    applied, frozen, left = (make_member(name) for name in ("申请", "冻结", "离开"))
    programme.publish(1000, joining="application")
    sign_in(applied).post(
        f"{ROOT}join", data={"rules": "2026-01", "real_name": "张三"}, headers=OWN
    )
    programme.name(frozen, left)
    programme.move(frozen, DistributorState.FROZEN, "x")
    programme.move(left, DistributorState.LEFT)

    for browser in (client, *map(sign_in, (make_member("路人"), applied, frozen, left))):
        for url in ("/", path, "/search"):
            shown = browser.get(url).text
            assert "dist-strip" not in shown
            assert "dist-earn" not in shown
            assert "¥26.80" not in shown
    assert "dist-earn" in sign_in(chain.first).get("/search").text
    assert "dist-earn" not in client.get("/search").text  # after a distributor saw the same page
