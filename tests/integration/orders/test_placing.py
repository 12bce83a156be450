from uuid import UUID

import pytest

from core.kernel.errors import Conflict, NotFound, Rejected
from core.kernel.ids import new_id
from core.orders import services as orders
from core.orders.states import OrderStatus
from core.pricing.types import Adjustment, PriceRule, Stage
from tests.integration.orders.trading import counted

TEN_OFF = PriceRule("test.ten", Stage.COUPON, lambda draft, _: [Adjustment(-1000, "Ten yuan off")])


def test_an_order_freezes_lines_price_address_and_holds_stock(trade):
    buyer, pot, cup = trade.buyer(), trade.ware(5000, 10), trade.ware(800, 10, "小杯")
    trade.add(buyer, pot)
    trade.add(buyer, cup, 3)
    trade.extend(rules=[TEN_OFF])

    placed = trade.place(buyer, note="  请\n轻放 ")

    order = trade.order(placed)
    assert placed.is_new
    assert not placed.is_paid
    assert order.status == OrderStatus.UNPAID
    # 50 + 3 × 8 = 74; less 10; freight 10 below 99
    assert (order.list_fen, order.discount_fen, order.goods_fen, order.freight_fen) == (
        7400,
        1000,
        6400,
        1000,
    )
    assert order.total_fen == placed.total_fen == 7400
    assert sorted(line.paid_fen for line in order.lines) == [2076, 4324]
    assert sum(line.paid_fen for line in order.lines) == order.goods_fen
    assert order.address.line == "浙江省杭州市西湖区龙井路1号"
    assert order.note == "请 轻放"
    assert [step.rule for step in order.trace] == ["test.ten", "test.ten", "core.freight"]
    assert [entry.kind for entry in order.timeline] == ["placed"]
    assert trade.stock(pot) == (10, 1)
    assert trade.stock(cup) == (10, 3)
    (fact,) = trade.facts("order_placed")
    assert (fact.order_no, fact.total_fen) == (placed.order_no, 7400)


def test_ordered_lines_leave_the_bag_and_others_stay(trade):
    buyer, pot, cup, tray = trade.buyer(), trade.ware(), trade.ware(), trade.ware()
    for ware in (pot, cup, tray):
        trade.add(buyer, ware)
    with trade.write() as session:
        orders.select_lines(session, buyer.cart, [cup.sku_id], selected=False)
    trade.take_off_sale(tray)

    trade.place(buyer)

    left = trade.cart(buyer)
    assert {line.sku_id for line in left.lines} == {cup.sku_id, tray.sku_id}


def test_the_same_request_answers_with_the_same_order(trade):
    buyer, pot = trade.buyer(), trade.ware(stock=10)
    trade.add(buyer, pot)

    first = trade.place(buyer, key="once")
    again = trade.place(buyer, key="once", expect=1)

    assert again.order_no == first.order_no
    assert (first.is_new, again.is_new) == (True, False)
    assert trade.count_orders() == 1
    assert trade.stock(pot) == (10, 1)
    assert len(trade.facts("order_placed")) == 1


def test_the_same_key_of_another_member_is_another_order(trade):
    pot = trade.ware()

    placed = [trade.place(trade.buyer(), (pot, 1), key="k") for _ in range(2)]

    assert placed[0].order_no != placed[1].order_no


def test_a_total_that_changed_is_refused_with_the_new_quote(trade):
    buyer, pot = trade.buyer(), trade.ware(5000)
    trade.add(buyer, pot)
    seen = trade.cart(buyer).total_fen
    trade.reprice(pot, 5500)

    with pytest.raises(Conflict) as caught:
        trade.place(buyer, expect=seen)

    assert caught.value.code == "orders.total_changed"
    assert caught.value.params["quote"].total_fen == seen + 500
    assert trade.count_orders() == 0
    assert trade.stock(pot) == (100, 0)
    assert len(trade.cart(buyer).lines) == 1


def test_a_total_that_fell_is_refused_too(trade):
    buyer, pot = trade.buyer(), trade.ware(5000)

    with pytest.raises(Conflict):
        trade.place(buyer, (pot, 1), expect=999_999)


def test_an_address_of_somebody_else_is_not_found(trade):
    buyer, stranger, pot = trade.buyer(), trade.buyer(), trade.ware()

    with pytest.raises(NotFound):
        trade.place(buyer, (pot, 1), address_id=stranger.address_id)


def test_an_empty_bag_and_one_with_nothing_good_in_it_place_no_order(trade):
    buyer, pot = trade.buyer(), trade.ware()
    with pytest.raises(Rejected) as empty:
        trade.place(buyer)
    trade.add(buyer, pot)
    trade.take_off_sale(pot)
    with pytest.raises(Rejected) as spoiled:
        trade.place(buyer)

    assert empty.value.code == spoiled.value.code == "orders.nothing"


def test_buying_now_leaves_the_bag_alone_and_says_what_is_wrong(trade):
    buyer, pot, last = trade.buyer(), trade.ware(), trade.ware(stock=1)
    trade.add(buyer, pot)

    trade.place(buyer, (pot, 2))
    with pytest.raises(Rejected) as short:
        trade.place(buyer, (last, 2), expect=1)

    assert len(trade.cart(buyer).lines) == 1
    assert short.value.code == "orders.not_enough"


def test_a_closed_store_takes_no_orders(trade):
    buyer, pot = trade.buyer(), trade.ware()
    trade.set(is_open=False)

    with pytest.raises(Rejected) as caught:
        trade.place(buyer, (pot, 1))

    assert caught.value.code == "orders.closed"


def test_a_limit_per_member_counts_earlier_orders_and_not_cancelled_ones(trade):
    buyer, pot = trade.buyer(), trade.ware(limit=3)
    first = trade.place(buyer, (pot, 2))

    with pytest.raises(Rejected) as caught:
        trade.place(buyer, (pot, 2), expect=1)
    with trade.write() as session:
        orders.cancel_order(session, first.order_no, actor="test", reason="第二次考虑")
    trade.place(buyer, (pot, 3))

    assert caught.value.code == "orders.over_limit"
    assert caught.value.params["left"] == 1


def test_a_plugins_refusal_leaves_nothing_behind(trade):
    def refuse(hook, **arguments):
        assert arguments["placement"].quote.total_fen == 6000
        raise Rejected("test.no", "Not today.")

    buyer, pot = trade.buyer(), trade.ware(5000)
    trade.extend(check=refuse)

    with pytest.raises(Rejected, match="Not today"):
        trade.place(buyer, (pot, 1))

    assert trade.count_orders() == 0
    assert trade.stock(pot) == (100, 0)


def test_what_plugins_freeze_comes_back_when_the_order_is_paid(trade):
    trade.extend(freezes={"distribution": lambda session, facts: {"plan": 7, "p": facts.province}})
    buyer, pot = trade.buyer(), trade.ware()

    trade.pay(trade.place(buyer, (pot, 1)))

    (fact,) = trade.facts("order_paid")
    assert fact.plan_versions == {"distribution": {"plan": 7, "p": "浙江省"}}


def test_a_basket_that_costs_nothing_is_paid_at_once(trade):
    trade.extend(
        rules=[
            PriceRule(
                "test.free",
                Stage.COUPON,
                lambda draft, _: [Adjustment(-draft.goods_fen, "Gift")],
            )
        ]
    )
    trade.set(freight_fen=0)
    buyer, pot = trade.buyer(), trade.ware(stock=5)

    placed = trade.place(buyer, (pot, 2), expect=0)

    assert placed.is_paid
    assert trade.order(placed).status == OrderStatus.TO_SHIP
    assert trade.stock(pot) == (3, 0)
    assert trade.facts("order_paid")[0].total_fen == 0
    trade.check_books()


def test_an_order_of_somebody_else_is_not_found(trade):
    buyer, stranger, pot = trade.buyer(), trade.buyer(), trade.ware()
    placed = trade.place(buyer, (pot, 1))

    with pytest.raises(NotFound) as other:
        trade.order(placed, stranger)
    with pytest.raises(NotFound) as missing, trade.read() as session:
        orders.order_detail(session, "2026", member_id=stranger.id)
    with pytest.raises(NotFound), trade.write() as session:
        orders.cancel_order(session, placed.order_no, actor="x", reason="", member_id=stranger.id)

    assert (other.value.code, other.value.message) == (missing.value.code, missing.value.message)


def test_unknown_goods_are_refused(trade):
    buyer = trade.buyer()
    with pytest.raises(Rejected) as caught, trade.write() as session:
        orders.place_order(
            session,
            member_id=buyer.id,
            address_id=buyer.address_id,
            expected_total_fen=0,
            request_key="x",
            settings=trade.settings,
            extensions=trade.extensions,
            wants={new_id(): 1},
        )
    assert caught.value.code == "orders.nothing"


@pytest.mark.parametrize("lines", [1, 12])
def test_placing_takes_at_most_fourteen_statements_whatever_the_size(trade, lines):
    buyer = trade.buyer()
    for number in range(lines):
        trade.add(buyer, trade.ware(1000 + number))
    total = trade.cart(buyer).total_fen

    with trade.write() as session, counted(trade.database) as sent:
        trade.place(buyer, expect=total, visitor="browser", session=session)

    assert len(sent) <= 14, "\n".join(sent)


def test_order_numbers_do_not_tell_how_many_orders_there_are(trade):
    buyer, pot = trade.buyer(), trade.ware()

    numbers = [trade.place(buyer, (pot, 1)).order_no for _ in range(3)]

    assert len(set(numbers)) == 3
    assert all(len(number) == 22 and number.isdigit() for number in numbers)
    assert not any(isinstance(number, UUID) for number in numbers)
