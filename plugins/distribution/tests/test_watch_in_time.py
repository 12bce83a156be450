"""The watch judges by what came before the payment, and nothing is settled that it has not seen."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.distribution.models import Commission
from plugins.distribution.rules.fraud import Suspicion
from plugins.distribution.services.fraud import Watch, watch_batch
from plugins.distribution.services.holds import reject, release
from plugins.distribution.services.settlement import settle_batch
from plugins.distribution.tests.conftest import STAFF

POT = ("POT", 1, 26_800)
EVERYTHING = frozenset(Suspicion)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=3), timedelta(days=40)])
def test_a_burst_is_counted_before_the_payment_however_late_the_look_is(
    chain, make_member, held, shop, outbox, make_order, clock, transfer, late
):
    buyers = [make_member(referrer=chain.first) for _ in range(3)]
    make_order([POT], member=buyers[0])
    outbox.drain()
    clock.advance(seconds=late.total_seconds())
    transfer(buyers[1], chain.second)
    with shop.database.write() as session:
        watch_batch(session, Watch(EVERYTHING, burst=3))

    assert held() == [(chain.first.id, "burst", "open")]


def test_who_came_more_than_an_hour_before_are_no_burst(
    chain, make_member, held, shop, outbox, make_order, clock
):
    buyers = [make_member(referrer=chain.first) for _ in range(5)]
    clock.advance(hours=1, seconds=1)
    make_order([POT], member=buyers[0])
    outbox.drain()
    with shop.database.write() as session:
        watch_batch(session, Watch(EVERYTHING, burst=3))

    assert held() == []


def test_who_come_after_the_payment_are_no_burst_of_it(
    chain, make_member, held, shop, outbox, make_order, clock
):
    clock.advance(hours=2)
    make_order([POT], member=chain.buyer)
    clock.advance(seconds=1)
    for _ in range(5):
        make_member(referrer=chain.first)
    outbox.drain()
    with shop.database.write() as session:
        watch_batch(session, Watch(EVERYTHING, burst=3))

    assert held() == []


def test_what_the_other_pays_later_does_not_hold_what_was_paid_before(
    programme, chain, make_order, transfer, outbox, run_job, held, clock
):
    """Both orders wait for one look, as after a pause of the plugin."""
    programme.name(chain.buyer)
    make_order([POT], member=chain.buyer)
    clock.advance(days=29)
    transfer(chain.first, None)
    transfer(chain.buyer, None)
    transfer(chain.first, chain.buyer)
    make_order([POT], member=chain.first)
    clock.advance(days=2)
    make_order([("CUP", 1, 10_000)], member=chain.first)
    outbox.drain()
    run_job("distribution.watch")

    assert held() == [(chain.buyer.id, "loop", "open")]


def test_nothing_is_settled_that_the_watch_has_not_seen(
    suspicious, make_order, outbox, run_job, maker, shop, programme, clock, held
):
    """As when a refund has its rows locked while the watch looks."""
    order = make_order([POT], member=suspicious.buyer, received=True)
    outbox.drain()
    clock.advance(days=8)
    run_job("orders.settle")
    outbox.drain()
    with shop.database.write() as session:
        assert settle_batch(session) == 0
    run_job("distribution.settle")

    assert held() == [(suspicious.first.id, "address", "open")]
    assert programme.money(suspicious.first).frozen == 2680
    assert programme.money(suspicious.second).available == 1340
    with shop.database.write() as session:
        assert reject(session, order.id, suspicious.first.id, actor=STAFF, note="x") == 2680
    assert programme.accounts(suspicious.first) == {}
    maker.check_books()


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
def test_what_is_locked_while_the_watch_looks_waits_for_the_next_look(
    suspicious, make_order, outbox, run_job, shop, programme, clock, held
):
    make_order([POT], member=suspicious.buyer, received=True)
    outbox.drain()
    clock.advance(days=8)
    run_job("orders.settle")
    outbox.drain()
    row = next(each for each in programme.rows() if each.beneficiary_id == suspicious.first.id)
    with shop.database.write() as holder:
        holder.execute(sa.select(Commission.id).where(Commission.id == row.id).with_for_update())
        run_job("distribution.watch")
        assert held() == []
    with shop.database.write() as session:
        assert settle_batch(session) == 2  # those of the two others
    run_job("distribution.settle")

    assert held() == [(suspicious.first.id, "address", "open")]
    assert programme.money(suspicious.first).frozen == 2680


def test_a_line_that_is_looked_at_after_the_decision_is_not_held_for_ever(
    suspicious, make_order, outbox, run_job, shop, programme, settle, maker
):
    order = make_order([POT, ("CUP", 1, 10_000)], member=suspicious.buyer)
    outbox.drain()
    run_job("distribution.watch")
    last = max(row.id for row in programme.rows() if row.beneficiary_id == suspicious.first.id)
    with shop.database.write() as session:
        release(session, order.id, suspicious.first.id, actor=STAFF)
        late = sa.update(Commission).where(Commission.id == last).values(checked_at=None)
        session.execute(late)  # as if it had been locked when the other was looked at
    maker.receive(order)
    settle()

    assert programme.money(suspicious.first).available == 3680
