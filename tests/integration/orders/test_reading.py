import csv
import io
from datetime import timedelta

import pytest

from core.kernel.clock import now
from core.orders import services as orders
from core.orders.rules import order_status
from core.orders.states import AfterSaleState, OrderStatus
from core.orders.types import OrderFilter
from tests.integration.orders.trading import counted


@pytest.fixture
def shelf(trade):
    """One order at every status."""
    buyer, pot = trade.buyer("小山"), trade.ware(5000, title="青瓷茶壶")
    expired = trade.place(buyer, (pot, 1))
    trade.advance(hours=1)
    with trade.write() as session:
        orders.expire_unpaid(session)
    found = {
        OrderStatus.EXPIRED: expired,
        OrderStatus.UNPAID: trade.place(buyer, (pot, 1)),
        OrderStatus.CANCELLED: trade.place(buyer, (pot, 1)),
        OrderStatus.TO_SHIP: trade.bought(buyer, (pot, 1)),
        OrderStatus.TO_RECEIVE: trade.bought(buyer, (pot, 1), until="shipped"),
        OrderStatus.COMPLETED: trade.bought(buyer, (pot, 1), until="received"),
        OrderStatus.REFUNDED: trade.bought(buyer, (pot, 1)),
    }
    with trade.write() as session:
        orders.cancel_order(session, found[OrderStatus.CANCELLED].order_no, actor="x", reason="no")
    trade.refund(trade.ask(buyer, found[OrderStatus.REFUNDED], (pot, 1), kind="refund"))
    return buyer, found


def search(trade, **wanted):
    with trade.read() as session:
        page = orders.search_orders(session, OrderFilter(**wanted))
    return [order.order_no for order in page.items]


def test_every_status_finds_its_own_order_and_no_other(trade, shelf):
    buyer, found = shelf
    for status, placed in found.items():
        assert search(trade, status=status) == [placed.order_no]
        with trade.read() as session:
            (mine,) = orders.list_orders(session, buyer.id, status=status).items
        assert mine.status == status
        assert mine.status == order_status(mine.state, mine.payment_state, mine.fulfilment_state)
    with trade.read() as session:
        assert orders.status_counts(session, buyer.id) == dict.fromkeys(OrderStatus, 1)
        assert orders.order_counts(session) == dict.fromkeys(OrderStatus, 1)


def test_orders_are_listed_newest_first_in_pages(trade):
    buyer, other, pot = trade.buyer(), trade.buyer(), trade.ware()
    numbers = [trade.place(buyer, (pot, 1)).order_no for _ in range(5)]
    trade.place(other, (pot, 1))

    with trade.read() as session:
        first = orders.list_orders(session, buyer.id, per_page=2)
        last = orders.list_orders(session, buyer.id, page=3, per_page=2)

    assert [order.order_no for order in first.items] == numbers[:-3:-1]
    assert (first.total, first.count, first.has_next) == (5, 3, True)
    assert ([order.order_no for order in last.items], last.has_next) == ([numbers[0]], False)


@pytest.mark.parametrize("rows", [2, 12])
def test_a_list_takes_the_same_statements_whatever_its_length(trade, rows):
    buyer, pot, cup = trade.buyer(), trade.ware(), trade.ware()
    for _ in range(rows):
        trade.place(buyer, (pot, 1), (cup, 1))

    with trade.read() as session, counted(trade.database) as sent:
        page = orders.list_orders(session, buyer.id, per_page=50)

    assert len(page.items) == rows
    assert len([text for text in sent if not text.startswith("BEGIN")]) <= 4


def test_orders_are_found_by_number_phone_nickname_title_and_receiver(trade):
    buyer = trade.buyer("阿莲", "+8613900001234")
    pot, cup = trade.ware(title="冰裂釉茶壶"), trade.ware(title="白瓷杯")
    wanted = trade.place(buyer, (pot, 1))
    trade.place(trade.buyer("老陈"), (cup, 1))

    for query in (
        wanted.order_no,
        wanted.order_no[:18],
        "13900001234",
        "139 0000 1234",
        "1234",
        "阿莲",
        "冰裂",
        " 茶壶 ",
    ):
        assert search(trade, query=query) == [wanted.order_no], query
    assert len(search(trade, query="林山")) == 2
    assert search(trade, query="%") == []
    assert search(trade, query="没有这个") == []


def test_orders_are_found_by_after_sale_number_and_open_wishes(trade):
    buyer, pot = trade.buyer(), trade.ware()
    plain = trade.bought(buyer, (pot, 1))
    disputed = trade.bought(buyer, (pot, 1))
    asked = trade.ask(buyer, disputed, (pot, 1), kind="refund")
    with trade.read() as session:
        number = orders.after_sale_detail(session, asked).after_sale_no

    assert search(trade, query=number) == [disputed.order_no]
    assert search(trade, has_open_after_sale=True) == [disputed.order_no]
    assert search(trade, has_open_after_sale=False) == [plain.order_no]


def test_orders_are_found_by_date_and_member(trade):
    buyer, pot = trade.buyer(), trade.ware()
    old = trade.place(buyer, (pot, 1))
    trade.advance(days=2)
    new = trade.place(trade.buyer(), (pot, 1))
    noon = now() - timedelta(days=1)

    assert search(trade, since=noon) == [new.order_no]
    assert search(trade, until=noon) == [old.order_no]
    assert search(trade, member_id=buyer.id) == [old.order_no]


def test_the_export_has_a_line_for_each_order_line_and_runs_no_formula(trade):
    buyer = trade.buyer("=HYPERLINK(1)")
    pot, cup = trade.ware(5000, title="@壶"), trade.ware(800)
    first = trade.bought(buyer, (pot, 2), (cup, 1))
    second = trade.place(buyer, (cup, 3))

    with trade.read() as session:
        text = "".join(orders.export_orders(session, OrderFilter()))

    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["Order number"] for row in rows] == [
        f"#{second.order_no}",
        f"#{first.order_no}",
        f"#{first.order_no}",
    ]
    assert rows[1]["Product"] == "'@壶"
    assert rows[1]["Member"] == "'=HYPERLINK(1)"
    assert (rows[1]["Pieces"], rows[1]["Line total"], rows[1]["Order total"]) == (
        "2",
        "100.00",
        "108.00",
    )


def test_the_export_reads_in_batches_without_losing_or_repeating_an_order(trade, monkeypatch):
    monkeypatch.setattr("core.orders.services.search.EXPORT_BATCH", 3)
    buyer, pot = trade.buyer(), trade.ware()
    numbers = [trade.place(buyer, (pot, 1)).order_no for _ in range(8)]

    with trade.read() as session:
        lines = list(orders.export_orders(session, OrderFilter()))

    assert [line.split(",")[0] for line in lines[1:]] == [f"#{number}" for number in numbers[::-1]]


def test_an_order_is_read_in_at_most_seven_statements(trade):
    buyer, pot, cup = trade.buyer(), trade.ware(), trade.ware()
    placed = trade.bought(buyer, (pot, 2), (cup, 1), until="received")
    trade.refund(trade.ask(buyer, placed, (pot, 1)))

    with trade.read() as session, counted(trade.database) as sent:
        orders.order_detail(session, placed.order_no)

    assert len([text for text in sent if not text.startswith("BEGIN")]) <= 7


def test_a_shopper_does_not_read_the_uplines(trade):
    buyer, pot = trade.buyer(), trade.ware()
    placed = trade.place(buyer, (pot, 1))

    assert trade.order(placed, buyer).chain == ()


def test_what_the_owner_may_do_follows_the_order(trade):
    buyer, pot = trade.buyer(), trade.ware()
    placed = trade.place(buyer, (pot, 1))

    def rights():
        order = trade.order(placed, buyer)
        return order.can_pay, order.can_cancel, order.can_receive, order.can_ask_refund

    assert rights() == (True, True, False, False)
    trade.pay(placed)
    assert rights() == (False, False, False, True)
    trade.ship(placed)
    assert rights() == (False, False, True, True)
    trade.receive(placed, buyer)
    assert rights() == (False, False, False, True)


def test_the_packing_slip_leaves_out_what_was_given_back(trade):
    buyer, pot, cup = trade.buyer(), trade.ware(5000), trade.ware(800)
    placed = trade.bought(buyer, (pot, 2), (cup, 1))
    trade.refund(trade.ask(buyer, placed, (cup, 1), kind="refund"))

    with trade.read() as session:
        slip = orders.packing_slip(session, placed.order_no, settings=trade.settings)

    assert [line.sku_id for line in slip.lines] == [pot.sku_id]
    assert (slip.pieces, slip.shop_name, slip.address.name) == (2, "山屿集", "林山")
    assert slip.total_fen == 10000 + slip.freight_fen


def test_after_sales_are_listed_by_state_and_member(trade):
    buyer, other, pot = trade.buyer(), trade.buyer(), trade.ware()
    waiting = trade.ask(buyer, trade.bought(buyer, (pot, 1)), (pot, 1), kind="refund")
    done = trade.ask(other, trade.bought(other, (pot, 1)), (pot, 1), kind="refund")
    trade.refund(done)

    def listed(**wanted):
        with trade.read() as session:
            page = orders.list_after_sales(session, **wanted)
        return [sale.after_sale_id for sale in page.items]

    assert listed() == [done, waiting]
    assert listed(state=AfterSaleState.REQUESTED) == [waiting]
    assert listed(member_id=other.id) == [done]
