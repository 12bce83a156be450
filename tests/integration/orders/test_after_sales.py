import pytest

from core.kernel.errors import Conflict, InvalidInput, NotFound, Rejected
from core.orders import services as orders
from core.orders.states import AfterSaleState, OrderStatus, PaymentState
from core.payments import services as payments
from core.pricing.types import Adjustment, PriceRule, Stage
from tests.integration.orders.trading import STAFF


def test_half_a_line_goes_back_and_the_rest_lives_on(trade):
    buyer, pot = trade.buyer(), trade.ware(5001, 10)
    placed = trade.bought(buyer, (pot, 2), until="received")

    asked = trade.ask(buyer, placed, (pot, 1))
    trade.refund(asked, answer="好的")

    order = trade.order(placed)
    assert order.refunded_fen == 5001
    assert order.payment_state == PaymentState.PARTIALLY_REFUNDED
    assert order.status == OrderStatus.COMPLETED
    (line,) = order.lines
    assert (line.refunded_quantity, line.refunded_fen, line.left_quantity, line.left_fen) == (
        1,
        5001,
        1,
        5001,
    )
    assert trade.stock(pot) == (9, 0)
    (refunded,) = trade.facts("order_refunded")
    (part,) = refunded.lines
    assert (part.amount_fen, part.line_refunded_fen, part.line_paid_fen) == (5001, 5001, 10_002)
    assert not refunded.is_full
    (closed,) = trade.facts("after_sale_closed")
    assert closed.outcome == "refunded"
    assert trade.platform("gateway:sandbox") == 10_002 - 5001
    trade.check_books()


def test_piece_by_piece_gives_back_exactly_what_was_paid(trade):
    buyer, pot = trade.buyer(), trade.ware(3333, 10)
    trade.set(freight_fen=0)

    off = PriceRule("test.off", Stage.COUPON, lambda draft, _: [Adjustment(-1, "One fen")])
    trade.extend(rules=[off])
    placed = trade.bought(buyer, (pot, 3), until="received")
    assert placed.total_fen == 9998

    amounts = []
    for _ in range(3):
        trade.refund(trade.ask(buyer, placed, (pot, 1)))
        amounts.append(trade.facts("order_refunded")[-1].amount_fen)

    assert amounts == [3333, 3333, 3332]
    order = trade.order(placed)
    assert (order.refunded_fen, order.payment_state) == (9998, PaymentState.REFUNDED)
    assert order.status == OrderStatus.REFUNDED
    assert trade.facts("order_refunded")[-1].is_full
    assert trade.stock(pot) == (10, 0)
    trade.check_books()


def test_freight_comes_back_when_the_whole_order_does_before_it_left(trade):
    buyer, pot, cup = trade.buyer(), trade.ware(2000), trade.ware(500)
    placed = trade.bought(buyer, (pot, 1), (cup, 2))
    assert placed.total_fen == 4000

    trade.refund(trade.ask(buyer, placed, (cup, 2), kind="refund"))
    first = trade.facts("order_refunded")[-1]
    trade.refund(trade.ask(buyer, placed, (pot, 1), kind="refund"))
    second = trade.facts("order_refunded")[-1]

    assert (first.amount_fen, first.freight_fen, first.is_full) == (1000, 0, False)
    assert (second.amount_fen, second.freight_fen, second.is_full) == (3000, 1000, True)
    order = trade.order(placed)
    assert (order.status, order.close_reason) == (OrderStatus.REFUNDED, "All money went back")
    assert order.closed_at is not None
    # Nothing ever left, so everything is on the shelf again.
    assert trade.stock(pot) == (100, 0)
    assert trade.stock(cup) == (100, 0)
    trade.check_books()


def test_freight_stays_once_the_parcel_left_unless_staff_gives_it(trade):
    buyer, pot = trade.buyer(), trade.ware(2000)
    kept = trade.bought(buyer, (pot, 1), until="shipped")
    given = trade.bought(buyer, (pot, 1), until="shipped")

    trade.refund(trade.ask(buyer, kept, (pot, 1)))
    trade.refund(trade.ask(buyer, given, (pot, 1)), freight_fen=1000)

    assert trade.order(kept).refunded_fen == 2000
    assert trade.order(kept).payment_state == PaymentState.PARTIALLY_REFUNDED
    assert trade.order(given).refunded_fen == 3000
    assert trade.order(given).status == OrderStatus.REFUNDED
    with pytest.raises(Rejected):
        trade.approve(_opened(trade, kept, {}, freight_fen=1000), freight_fen=1001)


def _opened(trade, placed, wants, **more):
    with trade.write() as session:
        return orders.open_by_staff(
            session,
            order_no=placed.order_no,
            kind="refund",
            wants=wants,
            reason="Goodwill",
            actor=STAFF,
            **more,
        )


def test_money_only_keeps_the_goods_where_they_are(trade):
    buyer, pot = trade.buyer(), trade.ware(5000, 10)
    placed = trade.bought(buyer, (pot, 2), until="received")
    line_id = trade.order(placed).lines[0].line_id

    with trade.write() as session:
        asked = orders.request_after_sale(
            session,
            member_id=buyer.id,
            order_no=placed.order_no,
            kind="refund",
            wants={},
            amounts={line_id: 1500},
            reason="Scratched",
            note="壶嘴有磕碰",
        )
    trade.refund(asked)

    (line,) = trade.order(placed).lines
    assert (line.refunded_quantity, line.refunded_fen, line.left_quantity) == (0, 1500, 2)
    assert trade.stock(pot) == (8, 0)
    trade.refund(trade.ask(buyer, placed, (pot, 2)))
    assert trade.order(placed).refunded_fen == 10_000
    trade.check_books()


def test_two_wishes_at_once_never_ask_for_more_than_there_is(trade):
    buyer, pot = trade.buyer(), trade.ware(5000)
    placed = trade.bought(buyer, (pot, 3), until="received")
    trade.ask(buyer, placed, (pot, 2))

    with pytest.raises(Rejected):
        trade.ask(buyer, placed, (pot, 2))
    with trade.read() as session:
        offer = orders.after_sale_offer(session, placed.order_no, member_id=buyer.id)

    assert (offer.lines[0].left_quantity, offer.lines[0].left_fen) == (1, 5000)


def test_a_shopper_cannot_name_more_than_the_share_of_the_pieces(trade):
    buyer, pot = trade.buyer(), trade.ware(5000)
    placed = trade.bought(buyer, (pot, 3), until="received")
    line_id = trade.order(placed).lines[0].line_id

    asked = trade.ask(buyer, placed, (pot, 1), amounts={line_id: 15_000})

    with trade.read() as session:
        assert orders.after_sale_detail(session, asked).amount_fen == 5000


def test_approving_twice_asks_for_the_money_once(trade):
    buyer, pot = trade.buyer(), trade.ware(5000)
    placed = trade.bought(buyer, (pot, 1), until="received")
    asked = trade.ask(buyer, placed, (pot, 1))

    refunds = [trade.approve(asked) for _ in range(2)]
    for _ in range(3):
        with trade.write() as session:
            orders.refund_done(session, refunds[0])

    assert refunds[0] == refunds[1] == trade.approve(asked)
    assert len(trade.facts("order_refunded")) == 1
    assert len(trade.facts("payment_refunded")) == 1
    with trade.read() as session:
        assert len(payments.refunds_of(session, placed.order_id)) == 1
    trade.check_books()


def test_a_rejected_wish_frees_what_it_asked_for_and_tells_why(trade):
    buyer, pot = trade.buyer(), trade.ware(5000)
    placed = trade.bought(buyer, (pot, 1), until="received")
    asked = trade.ask(buyer, placed, (pot, 1))

    with pytest.raises(InvalidInput), trade.write() as session:
        orders.reject_after_sale(session, asked, actor=STAFF, answer="  ")
    with trade.write() as session:
        orders.reject_after_sale(session, asked, actor=STAFF, answer="超过七天")
    with pytest.raises(Conflict):
        trade.approve(asked)

    order = trade.order(placed)
    assert order.can_ask_refund
    (sale,) = order.after_sales
    assert (sale.state, sale.answer) == (AfterSaleState.REJECTED, "超过七天")
    assert trade.facts("after_sale_closed")[0].outcome == "rejected"
    assert trade.ask(buyer, placed, (pot, 1))


def test_only_the_shopper_withdraws_and_only_before_the_answer(trade):
    buyer, stranger, pot = trade.buyer(), trade.buyer(), trade.ware()
    placed = trade.bought(buyer, (pot, 2), until="received")
    asked = trade.ask(buyer, placed, (pot, 1))

    with pytest.raises(NotFound), trade.write() as session:
        orders.withdraw_after_sale(session, asked, member_id=stranger.id)
    with trade.write() as session:
        orders.withdraw_after_sale(session, asked, member_id=buyer.id)
    with trade.write() as session:
        orders.withdraw_after_sale(session, asked, member_id=buyer.id)
    answered = trade.ask(buyer, placed, (pot, 1))
    trade.approve(answered)
    with pytest.raises(Conflict), trade.write() as session:
        orders.withdraw_after_sale(session, answered, member_id=buyer.id)

    assert len(trade.facts("after_sale_closed")) == 1


def test_nobody_asks_for_an_unpaid_order_or_after_the_window(trade):
    buyer, pot = trade.buyer(), trade.ware()
    unpaid = trade.place(buyer, (pot, 1))
    old = trade.bought(buyer, (pot, 1), until="received")
    trade.advance(days=8)

    for placed in (unpaid, old):
        with pytest.raises(Rejected) as caught:
            trade.ask(buyer, placed, (pot, 1))
        assert caught.value.code == "after_sale.closed"


def test_staff_gives_goodwill_after_settlement_but_never_more_than_was_paid(trade):
    buyer, pot = trade.buyer(), trade.ware(5000)
    placed = trade.bought(buyer, (pot, 2), until="received")
    trade.advance(days=8)
    with trade.write() as session:
        assert orders.settle_due(session) == 1
    line_id = trade.order(placed).lines[0].line_id

    with pytest.raises(Rejected):
        _opened(trade, placed, {}, amounts={line_id: 10_001})
    trade.refund(_opened(trade, placed, {}, amounts={line_id: 4000}))

    order = trade.order(placed)
    assert (order.refunded_fen, order.settled_at is not None) == (4000, True)
    assert trade.facts("order_refunded")[0].lines[0].line_refunded_fen == 4000
    trade.check_books()


@pytest.mark.parametrize("kind", ["return", "refund"])
def test_a_wish_for_nothing_is_refused(trade, kind):
    buyer, pot = trade.buyer(), trade.ware()
    placed = trade.bought(buyer, (pot, 1), until="received")

    with pytest.raises(Rejected):
        trade.ask(buyer, placed, (pot, 0), kind=kind)
    with pytest.raises(Rejected):
        trade.ask(buyer, placed, kind=kind)


def test_lines_and_orders_of_somebody_else_are_not_found(trade):
    buyer, stranger, pot, cup = trade.buyer(), trade.buyer(), trade.ware(), trade.ware()
    placed = trade.bought(buyer, (pot, 1), until="received")
    other = trade.bought(stranger, (cup, 1), until="received")
    foreign = trade.order(other).lines[0].line_id

    with pytest.raises(NotFound), trade.write() as session:
        orders.request_after_sale(
            session,
            member_id=buyer.id,
            order_no=placed.order_no,
            kind="return",
            wants={foreign: 1},
            reason="x",
        )
    with pytest.raises(NotFound):
        trade.ask(stranger, placed, (pot, 1))
    asked = trade.ask(buyer, placed, (pot, 1))
    with pytest.raises(NotFound), trade.read() as session:
        orders.after_sale_detail(session, asked, member_id=stranger.id)


def test_goods_that_were_free_can_come_back_without_money(trade):
    trade.set(freight_fen=0)
    gift_rule = PriceRule(
        "test.gift", Stage.COUPON, lambda draft, _: [Adjustment(-draft.goods_fen, "Gift")]
    )
    trade.extend(rules=[gift_rule])
    buyer, gift = trade.buyer(), trade.ware(5000, 5)
    placed = trade.place(buyer, (gift, 1), expect=0)

    trade.refund(trade.ask(buyer, placed, (gift, 1), kind="refund"))

    assert trade.order(placed).status == OrderStatus.REFUNDED
    assert trade.stock(gift) == (5, 0)
    trade.check_books()


def test_an_open_wish_holds_the_parcel_and_a_refunded_order_ships_no_more(trade):
    buyer, pot = trade.buyer(), trade.ware()
    placed = trade.bought(buyer, (pot, 1))
    asked = trade.ask(buyer, placed, (pot, 1), kind="refund")

    with pytest.raises(Rejected) as waiting:
        trade.ship(placed)
    trade.refund(asked)
    with pytest.raises(Rejected) as gone:
        trade.ship(placed)

    assert waiting.value.code == "orders.after_sale_open"
    assert gone.value.code == "orders.not_shippable"
