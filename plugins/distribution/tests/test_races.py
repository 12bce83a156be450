"""What can happen at the same time, by real threads on both databases: the books stay right."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
import sqlalchemy as sa

from core.api.clock import now
from core.api.ledger import balances, member_owner
from plugins.distribution.models import Commission
from plugins.distribution.services import accrual, reconcile, recounting, settlement
from plugins.distribution.services.distributors import DistributorState, set_state, states_of
from plugins.distribution.services.fraud import Watch, watch_batch
from plugins.distribution.services.holds import reject, release
from plugins.distribution.tests.conftest import STAFF

ORDERS = 6
FROZEN = DistributorState.FROZEN


@pytest.fixture
def at_once(shop):
    """Do lists of work at the same time, three times over, each piece a unit of work of its own."""

    def run(*works):
        gate = Barrier(len(works))

        def one(work):
            gate.wait()
            for piece in [*work] * 3:
                with shop.database.write() as session:
                    piece(session)

        with ThreadPoolExecutor(len(works)) as pool:
            list(pool.map(one, works))

    return run


@pytest.fixture
def bought(make_order, chain):
    """Paid orders of the chain's buyer, two pieces each, of different sums; nothing told yet."""
    return [
        make_order([(f"R{number}", 2, 10_000 + 100 * number)], member=chain.buyer)
        for number in range(ORDERS)
    ]


@pytest.fixture
def right(shop, chain, maker):
    """Check that accounts hold what the rows say, and that the books are clean."""

    def check():
        left = sa.func.sum(Commission.amount_fen - Commission.reversed_fen)
        for member in chain.uplines:
            with shop.database.read() as session:
                sums = session.execute(
                    sa.select(Commission.state, left)
                    .where(Commission.beneficiary_id == member.id)
                    .group_by(Commission.state)
                )
                rows = {f"commission_{state}": int(fen) for state, fen in sums if fen}
                held = balances(session, member_owner(member.id))
                assert {kind: fen for kind, fen in held.items() if fen} == rows
        with shop.database.read() as session:
            assert recounting.differences(session) == []
        maker.check_books()

    return check


def facts(outbox, name):
    return list(outbox.events(name))


def all_of(step, events):
    """A piece of work for each fact, as facts are told."""
    return [partial(_tell, step, event) for event in events]


def _tell(step, event, session):
    step(session, event)


def batches(size):
    """A piece of work that settles so many commissions."""
    return [lambda session: settlement.settle_batch(session, size)]


def test_an_order_paid_that_is_told_by_many_at_once_accrues_once(
    bought, outbox, at_once, programme, right
):
    paid = facts(outbox, "order_paid")
    at_once(*[all_of(accrual.accrue, paid)] * 4)

    assert len(programme.rows()) == 3 * ORDERS
    right()


def test_a_transfer_while_commissions_accrue_moves_none_of_them(
    bought, outbox, at_once, programme, chain, right, transfer, shop
):
    paid = facts(outbox, "order_paid")
    gate = Barrier(2)

    def accrue():
        gate.wait()
        for event in paid:
            with shop.database.write() as session:
                accrual.accrue(session, event)

    def move():
        gate.wait()
        for target in (chain.third, chain.second, None):
            transfer(chain.buyer, target)

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(accrue), pool.submit(move)]:
            future.result()
    chains = {(row.level, row.beneficiary_id) for row in programme.rows()}
    assert chains == {(level, member.id) for level, member in enumerate(chain.uplines, 1)}
    assert len(programme.rows()) == 3 * ORDERS
    right()


def test_receipts_settlements_and_their_repeats_at_once_end_available(
    bought, outbox, at_once, programme, maker, clock, run_job, right, chain, shop
):
    for order in bought:
        maker.receive(order)
    for piece in all_of(accrual.accrue, facts(outbox, "order_paid")):
        with shop.database.write() as session:
            piece(session)
    run_job("distribution.watch")
    clock.advance(days=8)
    run_job("orders.settle")
    received, settled = facts(outbox, "order_received"), facts(outbox, "order_settled")
    at_once(
        all_of(accrual.freeze, received),
        all_of(settlement.mark_due, settled),
        batches(5),
        all_of(accrual.freeze, received[::-1]),
        batches(7),
    )
    right()
    run_job("distribution.settle")

    assert {row.state for row in programme.rows()} == {"available"}
    assert programme.money(chain.first).available == sum(
        2 * (10_000 + 100 * number) // 10 for number in range(ORDERS)
    )
    right()


def test_refunds_while_settling_take_exactly_their_part(
    bought, outbox, at_once, programme, maker, clock, run_job, right, chain
):
    for order in bought:
        maker.receive(order)
    outbox.drain()
    run_job("distribution.watch")
    clock.advance(days=8)
    run_job("orders.settle")
    outbox.drain()
    for number, order in enumerate(bought):
        maker.refund(order, {f"R{number}": 1})
    refunded = facts(outbox, "order_refunded")
    at_once(
        all_of(accrual.reverse, refunded),
        batches(4),
        all_of(accrual.reverse, refunded[::-1]),
        [lambda session: reconcile.catch_up(session, [order.id for order in bought])],
    )
    right()
    run_job("distribution.settle")

    assert all(row.reversed_fen * 2 == row.amount_fen for row in programme.rows())
    assert programme.accounts(chain.first) == {
        "commission_available": sum(10_000 + 100 * number for number in range(ORDERS)) // 10
    }
    right()


def test_a_distributor_frozen_while_settling_keeps_what_was_earned_and_earns_no_more(
    bought, outbox, at_once, programme, maker, clock, run_job, right, chain, make_order
):
    for order in bought:
        maker.receive(order)
    outbox.drain()
    run_job("distribution.watch")
    clock.advance(days=8)
    run_job("orders.settle")
    outbox.drain()

    def freeze(session):
        if states_of(session, [chain.first.id])[chain.first.id] != FROZEN:
            set_state(session, chain.first.id, FROZEN, actor=STAFF, reason="刷单")

    at_once(
        [freeze],
        batches(5),
        batches(5),
    )
    run_job("distribution.settle")
    before = programme.accounts(chain.first)
    make_order([("POT", 1, 26_800)], member=chain.buyer)
    outbox.drain()

    assert before == {
        "commission_available": sum(2 * (10_000 + 100 * number) // 10 for number in range(ORDERS))
    }
    assert programme.accounts(chain.first) == before
    right()


def test_looks_decisions_and_settlement_at_once_pay_or_take_back_once(
    bought, outbox, at_once, programme, maker, clock, run_job, right, suspicious, shop
):
    for order in bought:
        maker.receive(order)
    outbox.drain()
    clock.advance(days=8)
    run_job("orders.settle")
    outbox.drain()
    watch = Watch.of(shop.plugins.settings_of("distribution"))
    at_once(
        [lambda session: watch_batch(session, watch, 2)],
        [lambda session: watch_batch(session, watch, 3)],
        batches(4),
    )
    run_job("distribution.settle")
    first = suspicious.first
    total = sum(2 * (10_000 + 100 * number) // 10 for number in range(ORDERS))
    assert programme.accounts(first) == {"commission_frozen": total}
    gone = 2 * 10_000 // 10
    with shop.database.write() as session:
        assert reject(session, bought[0].id, first.id, actor=STAFF, note="本人") == gone
        release(session, bought[1].id, first.id, actor=STAFF)
    at_once(*[batches(4)] * 3)

    kept = 2 * 10_100 // 10
    assert programme.accounts(first) == {
        "commission_available": kept,
        "commission_frozen": total - gone - kept,
    }
    right()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_order_that_settles_locks_its_commissions_in_the_order_in_which_receipts_do(
    bought, outbox, programme, shop
):
    with shop.database.write() as session:
        accrual.accrue(session, facts(outbox, "order_paid")[0])
    first, *rest = sorted(row.id for row in programme.rows())
    with shop.database.write() as session:  # whose entries now lie behind the others
        session.execute(
            sa.update(Commission).where(Commission.id == first).values(accrued_at=now())
        )
    chosen = sa.select(Commission.id)
    with ThreadPoolExecutor(1) as pool:
        with shop.database.write() as session:
            session.execute(chosen.where(Commission.id == first).with_for_update())

            def settle():
                with shop.database.write() as other:
                    return settlement.mark_order(other, bought[0].id, now())

            marked = pool.submit(settle)
            waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while not session.scalar(waiting):
                assert not marked.done()
            session.execute(chosen.where(Commission.id.in_(rest)).with_for_update(nowait=True))
        assert marked.result() == 3
