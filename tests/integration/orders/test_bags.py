import pytest

from core.kernel.errors import NotFound, Rejected
from core.kernel.ids import new_id
from core.orders import services as orders
from core.orders.types import CartProblem
from core.pricing.types import Adjustment, PriceRule, Stage
from tests.integration.orders.trading import counted


def test_pieces_of_the_same_sku_add_up_and_the_newest_line_stands_on_top(trade):
    buyer, pot, cup = trade.buyer(), trade.ware(5000), trade.ware(800)

    trade.add(buyer, pot, 2)
    trade.add(buyer, cup)
    change = trade.add(buyer, pot)

    view = trade.cart(buyer)
    assert change.quantity == 3
    assert change.message == ""
    assert [line.sku_id for line in view.lines] == [cup.sku_id, pot.sku_id]
    assert (view.pieces, view.selected_pieces, view.quote.goods_fen) == (4, 4, 15_800)


def test_more_than_there_is_becomes_what_there_is_with_a_message(trade):
    buyer, pot = trade.buyer(), trade.ware(stock=3)

    change = trade.add(buyer, pot, 5)

    assert (change.quantity, change.message, change.params) == (
        3,
        "Only %(left)s left.",
        {"left": 3},
    )
    assert trade.cart(buyer).lines[0].quantity == 3


def test_a_limit_per_person_caps_the_line(trade):
    buyer, pot = trade.buyer(), trade.ware(limit=2)

    change = trade.add(buyer, pot, 5)

    assert (change.quantity, change.message) == (2, "At most %(left)s per person.")


def test_who_has_bought_their_share_is_told_so_and_not_a_limit_of_none(trade):
    buyer, pot = trade.buyer(), trade.ware(limit=2)
    trade.place(buyer, (pot, 2))

    with pytest.raises(Rejected) as caught:
        trade.add(buyer, pot, 1)

    assert caught.value.code == "orders.used_up"
    assert caught.value.message == "You have bought as many of these as one person can."


def test_sold_out_and_off_sale_goods_cannot_be_added(trade):
    buyer, gone, off = trade.buyer(), trade.ware(stock=0), trade.ware()
    trade.take_off_sale(off)

    for ware, code in ((gone, "orders.sold_out"), (off, "orders.off_sale")):
        with pytest.raises(Rejected) as caught:
            trade.add(buyer, ware)
        assert caught.value.code == code


def test_unknown_goods_and_senseless_numbers_are_refused(trade):
    buyer, pot = trade.buyer(), trade.ware()

    with pytest.raises(NotFound), trade.write() as session:
        orders.add_to_cart(session, buyer.cart, new_id())
    for quantity in (0, -1, 1000):
        with pytest.raises(Rejected):
            trade.add(buyer, pot, quantity)


def test_a_bag_holds_ninety_nine_different_goods(trade):
    buyer, wares = trade.buyer(), [trade.ware() for _ in range(100)]
    for ware in wares[:99]:
        trade.add(buyer, ware)

    with pytest.raises(Rejected) as caught:
        trade.add(buyer, wares[99])
    trade.add(buyer, wares[0])

    assert caught.value.code == "orders.cart_full"


def test_setting_a_quantity_replaces_it_and_zero_takes_the_line_out(trade):
    buyer, pot = trade.buyer(), trade.ware()
    trade.add(buyer, pot, 5)

    with trade.write() as session:
        assert orders.set_quantity(session, buyer.cart, pot.sku_id, 2).quantity == 2
    assert trade.cart(buyer).lines[0].quantity == 2
    with trade.write() as session:
        assert orders.set_quantity(session, buyer.cart, pot.sku_id, 0).quantity == 0
    assert trade.cart(buyer).is_empty


def test_lines_that_cannot_be_bought_stay_at_the_end_with_their_reason(trade):
    buyer = trade.buyer()
    off, gone, short, good = (trade.ware(1000, 10) for _ in range(4))
    for ware in (good, short, gone, off):
        trade.add(buyer, ware, 5)
    trade.take_off_sale(off)
    rival = trade.buyer()
    trade.place(rival, (gone, 10))
    trade.place(rival, (short, 7))

    view = trade.cart(buyer)

    assert [(line.sku_id, line.problem) for line in view.lines] == [
        (good.sku_id, None),
        (off.sku_id, CartProblem.OFF_SALE),
        (gone.sku_id, CartProblem.SOLD_OUT),
        (short.sku_id, CartProblem.NOT_ENOUGH),
    ]
    assert view.lines[3].max_quantity == 3
    assert view.lines[3].message % view.lines[3].params == "Only 3 left."
    assert view.quote.goods_fen == 5000
    assert len(view.quoted_lines) == 1


def test_lines_that_are_not_selected_are_not_priced(trade):
    buyer, pot, cup = trade.buyer(), trade.ware(5000), trade.ware(800)
    trade.add(buyer, pot)
    trade.add(buyer, cup)

    with trade.write() as session:
        orders.select_lines(session, buyer.cart, [pot.sku_id], selected=False)
    view = trade.cart(buyer)
    assert (view.quote.goods_fen, view.is_all_selected) == (800, False)
    with trade.write() as session:
        orders.select_lines(session, buyer.cart, None, selected=False)
    assert trade.cart(buyer).quote is None
    assert trade.cart(buyer).total_fen == 0
    with trade.write() as session:
        orders.select_lines(session, buyer.cart, None, selected=True)
    assert trade.cart(buyer).is_all_selected


def test_each_line_shows_what_it_costs_after_discounts(trade):
    off = PriceRule("test.off", Stage.COUPON, lambda draft, _: [Adjustment(-580, "Coupon")])
    trade.extend(rules=[off])
    buyer, pot, cup = trade.buyer(), trade.ware(5000), trade.ware(800)
    trade.add(buyer, pot)
    trade.add(buyer, cup)

    view = trade.cart(buyer)

    assert [(line.discount_fen, line.total_fen) for line in view.lines] == [(80, 720), (500, 4500)]


def test_a_guests_bag_moves_into_the_members_at_sign_in_once(trade):
    buyer, pot, cup = trade.buyer(), trade.ware(), trade.ware()
    trade.add(buyer, pot, 2)
    guest = orders.guest_cart("browser")
    with trade.write() as session:
        orders.add_to_cart(session, guest, pot.sku_id, 3)
        orders.add_to_cart(session, guest, cup.sku_id, 1)

    with trade.write() as session:
        moved = orders.merge_guest_cart(session, "browser", buyer.id)
    with trade.write() as session:
        again = orders.merge_guest_cart(session, "browser", buyer.id)

    assert (moved, again) == (2, 0)
    quantities = {line.sku_id: line.quantity for line in trade.cart(buyer).lines}
    assert quantities == {pot.sku_id: 5, cup.sku_id: 1}
    with trade.read() as session:
        assert orders.cart_count(session, guest) == 0
        assert orders.cart_count(session, buyer.cart) == 6


def test_a_merge_never_takes_a_line_over_the_limits(trade):
    buyer, pot = trade.buyer(), trade.ware(stock=5000)
    trade.add(buyer, pot, 900)
    with trade.write() as session:
        orders.add_to_cart(session, orders.guest_cart("b"), pot.sku_id, 900)
        orders.merge_guest_cart(session, "b", buyer.id)

    assert trade.cart(buyer).lines[0].quantity == 999


def test_a_guest_sees_prices_and_freight_without_an_account(trade):
    pot = trade.ware(5000)
    owner = orders.guest_cart("browser")
    with trade.write() as session:
        orders.add_to_cart(session, owner, pot.sku_id)
        view = orders.cart_view(
            session, owner, member_id=None, settings=trade.settings, extensions=trade.extensions
        )

    assert (view.quote.goods_fen, view.quote.freight_fen, view.total_fen) == (5000, 1000, 6000)


@pytest.mark.parametrize("lines", [1, 20])
def test_a_bag_is_read_in_two_statements_whatever_its_size(trade, lines):
    buyer = trade.buyer()
    for _ in range(lines):
        trade.add(buyer, trade.ware())

    with counted(trade.database) as sent:
        trade.cart(buyer)

    assert len([text for text in sent if not text.startswith("BEGIN")]) == 2
