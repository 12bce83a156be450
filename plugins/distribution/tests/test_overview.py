"""What staff sees of distribution at a glance, on members and on orders."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.api.clock import now
from core.api.members import names_of
from core.api.sharing import create_share
from core.api.testing.making import ADDRESS
from core.api.text import parse_phone
from core.members.models import Member
from plugins.distribution.services.distributors import DistributorState, set_state
from plugins.distribution.services.holds import reject, release
from plugins.distribution.services.overview import joined_between, way_to_earning

ROOT = "/admin/x/distribution"
STAFF = "staff:00000000-0000-0000-0000-000000000001"
POT = ("POT", 1, 26_800)


@pytest.fixture
def merchant(make_staff, sign_in):
    return sign_in(make_staff(name="店主"), "staff")


@pytest.fixture
def story(make_staff, sign_in):
    """An order's story as staff reads it, who signs in anew: days may have passed."""

    def read(order):
        browser = sign_in(make_staff(), "staff")
        page = browser.get(f"/admin/orders/{order.order_no}?lang=en").text
        return page[page.index('<ol class="timeline">') :].partition("</ol>")[0]

    return read


@pytest.fixture
def buy(chain, make_order, outbox):
    def run(member=None):
        order = make_order([POT], member=member or chain.buyer)
        outbox.drain()
        return order

    return run


@pytest.fixture
def self_paid(shop, chain, make_order, outbox, run_job):
    """An order that goes to the direct referrer's own phone, held by the watch."""

    def run():
        with shop.database.write() as session:
            member = session.get(Member, chain.first.id)
            member.phone = parse_phone(ADDRESS.phone)
        order = make_order([POT], member=chain.buyer)
        outbox.drain()
        run_job("distribution.watch")
        return order

    return run


def test_sales_by_distribution_stand_beside_all_sales(buy, merchant, make_member):
    buy()
    buy(make_member("路人"))
    page = merchant.get(f"{ROOT}?lang=en").text
    share = re.search(r"([\d.]+)% of all sales, ¥([\d,.]+)", page)
    assert 49 <= float(share[1]) <= 50  # freight may be in all sales
    assert re.search(r"45\D*\.\D*56", page)


def test_every_figure_leads_to_its_list(buy, merchant, shop, make_member):
    buy()
    page = merchant.get(f"{ROOT}?lang=en&days=7").text
    figures = re.findall(r'<a href="([^"]+)"[^>]*><span class="value">', page)
    waiting = re.findall(r'<a href="([^"]+)"[^>]*><span class="mark', page)
    assert len(figures) == 4
    assert len(waiting) == 4
    for link in (*figures, *waiting):
        assert merchant.get(link).status_code == 200
    assert 'aria-current="true">7 days' in page


def test_an_unknown_range_of_days_is_thirty(merchant, programme):
    for days in ("5", "x", "-1", "99999999999999999999"):
        page = merchant.get(f"{ROOT}?lang=en&days={days}").text
        assert 'aria-current="true">30 days' in page


def test_distributors_who_joined_are_counted_with_those_who_bought(
    shop, buy, chain, programme, make_member
):
    buyer, looker, gone = (make_member(name) for name in ("买过", "看过", "走了"))
    buy(buyer)
    since = now()
    programme.name(buyer, looker, gone)
    programme.move(gone, DistributorState.LEFT)
    with shop.database.read() as session:
        joined, bought = joined_between(session, since, since + timedelta(minutes=5))
        assert (joined, bought) == (2, 1)
        assert joined_between(session, since - timedelta(days=9), since - timedelta(days=8)) == (
            0,
            0,
        )


def test_the_overview_asks_as_often_whatever_was_sold(buy, merchant, count_statements):
    buy()
    merchant.get(ROOT)
    with count_statements() as few:
        merchant.get(ROOT)
    for _ in range(4):
        buy()
    with count_statements() as many:
        merchant.get(ROOT)
    assert len(many) == len(few)


def test_a_member_page_tells_state_earnings_team_and_chain(buy, chain, merchant, make_member):
    buy()
    page = merchant.get(f"/admin/members/{chain.first.id}?lang=en").text
    panel = page[page.index(f"{ROOT}/commissions?member={chain.first.id}") - 600 :]
    for text in ("Active", "¥26.80", "Directly below", f"{ROOT}/tree?at={chain.second.id}"):
        assert text in panel
    alone = merchant.get(f"/admin/members/{make_member('独').id}?lang=en").text
    assert f"{ROOT}/tree" not in alone


def test_the_story_of_an_order_tells_its_commission_from_earning_to_settlement(
    buy, story, maker, outbox, settle
):
    order = buy()
    told = story(order)
    assert "Commission: ¥45.56, distributors: 3." in told
    assert "</svg>Distribution</span>" in told
    maker.receive(order)
    outbox.drain()
    settle()
    assert "Commission settled; ¥45.56 of it is left after refunds." in story(order)
    maker.refund(order)
    outbox.drain()
    assert "¥45.56 taken back." in story(order)


def test_the_story_tells_holds_and_what_was_decided(self_paid, chain, story, shop, make_staff):
    order, staff = self_paid(), make_staff(name="阿审")
    first = names_of_first(shop, chain)
    assert f"Commission of {first} held until somebody decides." in story(order)
    with shop.database.write() as session:
        reject(session, order.id, chain.first.id, actor=f"staff:{staff}", note="同一人")
    told = f"阿审 rejected the held commission of {first} and took it back: 同一人"
    assert told in story(order)
    other = self_paid()
    with shop.database.write() as session:
        release(session, other.id, chain.first.id, actor=STAFF, note="")
    assert f"– released the held commission of {first}: –" in story(other)


def test_the_panel_of_an_order_tells_who_rejected_a_commission_and_why(
    self_paid, chain, merchant, shop, make_staff
):
    order, staff = self_paid(), make_staff(name="阿审")
    with shop.database.write() as session:
        reject(session, order.id, chain.first.id, actor=f"staff:{staff}", note="同一人下单")
    page = merchant.get(f"/admin/orders/{order.order_no}?lang=en").text
    row = page[page.index(f'class="title" href="/admin/members/{chain.first.id}"') :]
    row = row.partition("</tr>")[0]
    for text in ("Rejected", "by 阿审", "同一人下单"):
        assert text in row
    assert "Taken back" not in row


def names_of_first(shop, chain):
    with shop.database.read() as session:
        return names_of(session, [chain.first.id])[chain.first.id]


def test_the_first_page_of_admin_says_how_many_are_held(self_paid, merchant):
    assert "Held commissions" not in merchant.get("/admin/?lang=en").text
    self_paid()
    page = merchant.get("/admin/?lang=en").text
    assert "Held commissions" in page
    assert f'href="{ROOT}/fraud"' in page


def test_ticks_on_the_board_are_those_the_bar_of_actions_counts(self_paid, merchant):
    self_paid()
    page = merchant.get(f"{ROOT}/fraud?lang=en").text
    assert re.search(
        r'<form[^>]*data-bulk.*<input type="checkbox" class="check" name="pick"', page, re.DOTALL
    )
    for link in re.findall(r"<tbody>.*?</tbody>", page, re.DOTALL)[0].split('href="')[1:]:
        assert merchant.get(link.partition('"')[0]).status_code == 200


def test_shoppers_read_nothing_of_commissions_in_their_order(buy, chain, sign_in):
    order = buy()
    page = sign_in(chain.buyer).get(f"/me/orders/{order.order_no}?lang=en")
    assert page.status_code == 200
    assert "Commission" not in page.text


def test_an_order_is_paid_before_it_brings_commission_in_its_story(buy, story):
    told = story(buy())
    newest_first = ["Commission:", "Paid", "Order placed"]
    assert sorted(newest_first, key=told.index) == newest_first


def test_the_first_page_of_admin_tells_who_does_best_and_leads_to_them(buy, chain, merchant):
    assert "Best distributors" in merchant.get("/admin/?lang=en").text
    buy()
    page = merchant.get("/admin/?lang=en").text
    best = page[page.index('<ol class="ranks">') :].partition("</ol>")[0]
    for upline, fen in zip(chain.uplines, ("¥26.80", "¥13.40", "¥5.36"), strict=True):
        row = best[best.index(f"{ROOT}/distributors/{upline.id}") :].partition("</li>")[0]
        assert "1 order" in row
        assert fen in row
    assert merchant.get(f"{ROOT}/distributors/{chain.first.id}").status_code == 200


def test_the_way_from_buyer_to_distributor_counts_buyers_who_share_and_who_earn(
    shop, buy, chain, merchant, make_member
):
    fan, earner = make_member("爱分享"), make_member("在推广")
    for member in (chain.buyer, fan, earner):
        buy(member)
        buy(member)
    with shop.database.write() as session:
        for member in (fan, earner, chain.third):  # the last has not bought
            create_share(session, member.id, "store", "", "link")
            create_share(session, member.id, "store", "", "qr")
        set_state(session, earner.id, DistributorState.ACTIVE, actor=STAFF)
        until = now() + timedelta(minutes=1)
        way = way_to_earning(session, until - timedelta(days=1), until)
        assert (way.buyers, way.fans, way.distributors) == (3, 2, 1)
        past = way_to_earning(session, until - timedelta(days=9), until - timedelta(days=8))
        assert (past.buyers, past.fans, past.distributors) == (0, 0, 0)

    for page in ("/admin/?lang=en", f"{ROOT}?lang=en"):
        told = merchant.get(page).text
        steps = told[told.rindex('<ol class="funnel">') :].partition("</ol>")[0]
        assert re.findall(r'<span class="num">(\d+)', steps) == ["3", "2", "1"]
        assert re.findall(r'<span class="muted">([\d.]+%)', steps) == ["66%", "50%"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_who_bought_is_looked_for_among_all_who_shared(shop):
    """A database without hash joins would go through every sharer for every buyer."""
    until = now()
    engine = shop.database.engine
    asked = []
    listen = "before_cursor_execute", lambda *seen: asked.append(seen[2:4])
    sa.event.listen(engine, *listen)
    try:
        with shop.database.read() as session:
            way_to_earning(session, until - timedelta(days=1), until)
    finally:
        sa.event.remove(engine, *listen)
    [(statement, values)] = [each for each in asked if "share_link" in each[0]]
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        steps = [row[3] for row in rows]
    assert any(step.startswith("SEARCH share_link USING COVERING INDEX") for step in steps), steps
    assert not any(step.startswith(("MATERIALIZE", "SCAN share_link")) for step in steps), steps


def test_the_cards_of_the_first_page_ask_as_often_whoever_earns(
    buy, merchant, make_member, chain, count_statements
):
    merchant.get("/admin/")
    buy()
    with count_statements() as few:
        merchant.get("/admin/")
    for n in range(4):
        buy(make_member(f"会员{n}", referrer=chain.third))
    with count_statements() as many:
        merchant.get("/admin/")
    assert len(many) == len(few)
