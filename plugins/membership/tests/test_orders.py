"""Growth of orders: worked out when paid, booked once it counts, taken back to the last point."""

from dataclasses import replace

import pytest

from core.api.events import OrderReceived, OrderRefunded
from plugins.membership.models import Entry
from plugins.membership.rules.programme import CountsAt


@pytest.fixture
def received(make_order, maker, outbox):
    """An order that is received and told."""

    def run(member, *lines):
        order = make_order(list(lines) or [("POT", 1, 26_850)], member=member)
        maker.receive(order)
        outbox.drain()
        return order

    return run


def test_nothing_counts_before_the_goods_are_received(club, make_order, make_member, outbox, maker):
    member = make_member()
    order = make_order([("POT", 1, 26_850)], member=member)
    outbox.drain()
    assert club.growth(member) == 0
    assert [line.growth for line in club.lines(order)] == [268]

    maker.receive(order)
    outbox.drain()
    assert club.growth(member) == 268
    assert club.entries(member) == [("order", 268)]


def test_a_store_may_wait_for_the_after_sale_window(
    club, make_member, received, clock, run_job, outbox
):
    club.rules(counts_at=CountsAt.SETTLED)
    member = make_member()
    received(member)
    assert club.growth(member) == 0

    clock.advance(days=8)
    run_job("orders.settle")
    outbox.drain()
    assert club.growth(member) == 268


def test_freight_gives_nothing_and_what_a_discount_took_neither(club, make_member, received):
    member = make_member()
    received(member, ("CHEAP", 1, 990))  # freight of 10 yuan comes on top

    assert club.growth(member) == 9


def test_an_order_counts_once_however_often_it_is_told(club, make_member, received, outbox):
    member = make_member()
    received(member)
    (event,) = outbox.events("order_received")
    outbox.tell("membership", event)
    outbox.tell("membership", outbox.events("order_paid")[0])

    assert club.growth(member) == 268
    assert isinstance(event, OrderReceived)


def test_partial_refunds_take_their_share_and_together_all_that_was_given(
    club, make_member, received, maker, outbox
):
    member = make_member()
    order = received(member, ("CUP", 3, 3333), ("POT", 1, 5001))
    assert club.growth(member) == 150  # 99.99 and 50.01 yuan

    taken = []
    for pieces in ({"CUP": 1}, {"CUP": 1}, {"POT": 1}, {"CUP": 1}):
        before = club.growth(member)
        maker.refund(order, pieces)
        outbox.drain()
        taken.append(before - club.growth(member))

    assert taken == [33, 34, 50, 33]
    assert club.growth(member) == 0
    assert {line.taken for line in club.lines(order)} == {100, 50}
    maker.check_books()


def test_a_refund_that_is_told_twice_takes_once(club, make_member, received, maker, outbox):
    member = make_member()
    order = received(member, ("CUP", 3, 3333))
    maker.refund(order, {"CUP": 1})
    outbox.drain()
    left = club.growth(member)
    (event,) = outbox.events("order_refunded")
    outbox.tell("membership", event)
    outbox.tell("membership", replace(event, after_sale_id=order.id))

    assert club.growth(member) == left == 66
    assert isinstance(event, OrderRefunded)


def test_what_was_refunded_before_it_counted_is_never_given(
    club, make_member, make_order, maker, outbox
):
    member = make_member()
    order = make_order([("CUP", 3, 3333)], member=member)
    maker.refund(order, {"CUP": 1})
    outbox.drain()
    maker.receive(order)
    outbox.drain()

    assert club.entries(member) == [("order", 66)]


def test_a_refund_takes_exactly_back_although_the_growth_is_gone_and_new_growth_makes_up_for_it(
    club, make_member, received, maker, outbox
):
    member = make_member()
    order = received(member, ("POT", 1, 20_000))
    club.give(member, -150)
    maker.refund(order)
    outbox.drain()
    assert club.growth(member) == -150

    received(member, ("POT", 1, 20_000))
    assert club.growth(member) == 50
    maker.check_books()


def test_the_buyers_multiplier_of_the_moment_of_payment_counts(
    club, make_member, make_order, maker, outbox
):
    member = make_member()
    base, gold = club.ladder(0, 100)
    club.give_benefit("growth_multiplier", {base: 10_000, gold: 15_000})
    order = make_order([("POT", 1, 10_000)], member=member)
    outbox.drain()
    club.set_tier(member, gold)
    maker.receive(order)
    outbox.drain()
    assert club.growth(member) == 100

    order = make_order([("POT", 1, 10_000)], member=member)
    outbox.drain()
    maker.receive(order)
    outbox.drain()
    assert club.growth(member) == 250


def test_another_rate_leaves_orders_alone_that_were_paid_before(
    club, make_member, make_order, maker, outbox
):
    member = make_member()
    order = make_order([("POT", 1, 10_000)], member=member)
    outbox.drain()
    club.rules(rate=500)
    maker.receive(order)
    outbox.drain()

    assert club.growth(member) == 100


def test_facts_that_passed_while_the_plugin_was_off_are_made_up_for(
    shop, club, make_member, make_order, maker, outbox, run_job
):
    member = make_member()
    kept = make_order([("CUP", 3, 3333)], member=member)
    back = make_order([("POT", 1, 10_000)], member=member)
    maker.receive(back)
    outbox.drain()
    shop.plugins.disable("membership", "test")
    maker.receive(kept)
    maker.refund(kept, {"CUP": 1})
    maker.refund(back)
    make_order([("POT", 1, 10_000)], member=member, received=True)  # gives nothing, ever
    outbox.drain()
    shop.plugins.enable("membership", "test")
    outbox.drain()
    assert club.growth(member) == 100

    for _ in range(2):
        run_job("membership.reconcile")
        assert club.growth(member) == 66
    assert {line.returned for line in club.lines(kept)} == {1}
    assert len(club.rows(Entry)) == 3
    maker.check_books()
