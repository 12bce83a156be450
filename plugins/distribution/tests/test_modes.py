"""Who earns at which level of an order, in every mode. Amounts are worked out by hand."""

import pytest
import sqlalchemy as sa

from core.api.db import new_id
from core.members.services import erase_member
from core.orders.models import Order
from plugins.distribution.models import Commission, Distributor
from plugins.distribution.rules import (
    Grade,
    Joining,
    SelfPurchase,
)
from plugins.distribution.services import accrual
from plugins.distribution.services.distributors import DistributorState, apply
from plugins.distribution.tests.programmes import bps, publish

POT = ("POT", 1, 26_800)
STATES = [DistributorState.FROZEN, DistributorState.LEFT, DistributorState.REJECTED]


def silence(shop, programme, member, state):
    """Bring somebody into a state in which they earn nothing."""
    if state == DistributorState.REJECTED:
        with shop.database.write() as session:
            session.execute(sa.delete(Distributor).where(Distributor.member_id == member.id))
            apply(session, member.id, Joining.APPLICATION)
    programme.move(member, state, "checked")


def test_depth_decides_how_many_levels_are_paid(shop, programme, chain, earned):
    whole = [
        (1, chain.first.id, 2680),
        (2, chain.second.id, 1340),
        (3, chain.third.id, 536),
    ]
    for depth in (1, 2, 3):
        publish(shop, depth=depth)
        assert earned(chain.buyer) == whole[:depth]


@pytest.mark.parametrize("state", STATES)
def test_a_level_whose_upline_may_not_earn_is_not_paid(shop, programme, chain, earned, state):
    silence(shop, programme, chain.second, state)

    assert earned(chain.buyer) == [(1, chain.first.id, 2680), (3, chain.third.id, 536)]


@pytest.mark.parametrize("state", STATES)
def test_a_compressed_chain_passes_over_whoever_may_not_earn(shop, programme, chain, earned, state):
    publish(shop, is_compressed=True)
    silence(shop, programme, chain.second, state)

    assert earned(chain.buyer) == [(1, chain.first.id, 2680), (2, chain.third.id, 1340)]

    silence(shop, programme, chain.first, DistributorState.FROZEN)
    assert earned(chain.buyer) == [(1, chain.third.id, 2680)]


def test_an_erased_upline_earns_nothing_where_every_member_does(
    shop, programme, make_member, earned
):
    publish(shop, joining=Joining.EVERYONE)
    above = make_member("上")
    upline = make_member("下", referrer=above)
    buyer = make_member("买家", referrer=upline)
    assert [row[1] for row in earned(buyer)] == [upline.id, above.id]

    erase(shop, upline)
    assert earned(buyer) == [(2, above.id, 1340)]


def erase(shop, member):
    with shop.database.write() as session:
        erase_member(session, member.id)


def test_members_above_a_chain_of_nobody_earn_nothing(programme, make_member, earned):
    assert earned(make_member("散客")) == []


@pytest.fixture
def gold(shop, programme):
    """A grade that earns 15, 8 and 4 percent."""
    grade = Grade(id=new_id(), name="金牌", rank=1)
    rate = bps(1000, 500, 200, by_grade={grade.id: (1500, 800, 400)})
    publish(shop, default={"rate": rate}, grades=(grade,))
    return grade.id


def promote(shop, grade_id, *members):
    with shop.database.write() as session:
        for member in members:
            session.get(Distributor, member.id).grade_id = grade_id


def test_each_level_is_paid_at_the_grade_of_who_stands_there(shop, programme, chain, gold, earned):
    promote(shop, gold, chain.second)

    assert earned(chain.buyer) == [
        (1, chain.first.id, 2680),
        (2, chain.second.id, 2144),  # 8 % of 268.00
        (3, chain.third.id, 536),
    ]
    assert {row.beneficiary_id: row.grade_id for row in programme.rows()} == {
        chain.first.id: None,
        chain.second.id: gold,
        chain.third.id: None,
    }


def test_a_compressed_chain_takes_each_grade_along_to_its_new_level(
    shop, programme, chain, gold, earned
):
    publish(shop, is_compressed=True)
    promote(shop, gold, chain.second)
    programme.move(chain.first, DistributorState.FROZEN, "checked")

    assert earned(chain.buyer) == [
        (1, chain.second.id, 4020),  # 15 %
        (2, chain.third.id, 1340),
    ]


def test_a_grade_given_or_taken_after_placement_moves_nothing(
    shop, programme, chain, gold, make_order, maker, outbox
):
    promote(shop, gold, chain.first)
    order = make_order([POT], member=chain.buyer, paid=False)
    promote(shop, None, chain.first)
    promote(shop, gold, chain.second)
    maker.pay(order)
    outbox.drain()

    assert [row.amount_fen for row in programme.rows(order.id)] == [4020, 1340, 536]


def test_own_orders_earn_nothing_when_own_purchases_are_off(programme, chain, earned):
    programme.name(chain.buyer)

    assert earned(chain.buyer) == [
        (1, chain.first.id, 2680),
        (2, chain.second.id, 1340),
        (3, chain.third.id, 536),
    ]


def test_by_shift_the_buyer_takes_level_1_and_uplines_move_down(shop, programme, chain, earned):
    publish(shop, self_purchase=SelfPurchase.SHIFT)
    assert earned(chain.buyer)[0][:2] == (1, chain.first.id)  # no distributor yet
    programme.name(chain.buyer)

    assert earned(chain.buyer) == [
        (1, chain.buyer.id, 2680),
        (2, chain.first.id, 1340),
        (3, chain.second.id, 536),
    ]


def test_by_extra_the_buyer_gets_level_1_besides(shop, programme, chain, earned):
    publish(shop, self_purchase=SelfPurchase.EXTRA)
    assert len(earned(chain.buyer)) == 3  # no distributor yet
    programme.name(chain.buyer)

    assert earned(chain.buyer) == [
        (0, chain.buyer.id, 2680),
        (1, chain.first.id, 2680),
        (2, chain.second.id, 1340),
        (3, chain.third.id, 536),
    ]


def test_the_pool_cuts_the_extra_line_along_with_the_others(shop, programme, chain, earned):
    publish(
        shop,
        default={"rate": bps(1000, 500, 500), "pool_bps": 2000},
        self_purchase=SelfPurchase.EXTRA,
    )
    programme.name(chain.buyer)

    # 10 + 10 + 5 + 5 are 30 %; 20 % of 90.00 are 18.00
    assert [fen for *_, fen in earned(chain.buyer, ("CUP", 1, 9000))] == [600, 600, 300, 300]


@pytest.mark.parametrize("mode", [SelfPurchase.SHIFT, SelfPurchase.EXTRA])
def test_a_buyer_frozen_before_the_payment_gets_nothing_of_their_own(
    shop, programme, chain, make_order, maker, outbox, mode
):
    publish(shop, self_purchase=mode)
    programme.name(chain.buyer)
    order = make_order([POT], member=chain.buyer, paid=False)
    programme.move(chain.buyer, DistributorState.FROZEN, "checked")
    maker.pay(order)
    outbox.drain()

    assert chain.buyer.id not in {row.beneficiary_id for row in programme.rows(order.id)}
    first = next(row for row in programme.rows(order.id) if row.beneficiary_id == chain.first.id)
    assert first.level == (2 if mode == SelfPurchase.SHIFT else 1)


@pytest.mark.parametrize("mode", [SelfPurchase.SHIFT, SelfPurchase.EXTRA])
def test_who_became_a_distributor_after_placing_gets_nothing_of_their_own(
    shop, programme, chain, make_order, maker, outbox, mode
):
    publish(shop, self_purchase=mode)
    order = make_order([POT], member=chain.buyer, paid=False)
    programme.name(chain.buyer)
    maker.pay(order)
    outbox.drain()

    assert [(row.level, row.beneficiary_id) for row in programme.rows(order.id)] == [
        (1, chain.first.id),
        (2, chain.second.id),
        (3, chain.third.id),
    ]


def test_orders_that_froze_the_first_form_of_the_plan_still_pay_by_it(
    shop, programme, chain, make_order, maker, outbox
):
    order = make_order([POT], member=chain.buyer, paid=False)
    programme.publish(3000, 1000, 500, pool_bps=10_000)
    freeze_as_before(
        shop,
        order,
        {"version": 1, "depth": 2, "joining": "open", "rates_bps": [1000, 500], "pool_bps": 1200},
    )
    maker.pay(order)
    outbox.drain()

    rows = programme.rows(order.id)
    # 12 % of 268.00 are 32.16, parted 2:1
    assert [(row.beneficiary_id, row.amount_fen) for row in rows] == [
        (chain.first.id, 2144),
        (chain.second.id, 1072),
    ]
    assert {(row.plan_version, row.scope, row.kind) for row in rows} == {(1, "plan", "bps")}


def freeze_as_before(shop, order, document):
    """Write what orders froze before there were programmes."""
    with shop.database.write() as session:
        row = session.get(Order, order.id)
        row.plan_versions = {**row.plan_versions, "distribution": document}


def test_accruing_freezing_and_reversing_leave_the_hold_alone(
    shop, programme, chain, make_order, maker, outbox
):
    order = make_order([("CUP", 2, 5000)], member=chain.buyer)
    outbox.drain()
    with shop.database.write() as session:
        session.execute(sa.update(Commission).values(is_held=True, due_at=None))
    maker.receive(order)
    maker.refund(order, {"CUP": 1})
    outbox.drain()
    for event in outbox.events("order_paid"):
        with shop.database.write() as session:
            assert accrual.accrue(session, event) == 0

    assert {(row.is_held, row.state) for row in programme.rows(order.id)} == {(True, "frozen")}
    assert [row.amount_fen - row.reversed_fen for row in programme.rows(order.id)] == [
        500,
        250,
        100,
    ]
