from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import Conflict, Rejected
from core.orders.rules import (
    CartProblem,
    LineLeft,
    RefundShare,
    can_ask_refund,
    ceiling,
    check_pieces,
    is_whole_order,
    order_status,
    refund_share,
    returns_stock,
)
from core.orders.states import AFTER_SALE_MOVES, AfterSaleState, OrderStatus

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("on_sale", "available", "allowance", "pieces", "problem"),
    [
        (False, 5, None, 0, CartProblem.OFF_SALE),
        (True, 0, None, 0, CartProblem.SOLD_OUT),
        (True, -2, None, 0, CartProblem.SOLD_OUT),
        (True, 5, None, 5, CartProblem.NOT_ENOUGH),
        (True, 5, 2, 2, CartProblem.OVER_LIMIT),
        (True, 5, 0, 0, CartProblem.USED_UP),
        (True, 5, -3, 0, CartProblem.USED_UP),
        (True, 5, 8, 5, CartProblem.NOT_ENOUGH),
        (True, 5000, None, 999, CartProblem.OVER_LIMIT),
    ],
)
def test_the_ceiling_of_a_line_names_what_sets_it(on_sale, available, allowance, pieces, problem):
    top = ceiling(is_on_sale=on_sale, available=available, allowance=allowance)

    assert (top.pieces, top.problem) == (pieces, problem)


@pytest.mark.parametrize("pieces", [0, -1, 1000])
def test_a_number_of_pieces_that_makes_no_sense_is_refused(pieces):
    with pytest.raises(Rejected):
        check_pieces(pieces)


@pytest.mark.parametrize(
    ("axes", "status"),
    [
        (("placed", "pending", "pending"), OrderStatus.UNPAID),
        (("placed", "paid", "pending"), OrderStatus.TO_SHIP),
        (("placed", "partially_refunded", "shipped"), OrderStatus.TO_RECEIVE),
        (("completed", "paid", "received"), OrderStatus.COMPLETED),
        (("completed", "refunded", "received"), OrderStatus.REFUNDED),
        (("cancelled", "refunded", "pending"), OrderStatus.REFUNDED),
        (("cancelled", "pending", "pending"), OrderStatus.CANCELLED),
        (("expired", "pending", "pending"), OrderStatus.EXPIRED),
    ],
)
def test_all_axes_come_to_one_word(axes, status):
    assert order_status(*axes) == status


def test_money_can_be_asked_back_from_payment_to_the_end_of_the_window():
    day = timedelta(days=1)

    assert not can_ask_refund("pending", None, None, NOON)
    assert can_ask_refund("paid", None, None, NOON)
    assert can_ask_refund("partially_refunded", None, NOON + day, NOON)
    assert not can_ask_refund("paid", None, NOON - day, NOON)
    assert not can_ask_refund("paid", NOON - day, NOON + day, NOON)
    assert not can_ask_refund("refunded", None, None, NOON)


def test_returning_one_of_three_pieces_gives_back_a_third():
    assert refund_share(LineLeft(3, 10_000), 1) == RefundShare(1, 3333)


def test_the_last_piece_gives_back_all_that_is_left():
    assert refund_share(LineLeft(1, 3334), 1) == RefundShare(1, 3334)


def test_money_only_gives_back_what_is_named():
    assert refund_share(LineLeft(3, 10_000), 0, 500) == RefundShare(0, 500)


@pytest.mark.parametrize(("quantity", "amount"), [(4, None), (-1, None), (1, 10_001), (0, -1)])
def test_more_than_is_left_is_refused(quantity, amount):
    with pytest.raises(Rejected):
        refund_share(LineLeft(3, 10_000), quantity, amount)


@given(st.integers(0, 10**7), st.integers(1, 999), st.data())
def test_partial_refunds_in_any_steps_sum_exactly_to_what_was_paid(paid_fen, pieces, data):
    left, given_back = LineLeft(pieces, paid_fen), 0
    while left.quantity:
        share = refund_share(left, data.draw(st.integers(1, left.quantity)))
        assert share.amount_fen >= 0
        given_back += share.amount_fen
        left = LineLeft(left.quantity - share.quantity, left.amount_fen - share.amount_fen)

    assert (given_back, left.amount_fen) == (paid_fen, 0)


def test_the_whole_order_goes_back_only_when_nothing_is_left_of_any_line():
    left = [LineLeft(2, 500), LineLeft(0, 0)]

    assert is_whole_order(left, [RefundShare(2, 500), RefundShare(0, 0)])
    assert not is_whole_order(left, [RefundShare(1, 250), RefundShare(0, 0)])
    assert not is_whole_order(left, [RefundShare(2, 400), RefundShare(0, 0)])


def test_pieces_go_back_on_the_shelf_when_they_came_back_or_never_left():
    assert returns_stock("return", "shipped")
    assert returns_stock("refund", "pending")
    assert not returns_stock("refund", "shipped")


def test_an_answered_after_sale_cannot_be_answered_otherwise():
    with pytest.raises(Conflict):
        AFTER_SALE_MOVES.is_move(AfterSaleState.REJECTED, AfterSaleState.APPROVED)
    with pytest.raises(Conflict):
        AFTER_SALE_MOVES.is_move(AfterSaleState.APPROVED, AfterSaleState.WITHDRAWN)
    assert not AFTER_SALE_MOVES.is_move(AfterSaleState.APPROVED, AfterSaleState.APPROVED)
