"""Orders, after-sales and money as staff handle them."""

import re
from io import BytesIO

import pytest

from core.orders import services as orders
from core.payments import services as payments
from core.stock import services as stock
from tests.integration.admin.conftest import said


@pytest.fixture
def view(shop):
    """Reads an order: ``view(made)``."""

    def read(made):
        with shop.database.read() as session:
            return orders.order_detail(session, made.order_no)

    return read


def audited(shop) -> list[str]:
    from core.staff.services import list_audit

    with shop.database.read() as session:
        return [entry.action for entry in list_audit(session).items]


def test_an_order_is_shipped_with_its_number_and_written_to_the_log(shop, admin, maker, view):
    order = maker.order()
    path = f"/admin/orders/{order.order_no}"
    page = admin.refused(f"{path}/ship", {"carrier": "顺丰速运", "tracking_no": ""})
    assert "顺丰速运" in page
    page = admin.done(f"{path}/ship", {"carrier": "顺丰速运", "tracking_no": " SF 123 "})
    assert "The parcel is on its way." in page
    assert "SF 123" in page
    assert view(order).status == "to_receive"
    assert audited(shop)[0] == "order.ship"
    page = admin.done(f"{path}/receive")
    assert view(order).status == "completed"


def test_an_unpaid_order_is_cancelled_with_a_reason_only(shop, admin, maker, view):
    order = maker.order([("POT-1", 3, 9900)], paid=False)
    path = f"/admin/orders/{order.order_no}/cancel"
    admin.refused(path, {"cancel-reason": ""})
    admin.done(path, {"cancel-reason": "买家打来电话"})
    assert view(order).status == "cancelled"
    with shop.database.read() as session:
        levels = stock.stock_views(session, [view(order).lines[0].sku_id])
    assert [level.allocated for level in levels.values()] == [0]
    paid = maker.order()
    page = admin.refused(f"/admin/orders/{paid.order_no}/cancel", {"cancel-reason": "x"}, 409)
    assert said(page)


def test_a_transfer_is_confirmed_by_hand_once_and_only_in_full(admin, maker, view):
    order = maker.order([("POT-1", 1, 9900)], paid=False)
    path = f"/admin/orders/{order.order_no}/confirm-payment"
    yuan = f"{order.total_fen / 100:.2f}"
    page = admin.refused(path, {"amount_fen": "1.00", "reference": "T1"})
    assert "Confirm only the whole amount" in said(page)
    assert 'value="T1"' in page
    admin.done(path, {"amount_fen": yuan, "reference": "T1"})
    assert view(order).status == "to_ship"
    admin.refused(path, {"amount_fen": yuan, "reference": "T2"}, 422)
    maker.check_books()


def test_a_note_for_colleagues_stands_in_the_story_as_text(admin, maker):
    order = maker.order()
    page = admin.done(f"/admin/orders/{order.order_no}/note", {"text": "<b>VIP</b> 100%"})
    assert "&lt;b&gt;VIP&lt;/b&gt; 100%" in page
    assert "<b>VIP" not in page


def test_goodwill_money_goes_back_by_line(shop, admin, maker, view):
    order = maker.order([("POT-1", 2, 9900), ("CUP-1", 1, 3000)])
    path = f"/admin/orders/{order.order_no}/refund"
    line = view(order).lines[0]
    admin.refused(path, {"reason": "瑕疵"})
    page = admin.refused(
        path, {"reason": "瑕疵", f"pieces-{line.line_id}": "1", f"amount-{line.line_id}": "9999"}
    )
    assert 'value="9999"' in page
    admin.done(
        path, {"reason": "瑕疵", f"pieces-{line.line_id}": "", f"amount-{line.line_id}": "12.50"}
    )
    with shop.database.read() as session:
        refunds = payments.refunds_of(session, order.id)
    assert [refund.amount_fen for refund in refunds] == [1250]
    with shop.database.write() as session:
        orders.refund_done(session, refunds[0].id)
    assert view(order).refunded_fen == 1250
    assert "¥12.50" in admin.page(f"/admin/orders/{order.order_no}")
    maker.check_books()


def test_an_after_sale_is_declined_only_with_an_answer(shop, admin, maker, view):
    buyer = maker.member()
    order = maker.order([("POT-1", 2, 9900)], member=buyer, received=True)
    line = view(order).lines[0]
    with shop.database.write() as session:
        asked = orders.request_after_sale(
            session,
            member_id=buyer.id,
            order_no=order.order_no,
            kind="return",
            wants={line.line_id: 1},
            reason="不想要了",
        )
    assert "不想要了" in admin.page("/admin/after-sales?state=requested")
    path = f"/admin/after-sales/{asked}"
    admin.refused(path, {"decision": "reject", "answer": ""})
    page = admin.done(path, {"decision": "approve", "answer": "好的"})
    assert "Agreed" in page
    assert view(order).after_sales[0].state == "approved"
    assert admin.post(path, {"decision": "reject", "answer": "晚了"}).status_code == 409


def test_what_a_shopper_chose_as_the_reason_reads_in_words_on_every_page(shop, admin, maker, view):
    buyer = maker.member()
    order = maker.order([("POT-1", 2, 9900)], member=buyer, received=True)
    with shop.database.write() as session:
        asked = orders.request_after_sale(
            session,
            member_id=buyer.id,
            order_no=order.order_no,
            kind="return",
            wants={view(order).lines[0].line_id: 1},
            reason="not_wanted",
        )
    paths = (f"/admin/after-sales/{asked}", f"/admin/orders/{order.order_no}")
    for path in ("/admin/after-sales", *paths):
        page = admin.page(path)
        assert "I no longer want it" in page, path
        assert "not_wanted" not in page, path
    admin.done(paths[0], {"decision": "approve", "answer": "好的"})
    for path in paths:
        assert "not_wanted" not in admin.page(path), path


def test_many_parcels_leave_by_a_list_and_bad_lines_come_back(admin, maker, view):
    first, second, unpaid = maker.order(), maker.order(), maker.order(paid=False)
    text = (
        "订单号,快递,单号\n"
        f"{first.order_no},顺丰速运,SF1\n{second.order_no}，中通快递，ZT2\n"
        f"{unpaid.order_no},顺丰速运,SF3\n12345,顺丰速运,SF4\n{first.order_no},顺丰速运,SF5\n"
    )
    page = admin.post("/admin/orders/ship", {"lines": text}).get_data(as_text=True)
    assert page.count("tag bad") == 3
    assert view(first).status == "to_ship", "looking ships nothing"
    page = admin.post("/admin/orders/ship", {"lines": text, "confirm": "1"}).get_data(as_text=True)
    assert "2 orders shipped." in page
    assert f"{unpaid.order_no},顺丰速运,SF3" in page
    assert (view(first).status, view(second).status) == ("to_receive", "to_receive")
    admin.refused("/admin/orders/ship", {"lines": " \n"})
    file = (BytesIO(f"{first.order_no},顺丰速运,SF9".encode()), "parcels.csv")
    page = admin.post(
        "/admin/orders/ship", {"file": file}, content_type="multipart/form-data"
    ).get_data(as_text=True)
    assert "does not wait to be shipped" in page


def test_amounts_in_the_story_are_parted_like_everywhere(admin, maker):
    order = maker.order([("POT-1", 1, 1_234_500)])
    maker.refund(order)
    story = admin.page(f"/admin/orders/{order.order_no}").partition('id="story"')[2]
    story = story.partition("</ol>")[0]

    assert story.count("¥12,345.00") >= 3
    assert "12345" not in story


def test_orders_are_found_printed_and_exported(admin, maker):
    order = maker.order([("POT-1", 1, 9900)], member=maker.member("王小山"))
    other = maker.order([("CUP-1", 1, 9900)])
    assert order.order_no in admin.page("/admin/orders?q=王小山")
    assert other.order_no not in admin.page("/admin/orders?q=王小山")
    assert order.order_no in admin.page("/admin/orders?status=to_ship")
    assert order.order_no not in admin.page("/admin/orders?until=2020-01-01")
    assert admin.get(f"/admin/search?q={order.order_no}").status_code == 302
    page = admin.page(f"/admin/orders/print?pick={order.order_no}&pick={other.order_no}")
    assert page.count('class="card sheet"') == 2
    export = admin.post("/admin/orders/export.csv")
    assert export.mimetype == "text/csv"
    assert order.order_no in export.get_data(as_text=True)


def test_a_packing_slip_counts_in_each_line_what_is_left_to_pack(admin, maker):
    order = maker.order([("POT-1", 3, 9900)])
    maker.refund(order, {"POT-1": 1})
    page = admin.page(f"/admin/orders/{order.order_no}/print")
    sheet = page.partition('class="card sheet"')[2]
    assert re.findall(r'<td class="num">(\d)</td>', sheet) == ["2", "2"]
    assert "¥198.00" in sheet
    assert "¥297.00" not in sheet


def test_a_nickname_with_markup_stays_text_everywhere(admin, maker):
    member = maker.member("<img src=x onload=a>")
    order = maker.order(member=member)
    for path in (
        "/admin/",
        "/admin/orders",
        f"/admin/orders/{order.order_no}",
        "/admin/members",
        f"/admin/members/{member.id}",
        f"/admin/members/{member.id}/referral",
        "/admin/search?q=onload",
    ):
        assert "<img src=x" not in admin.page(path), path


def test_the_dashboard_counts_what_was_paid(admin, maker):
    maker.order([("POT-1", 2, 9900)])
    maker.order([("POT-1", 1, 9900)], paid=False)
    page = admin.page("/admin/?period=today")
    figures = re.findall(r'<span class="value">(.*?)</span>', page)
    assert "198" in re.sub(r"<[^>]+>", "", figures[0])
    assert figures[1] == "1"
    assert 'role="img"' in page
    assert "<caption>Sales over time</caption>" in page


def test_an_order_is_found_by_the_end_of_its_number_and_by_its_parcel(admin, maker):
    found, other = maker.order(), maker.order()
    sent = {"carrier": "顺丰速运", "tracking_no": "SF20261031"}
    admin.done(f"/admin/orders/{found.order_no}/ship", sent)
    for text in (found.order_no[-9:], "sf20261031", "SF20261031"):
        for place in ("/admin/search", "/admin/orders"):
            page = admin.page(f"{place}?q={text}")
            assert found.order_no in page, (place, text)
            assert other.order_no not in page, (place, text)
