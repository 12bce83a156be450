import pytest

from core.api.ledger import platform_balance
from plugins.distribution.rules import Joining
from plugins.distribution.services import accrual, settlement
from plugins.distribution.services.accounts import EXPENSE
from plugins.distribution.services.distributors import DistributorState, apply

POT = ("POT", 1, 26_800)


def test_three_uplines_are_paid_10_5_2_percent_of_what_was_paid(
    programme, chain, make_order, outbox, maker
):
    order = make_order([POT], member=chain.buyer)
    outbox.drain()

    assert [programme.money(each).pending for each in chain.uplines] == [2680, 1340, 536]
    rows = programme.rows(order.id)
    assert [(row.level, row.rate_bps, row.base_fen, row.amount_fen) for row in rows] == [
        (1, 1000, 26_800, 2680),
        (2, 500, 26_800, 1340),
        (3, 200, 26_800, 536),
    ]
    assert {row.plan_version for row in rows} == {1}
    assert {row.buyer_id for row in rows} == {chain.buyer.id}
    assert {row.order_no for row in rows} == {order.order_no}
    maker.check_books()


def test_freight_earns_nothing(programme, chain, make_order, outbox):
    order = make_order([("CUP", 1, 1000)], member=chain.buyer)
    outbox.drain()

    assert order.total_fen > 1000
    assert programme.money(chain.first).pending == 100


def test_commission_walks_from_pending_to_frozen_to_available(
    programme, chain, make_order, maker, outbox, settle
):
    order = make_order([POT], member=chain.buyer)
    outbox.drain()
    assert programme.accounts(chain.first) == {"commission_pending": 2680}

    maker.receive(order)
    outbox.drain()
    assert programme.accounts(chain.first) == {"commission_frozen": 2680}

    settle(days=6)
    assert programme.accounts(chain.first) == {"commission_frozen": 2680}
    settle(days=2)
    assert programme.accounts(chain.first) == {"commission_available": 2680}
    (row, *_) = programme.rows(order.id)
    assert row.state == "available"
    assert row.accrued_at < row.frozen_at < row.available_at
    maker.check_books()


def test_a_frozen_upline_earns_nothing_and_the_levels_above_keep_theirs(
    programme, chain, make_order, outbox
):
    programme.move(chain.second, DistributorState.FROZEN, "checked")
    make_order([POT], member=chain.buyer)
    outbox.drain()

    assert [programme.money(each).pending for each in chain.uplines] == [2680, 0, 536]


@pytest.mark.parametrize(
    "state", [DistributorState.APPLIED, DistributorState.REJECTED, DistributorState.LEFT, None]
)
def test_only_active_distributors_earn(programme, shop, make_member, make_order, outbox, state):
    upline = make_member("上级")
    if state is DistributorState.APPLIED:
        programme.publish(1000, joining=Joining.APPLICATION)
        with shop.database.write() as session:
            apply(session, upline.id, Joining.APPLICATION)
    elif state is DistributorState.REJECTED:
        with shop.database.write() as session:
            apply(session, upline.id, Joining.APPLICATION)
        programme.move(upline, state, "no")
    elif state is DistributorState.LEFT:
        programme.name(upline)
        programme.move(upline, state)
    make_order([POT], member=make_member("买家", referrer=upline))
    outbox.drain()

    assert programme.accounts(upline) == {}


def test_where_everyone_joins_nobody_has_to_ask(programme, make_member, make_order, outbox):
    programme.publish(1000, 500, joining=Joining.EVERYONE)
    upline = make_member("上级")
    make_order([POT], member=make_member("买家", referrer=upline))
    outbox.drain()

    assert programme.money(upline).pending == 2680


def test_an_order_keeps_the_plan_that_held_when_it_was_placed(
    programme, chain, maker, make_order, outbox
):
    order = make_order([POT], member=chain.buyer, paid=False)
    programme.publish(2000, 1000)
    maker.pay(order)
    outbox.drain()

    assert [programme.money(each).pending for each in chain.uplines] == [2680, 1340, 536]
    assert {row.plan_version for row in programme.rows(order.id)} == {1}

    make_order([POT], member=chain.buyer)
    outbox.drain()
    assert [programme.money(each).pending for each in chain.uplines] == [8040, 4020, 536]


def test_a_transfer_moves_no_commission_of_orders_placed_before(
    programme, chain, maker, make_member, make_order, outbox, transfer
):
    other = make_member("另一位")
    programme.name(other)
    before = make_order([POT], member=chain.buyer, paid=False)
    transfer(chain.buyer, other)
    maker.pay(before)
    outbox.drain()

    assert [programme.money(each).pending for each in chain.uplines] == [2680, 1340, 536]
    assert programme.accounts(other) == {}

    make_order([POT], member=chain.buyer)
    outbox.drain()
    assert programme.money(other).pending == 2680
    assert programme.money(chain.first).pending == 2680


def test_replaying_every_fact_changes_nothing(
    programme, chain, shop, make_order, maker, outbox, settle
):
    order = make_order([("CUP", 4, 999)], member=chain.buyer)
    outbox.drain()
    maker.receive(order)
    maker.refund(order, {"CUP": 1})
    outbox.drain()
    settle()
    before = [programme.accounts(each) for each in chain.uplines]

    told = {
        "order_paid": accrual.accrue,
        "order_received": accrual.freeze,
        "order_settled": settlement.mark_due,
        "order_refunded": accrual.reverse,
    }
    for event in [*outbox.events(), *reversed(outbox.events())]:
        if event.name in told:
            with shop.database.write() as session:
                assert told[event.name](session, event) == 0

    assert [programme.accounts(each) for each in chain.uplines] == before
    maker.check_books()


def test_half_of_a_line_takes_half_of_its_commission_wherever_it_stands(
    programme, chain, make_order, maker, outbox
):
    order = make_order([("CUP", 2, 5000), ("POT", 1, 10_000)], member=chain.buyer)
    outbox.drain()
    maker.refund(order, {"CUP": 1})
    outbox.drain()

    # 10 % of 100 + 100 yuan, less half of the first line's
    assert [programme.money(each).pending for each in chain.uplines] == [1500, 750, 300]
    halved = [row for row in programme.rows(order.id) if row.reversed_fen]
    assert {(row.base_fen, row.refunded_fen) for row in halved} == {(10_000, 5000)}
    assert all(row.reversed_fen * 2 == row.amount_fen for row in halved)

    maker.receive(order)
    maker.refund(order, {"CUP": 1})
    outbox.drain()
    assert [programme.money(each).frozen for each in chain.uplines] == [1000, 500, 200]
    maker.check_books()


def test_a_refund_after_settlement_may_leave_a_debt_that_income_fills(
    programme, chain, make_order, maker, outbox, settle, pay_out
):
    order = make_order([POT], member=chain.buyer)
    maker.receive(order)
    outbox.drain()
    settle()
    pay_out(chain.first, 2680)
    assert programme.accounts(chain.first) == {"commission_paid": 2680, "wallet": 2680}

    maker.refund(order)
    outbox.drain()
    assert programme.money(chain.first).available == -2680
    assert programme.money(chain.first).lifetime == 0
    assert programme.money(chain.second).available == 0

    again = make_order([POT], member=chain.buyer)
    maker.receive(again)
    outbox.drain()
    settle()
    assert programme.money(chain.first).available == 0
    assert programme.money(chain.first).lifetime == 2680
    maker.check_books()


def test_a_whole_refund_before_receipt_leaves_nothing(programme, chain, make_order, maker, outbox):
    order = make_order([POT], member=chain.buyer)
    maker.refund(order)
    outbox.drain()

    assert [programme.accounts(each) for each in chain.uplines] == [{}, {}, {}]
    assert all(row.reversed_fen == row.amount_fen for row in programme.rows(order.id))


def test_what_the_store_pays_is_its_expense(programme, chain, shop, make_order, maker, outbox):
    order = make_order([POT], member=chain.buyer)
    outbox.drain()
    with shop.database.read() as session:
        assert platform_balance(session, EXPENSE) == -(2680 + 1340 + 536)

    maker.refund(order)
    outbox.drain()
    with shop.database.read() as session:
        assert platform_balance(session, EXPENSE) == 0


def test_one_fen_orders_never_pay_more_than_was_paid(programme, chain, make_order, outbox, maker):
    programme.publish(5000, 3000, 2000, pool_bps=10_000)
    for _ in range(3):
        make_order([("DUST", 1, 1)], member=chain.buyer)
    outbox.drain()

    assert sum(row.amount_fen for row in programme.rows()) <= 3
    maker.check_books()


def test_accrual_takes_the_same_few_statements_however_many_lines(
    programme, chain, shop, make_order, outbox, count_statements
):
    small = make_order([POT], member=chain.buyer)
    large = make_order([(f"S{n}", 1, 5000 + n) for n in range(12)], member=chain.buyer)
    paid = {event.order_id: event for event in outbox.events("order_paid")}
    sent = []
    for order in (small, large):
        with shop.database.write() as session, count_statements() as counted:
            accrual.accrue(session, paid[order.id])
        sent.append(len(counted))

    assert sent[0] == sent[1] <= 8
