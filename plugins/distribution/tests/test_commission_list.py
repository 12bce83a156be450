"""The merchant's list of commissions: every filter, its sums, its rows' reasons, its file."""

import csv
import io
from dataclasses import replace
from uuid import uuid4

import pytest

from core.api.money import format_yuan
from plugins.distribution.models import Commission, Hold
from plugins.distribution.rules import Rate, RateKind, Rule, Scope, Treatment
from plugins.distribution.services import commission_list, overview
from plugins.distribution.services.commission_list import (
    CommissionFilter,
    export_commissions,
    find_commissions,
)
from plugins.distribution.services.holds import reject
from plugins.distribution.services.overview import list_distributors
from plugins.distribution.services.programmes import current

ROOT = "/admin/x/distribution"
OWN = {"Origin": "http://localhost"}
STAFF = "staff:00000000-0000-0000-0000-000000000001"
POT = ("POT", 1, 26_800)


@pytest.fixture
def merchant(make_staff, sign_in):
    return sign_in(make_staff(name="店主"), "staff")


@pytest.fixture
def buy(chain, make_order, outbox):
    def run(*lines):
        order = make_order(list(lines or (POT,)), member=chain.buyer)
        outbox.drain()
        return order

    return run


@pytest.fixture
def listed(shop):
    """Beneficiary and level of what a filter finds."""

    def run(**wanted):
        with shop.database.read() as session:
            found, sums = find_commissions(session, CommissionFilter(**wanted), limit=100)
        assert sums.count == len(found)
        assert sums.left_fen == sum(row.left_fen for row in found)
        return sorted((row.order_no, row.level) for row in found)

    return run


@pytest.fixture
def downloaded(merchant):
    """Rows of the file, by the names of its columns."""

    def run(query=""):
        answer = merchant.post(f"{ROOT}/commissions.csv?lang=en{query}", headers=OWN)
        assert answer.headers["Content-Disposition"].endswith('"commissions.csv"')
        return list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))

    return run


def held(shop, order, chain):
    with shop.database.write() as session:
        session.add(
            Hold(
                order_id=order.id,
                beneficiary_id=chain.first.id,
                reason="phone",
                evidence={},
                at=find_rows(session, order, None)[0].accrued_at,
            )
        )
        for row in find_rows(session, order, chain.first):
            row.is_held = True


def find_rows(session, order, member):
    query = session.query(Commission).filter_by(order_id=order.id)
    return (query.filter_by(beneficiary_id=member.id) if member else query).all()


def test_every_filter_narrows_to_what_it_says(chain, buy, listed, maker, outbox, shop):
    one, two = buy(POT), buy(("CUP", 2, 5000))
    maker.refund(two, {"CUP": 1})
    outbox.drain()
    all_of_one = [(one.order_no, level) for level in (1, 2, 3)]
    all_of_two = [(two.order_no, level) for level in (1, 2, 3)]

    assert listed() == sorted(all_of_one + all_of_two)
    assert listed(order_no=one.order_no) == all_of_one
    assert listed(state="reversed") == all_of_two
    assert listed(state="available") == []
    assert listed(members=[chain.second.id], order_no=two.order_no) == [(two.order_no, 2)]
    assert listed(level=3, order_no=two.order_no) == [(two.order_no, 3)]
    assert listed(buyers=[chain.first.id]) == []
    assert listed(buyers=[chain.buyer.id]) == listed()
    with shop.database.read() as session:
        product = find_rows(session, one, None)[0].product_id
        plan = find_rows(session, one, None)[0].plan_id
        at = max(row.accrued_at for row in find_rows(session, one, None))
    assert listed(products=[product]) == all_of_one
    assert listed(products=[]) == []
    assert listed(plan_id=plan) == listed()
    assert listed(plan_id=chain.buyer.id) == []
    assert listed(scope=Scope.PLAN) == listed()
    assert listed(scope=Scope.PRODUCT) == []
    assert listed(until=at) == all_of_one
    assert len(listed(since=at)) >= 3


def test_held_and_rejected_commissions_are_found_and_told(
    chain, buy, listed, shop, merchant, downloaded, make_staff
):
    order, _other = buy(), buy()
    held(shop, order, chain)
    assert listed(state="held") == [(order.order_no, 1)]
    page = merchant.get(f"{ROOT}/commissions?lang=en&state=held").text
    assert "Held for a decision" in page.partition("<tbody>")[2]
    assert [row["Held"] for row in downloaded("&state=held")] == ["Yes"]

    actor = f"staff:{make_staff(name='老板娘')}"
    with shop.database.write() as session:
        reject(session, order.id, chain.first.id, actor=actor, note="同一人")
    assert listed(state="held") == []
    assert listed(state="rejected") == [(order.order_no, 1)]
    page = merchant.get(f"{ROOT}/commissions?lang=en&state=rejected").text
    row = page.partition('tag point bad">Rejected')[2].partition("</td>")[0]
    assert "by 老板娘" in row
    assert "同一人" in row
    assert [row["State"] for row in downloaded("&state=rejected")] == ["Rejected"]


def test_the_page_narrows_by_words_and_keeps_what_was_asked(
    chain, buy, merchant, make_member, programme, make_order, outbox
):
    mine = buy()
    stranger = make_member("陌生人", phone="+8613900009999")
    programme.name(stranger)
    other = make_order([("CUP", 1, 5000)], member=make_member("客人", referrer=stranger))
    outbox.drain()

    def rows(query):
        return merchant.get(f"{ROOT}/commissions?lang=en&{query}").text.partition("<tbody>")[2]

    assert mine.order_no in rows("")
    assert other.order_no in rows("q=陌生")
    assert mine.order_no not in rows("q=陌生")
    assert other.order_no in rows("q=9999")
    assert other.order_no in rows("buyer=客人")
    assert mine.order_no not in rows("buyer=客人")
    assert mine.order_no in rows(f"member={chain.first.id}")
    assert other.order_no not in rows(f"member={chain.first.id}")
    assert other.order_no in rows("product=CUP")
    assert mine.order_no not in rows("product=CUP")
    page = merchant.get(f"{ROOT}/commissions?lang=en&buyer=客人&level=1").text
    assert 'name="buyer" value="客人"' in page
    assert '<option value="1" selected>' in page
    assert '<details class="more-filters" open>' in page


def test_sums_are_over_all_pages_and_agree_with_the_file(buy, merchant, downloaded, maker, outbox):
    order = buy(*[(f"CUP{n}", 1, 1000 * n) for n in range(1, 11)])
    maker.refund(order, {"CUP10": 1})
    outbox.drain()
    rows = downloaded()
    assert len(rows) == 30

    page = merchant.get(f"{ROOT}/commissions?lang=en").text
    sums = page[page.index('class="kpis sums"') : page.index("</dl>")]
    left = sum(round(float(row["What is left"]) * 100) for row in rows)
    assert format_yuan(left) in "".join(_text(sums))
    assert page.count('class="trace"') == 25
    assert merchant.get(f"{ROOT}/commissions?page=2").text.count('class="trace"') == 5
    assert "No commission yet" not in merchant.get(f"{ROOT}/commissions?page=9&lang=en").text


def _text(markup):
    while markup:
        before, _, markup = markup.partition("<")
        yield before
        markup = markup.partition(">")[2]


def test_every_row_opens_to_what_explains_it(buy, merchant):
    buy(("CUP", 2, 5000))
    page = merchant.get(f"{ROOT}/commissions?lang=en").text
    row = page.partition("<tbody>")[2].partition("</tr>")[0]
    for words in (
        "Paid for the line",
        "¥100.00",
        "2% of ¥100.00",
        "programme version 1",
        "level 3",
    ):
        assert words in row


def test_the_file_explains_every_row_and_runs_no_formula(
    programme, make_member, make_order, outbox, maker, downloaded, merchant
):
    upline = make_member("=cmd()")
    programme.name(upline)
    order = make_order([("CUP", 2, 5000)], member=make_member("买家", referrer=upline))
    outbox.drain()
    maker.refund(order, {"CUP": 1})
    outbox.drain()

    (row,) = downloaded("&state=reversed")
    assert row["Distributor"] == "'=cmd()"
    assert (row["Commission"], row["Taken back"], row["What is left"]) == ("10.00", "5.00", "5.00")
    assert (row["Paid for the line"], row["Refunded of the line"]) == ("100.00", "50.00")
    assert (row["Base"], row["Base is"], row["Pieces"]) == ("100.00", "paid", "2")
    assert (row["Rate in percent"], row["Yuan a piece"]) == ("10.00", "")
    assert (row["Level"], row["Programme version"]) == ("1", "1")
    assert row["Found by"] == "Rate of the whole plan"
    assert "distribution.commissions.export" in merchant.get("/admin/audit?lang=en").text


def test_a_fixed_sum_stands_in_its_own_column(programme, chain, buy, downloaded, shop):
    with shop.database.read() as session:
        (plan,) = current(session).plans
    programme.change(plans=(replace(plan, rate=Rate(RateKind.FIXED, (300, 200, 100))),))
    buy(("CUP", 2, 5000))
    first = next(row for row in downloaded() if row["Level"] == "1")
    assert (first["Rate in percent"], first["Yuan a piece"], first["Commission"]) == (
        "",
        "3.00",
        "6.00",
    )


def test_a_file_is_asked_for_by_post_only_and_a_get_writes_nothing(merchant, buy):
    buy()
    assert merchant.get(f"{ROOT}/commissions.csv").status_code == 405
    assert "distribution.commissions.export" not in merchant.get("/admin/audit?lang=en").text


def test_an_export_reads_all_chunks_once(buy, shop, monkeypatch):
    monkeypatch.setattr("plugins.distribution.services.commission_list._CHUNK", 2)
    buy(), buy()
    with shop.database.read() as session:
        chunks = list(export_commissions(session, CommissionFilter()))
    ids = [row.id for chunk in chunks for row in chunk]
    assert len(ids) == len(set(ids)) == 6


def test_a_page_asks_as_often_whatever_is_on_it(buy, merchant, count_statements):
    buy()
    merchant.get(f"{ROOT}/commissions")
    with count_statements() as few:
        merchant.get(f"{ROOT}/commissions")
    for _ in range(5):
        buy()
    with count_statements() as many:
        merchant.get(f"{ROOT}/commissions")
    assert len(many) == len(few)


def test_a_page_of_rejected_ones_asks_as_often_for_one_and_many(
    shop, chain, buy, merchant, count_statements
):
    asked = []
    for orders in (1, 3):
        for _ in range(orders):
            order = buy()
            held(shop, order, chain)
            with shop.database.write() as session:
                reject(session, order.id, chain.first.id, actor=STAFF, note="同一人")
        merchant.get(f"{ROOT}/commissions?state=rejected")
        with count_statements() as sent:
            merchant.get(f"{ROOT}/commissions?state=rejected")
        asked.append(len(sent))
    assert asked[0] == asked[1]


def test_the_page_and_the_file_narrow_by_where_the_rate_was_found(
    chain, programme, buy, merchant, downloaded, make_product
):
    pot = make_product("茶壶", skus=[("POT", 26_800, 5)])
    plan = current_programme(programme).default_plan
    rule = Rule(Scope.PRODUCT, pot.id, Treatment.OWN, Rate(RateKind.BPS, (2000, 0, 0)))
    programme.change(plans=(replace(plan, rules=(rule,)),))
    by_product, by_plan = buy(POT), buy(("CUP", 1, 5000))

    page = merchant.get(f"{ROOT}/commissions?lang=en&scope=product").text
    rows = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert by_product.order_no in rows
    assert by_plan.order_no not in rows
    assert '<option value="product" selected>' in page
    assert {row["Order"].strip() for row in downloaded("&scope=product")} == {by_product.order_no}
    assert {row["Order"].strip() for row in downloaded("&scope=plan")} == {by_plan.order_no}
    assert {row["Order"].strip() for row in downloaded("&scope=elsewhere")} == {
        by_product.order_no,
        by_plan.order_no,
    }


def current_programme(programme):
    with programme.shop.database.read() as session:
        return current(session)


def test_a_plan_that_was_removed_still_narrows_what_it_paid(
    chain, programme, buy, merchant, make_product
):
    pot = make_product("茶壶", skus=[("POT", 26_800, 5)])
    rule = Rule(Scope.PRODUCT, pot.id, Treatment.OWN, Rate(RateKind.BPS, (2000, 0, 0)))
    default = current_programme(programme).default_plan
    tea = replace(default, id=uuid4(), name="茶", rules=(rule,))
    programme.change(plans=(default, tea))
    paid = buy(POT)
    option = f'<option value="{tea.id}"'
    assert f"{option}>茶</option>" in merchant.get(f"{ROOT}/commissions?lang=en").text
    programme.change(plans=(default,))
    buy(("CUP", 1, 5000))

    page = merchant.get(f"{ROOT}/commissions?lang=en&plan={tea.id}").text
    assert f"{option} selected>茶 (removed)</option>" in page
    assert page.count('class="trace"') == 1
    assert paid.order_no in page


def test_the_newest_are_counted_and_paged_and_the_list_goes_on_after_them(
    buy, shop, monkeypatch, merchant, chain, make_order, outbox
):
    for number in range(6):
        make_order([("POT", 1, 10_000 + number)], member=chain.buyer)
    outbox.drain()
    monkeypatch.setattr(commission_list, "MOST", 7)
    every = CommissionFilter()
    with shop.database.read() as session:
        rows = [row for chunk in export_commissions(session, every) for row in chunk]
        newest = sorted(rows, key=lambda row: (row.accrued_at, row.id), reverse=True)
        found, sums = find_commissions(session, every, limit=5)
        last, _ = find_commissions(session, every, limit=5, offset=5)
        beyond, _ = find_commissions(session, every, limit=5, offset=10)
        older, others = find_commissions(session, every, limit=20, after=sums.more)
        oldest, end = find_commissions(session, every, limit=20, after=others.more)
        few, _ = find_commissions(session, CommissionFilter(level=1), limit=5)
        ordered = [
            find_commissions(session, every, limit=5, offset=5, sort=sort)
            for sort in ("oldest", "most", "least")
        ]

    assert [*found, *last, *older, *oldest] == newest
    assert (beyond, sums.count, sums.amount_fen) == ([], 7, sum(r.amount_fen for r in newest[:7]))
    assert (others.count, others.amount_fen) == (7, sum(r.amount_fen for r in newest[7:14]))
    assert (end.count, end.more, len(few)) == (4, None, 5)
    by_amount = sorted(newest[:7], key=lambda row: row.left_fen)
    largest = sorted(newest[:7], key=lambda row: -row.left_fen)
    assert [page for page, _ in ordered] == [newest[1::-1], largest[5:], by_amount[5:]]
    assert [told for _, told in ordered] == [sums] * 3

    page = merchant.get(f"{ROOT}/commissions?lang=en").text
    assert "There are more. Figures and pages are of the newest 7." in page
    page = merchant.get(f"{ROOT}/commissions?lang=en&sort=least").text
    assert '<option value="least" selected>Smallest first</option>' in page
    page = merchant.get(f"{ROOT}/commissions?lang=en&after={others.more}").text
    assert "Figures and pages are of what came before" in page
    assert page.count('class="trace"') == 4
    assert "There are more." not in merchant.get(f"{ROOT}/commissions?level=1&lang=en").text
    odd = merchant.get(f"{ROOT}/commissions?lang=en&after=20261340-nobody").text
    assert "There are more." in odd


def test_distributors_are_paged_so_many_at_a_time_to_the_last(
    shop, chain, make_member, programme, monkeypatch, merchant
):
    programme.name(*(make_member(f"分销员{number}") for number in range(4)))
    with shop.database.read() as session:
        every = [row.member_id for row in list_distributors(session, limit=10).rows]
    monkeypatch.setattr(overview, "MOST", 3)
    with shop.database.read() as session:
        first = list_distributors(session, limit=10)
        second = list_distributors(session, limit=10, after=first.more)
        third = list_distributors(session, limit=10, after=second.more)

    assert [len(part.rows) for part in (first, second, third)] == [3, 3, 1]
    assert [row.member_id for part in (first, second, third) for row in part.rows] == every
    assert (first.total, third.total, third.more) == (3, 1, None)
    assert (
        "Pages are of the 3 who changed last." in merchant.get(f"{ROOT}/distributors?lang=en").text
    )
    page = merchant.get(f"{ROOT}/distributors?lang=en&after={first.more}").text
    assert "Pages are of those who changed before" in page
    assert "On to the next" in page
