"""Facts reach plugins exactly once, in order per aggregate, whatever fails."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.db.outbox import EventDelivery, OutboxEvent
from core.host import deliveries
from core.host.health import health_of
from core.host.shop import open_shop
from core.kernel import clock as kernel_clock
from core.kernel.clock import now
from core.kernel.errors import Conflict, NotFound
from core.kernel.ids import new_id
from core.worker.picking import look_up, take
from core.worker.relay import Relay
from tests.integration.worker.facts import cancelled, seen, tell


@pytest.fixture
def plugins_on():
    return ("counts_events",)


def rows(shop) -> list[EventDelivery]:
    with shop.database.read() as session:
        query = sa.select(EventDelivery).order_by(EventDelivery.event_seq)
        return list(session.scalars(query))


def make_due(shop) -> None:
    with shop.database.write() as session:
        session.execute(sa.update(EventDelivery).values(next_try_at=now()))


def test_a_fact_is_delivered_once(shop, outbox):
    tell(shop, cancelled(reason="a"), cancelled(reason="b"))
    progress = outbox.drain()
    assert (progress.fanned_out, progress.delivered, progress.failed) == (2, 2, 0)
    assert seen(shop) == ["a", "b"]
    assert outbox.drain().is_idle
    assert seen(shop) == ["a", "b"]
    assert [row.state for row in rows(shop)] == ["done", "done"]


def test_a_rolled_back_fact_never_happened(shop, outbox):
    from core.db.outbox import announce

    def fail_after_telling() -> None:
        with shop.database.write() as session:
            announce(session, cancelled())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_telling()
    assert outbox.drain().is_idle


def test_a_fact_nobody_listens_to_is_handed_out_to_nobody(shop, outbox):
    shop.plugins.disable("counts_events", "me")
    tell(shop, cancelled())
    assert outbox.drain().fanned_out == 1
    assert rows(shop) == []
    shop.plugins.enable("counts_events", "me")
    assert outbox.drain().is_idle


@pytest.mark.parametrize("batch", [7, 1])
def test_facts_of_one_aggregate_arrive_in_order(shop, batch):
    order_id = new_id()
    tell(shop, *(cancelled(order_id, str(number)) for number in range(30)))
    Relay(shop.database, shop.plugins, batch=batch).drain()
    assert seen(shop) == [str(number) for number in range(30)]


def test_a_poison_fact_costs_only_itself(shop, outbox):
    tell(shop, cancelled(reason="a"), cancelled(reason="fail:exit"), cancelled(reason="b"))
    progress = outbox.drain()
    assert (progress.delivered, progress.failed) == (2, 1)
    assert sorted(seen(shop)) == ["a", "b"]


def test_later_facts_of_an_aggregate_wait_behind_a_failed_one(shop, outbox):
    order_id = new_id()
    tell(shop, cancelled(order_id, "fail:1"), cancelled(order_id, "after"), cancelled(reason="x"))
    outbox.drain()
    assert seen(shop) == ["x"]


def test_a_fact_is_taken_once_and_not_before_an_earlier_one_of_its_aggregate(shop):
    order_id = new_id()
    tell(shop, cancelled(order_id, "first"), cancelled(order_id, "second"))
    Relay(shop.database, shop.plugins).fan_out()
    with shop.database.read() as session:
        first, second = look_up(session, "counts_events", 9)

    def took(item) -> bool:
        with shop.database.write() as session:
            return take(session, "counts_events", item)

    assert not took(second)
    assert not took(replace(first, tries=1))  # somebody tried it since
    assert [took(first), took(first)] == [True, False]
    assert took(second)


def test_failures_are_tried_again_with_growing_delays_then_parked(shop, outbox):
    tell(shop, cancelled(reason="fail:1"), cancelled(reason="good"))
    for tries in range(1, deliveries.MAX_TRIES + 1):
        began = now()
        assert outbox.drain().failed == 1
        row = rows(shop)[0]
        assert row.tries == tries
        waits = row.next_try_at - began
        assert waits >= timedelta(seconds=2**tries)
        assert "told to: fail:1" in row.error
        assert outbox.drain().is_idle
        make_due(shop)
    assert rows(shop)[0].state == "parked"
    assert outbox.drain().is_idle
    assert outbox.backlog().parked == {"counts_events": 1}
    assert seen(shop) == ["good"]


def test_a_fact_that_fails_alone_is_told_once_a_try(shop, outbox):
    tell(shop, cancelled(reason="fail:1"))
    for _ in range(3):
        outbox.drain()
        make_due(shop)
    shop.plugins.faults.flush()
    with shop.database.read() as session:
        (hook,) = health_of(session, "counts_events").hooks
    assert (hook.hook, hook.faults, hook.calls) == ("event:order_cancelled", 3, 3)


def test_delays_grow_to_an_hour_and_no_further():
    assert [deliveries.delay_seconds(n) for n in (1, 2, 3, 20)] == [2, 4, 8, 3600]


def park(shop, outbox) -> int:
    for _ in range(deliveries.MAX_TRIES):
        outbox.drain()
        make_due(shop)
    parked = [row for row in rows(shop) if row.state == "parked"]
    return parked[0].event_seq


def test_a_parked_fact_can_be_replayed_once_its_cause_is_gone(shop, outbox, tmp_path):
    order_id, flag = new_id(), tmp_path / "fixed"
    tell(shop, cancelled(order_id, f"fail-unless:{flag}"), cancelled(order_id, "after"))
    seq = park(shop, outbox)
    assert seen(shop) == []
    flag.touch()
    with shop.database.write() as session:
        assert deliveries.replay(session, "counts_events", seq) == 1
    outbox.drain()
    assert seen(shop) == [f"fail-unless:{flag}", "after"]
    with shop.database.write() as session, pytest.raises(Conflict):
        deliveries.replay(session, "counts_events", seq)


def test_a_parked_fact_can_be_given_up(shop, outbox):
    order_id = new_id()
    tell(shop, cancelled(order_id, "fail:1"), cancelled(order_id, "after"))
    seq = park(shop, outbox)
    with shop.database.write() as session:
        deliveries.skip(session, "counts_events", seq, actor="staff:1", reason="old")
    outbox.drain()
    assert seen(shop) == ["after"]
    with shop.database.write() as session, pytest.raises(NotFound):
        deliveries.skip(session, "counts_events", seq, actor="staff:1", reason="old")


def test_deliveries_to_a_plugin_switched_off_later_wait_for_it(shop, outbox):
    tell(shop, cancelled(reason="a"))
    Relay(shop.database, shop.plugins).fan_out()
    shop.plugins.disable("counts_events", "me")
    outbox.drain()
    assert seen(shop) == []
    assert outbox.backlog().pending == {"counts_events": 1}
    shop.plugins.enable("counts_events", "me")
    outbox.drain()
    assert seen(shop) == ["a"]


def test_a_clock_that_goes_back_delays_no_fact(shop, outbox, clock, tmp_path):
    flag = tmp_path / "fixed"
    clock.advance(days=8)
    tell(shop, cancelled(reason="new"), cancelled(reason=f"fail-unless:{flag}"))
    Relay(shop.database, shop.plugins).drain()
    flag.touch()
    tell(shop, cancelled(reason="later"))
    Relay(shop.database, shop.plugins).fan_out()
    clock.reset()
    outbox.drain()
    assert sorted(seen(shop)) == sorted(["new", "later", f"fail-unless:{flag}"])


def test_a_process_that_has_just_begun_tells_the_stores_time(shop, clock):
    clock.advance(days=30)
    at = now()
    tell(shop, cancelled())
    one = open_shop(shop.config)
    kernel_clock.set_offset(0)  # as in a process that has looked at nothing yet

    Relay(one.database, one.plugins).step()

    with shop.database.read() as session:
        assert session.scalar(sa.select(OutboxEvent.dispatched_at)) >= at
    one.close()


def test_in_safe_mode_facts_wait_and_none_is_lost(shop, outbox):
    safe = open_shop(replace(shop.config, is_safe_mode=True))
    tell(shop, cancelled(reason="a"))
    Relay(safe.database, safe.plugins).drain()
    safe.close()
    assert seen(shop) == []
    outbox.drain()
    assert seen(shop) == ["a"]


def test_a_plugin_whose_code_is_gone_misses_nothing(shop, outbox, tmp_path):
    gone = open_shop(replace(shop.config, plugin_dirs=(tmp_path,)))
    tell(shop, cancelled(reason="a"))
    Relay(gone.database, gone.plugins).drain()
    gone.close()
    outbox.drain()
    assert seen(shop) == ["a"]


def test_an_event_nobody_knows_any_more_is_parked_and_named(shop, outbox):
    tell(shop, cancelled(reason="a"))
    Relay(shop.database, shop.plugins).fan_out()
    with shop.database.write() as session:
        session.execute(sa.update(OutboxEvent).values(name="forgotten"))
    assert outbox.drain().failed == 1
    assert "No event is called forgotten" in rows(shop)[0].error


@pytest.mark.parametrize("batches", [(9, 9, 9, 9), (1, 1, 1, 1), (9, 1, 9, 1)])
def test_relays_at_once_deliver_each_fact_once_and_in_order(shop, batches):
    orders = [new_id() for _ in range(8)]
    tell(shop, *(cancelled(orders[n % 8], f"{n % 8}:{n}") for n in range(240)))
    shops = [open_shop(shop.config) for _ in range(4)]
    relays = [
        Relay(one.database, one.plugins, batch=batch)
        for one, batch in zip(shops, batches, strict=True)
    ]
    threads = [threading.Thread(target=relay.drain) for relay in relays]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    relays[0].drain()
    found = seen(shop)
    assert sorted(found) == sorted(f"{n % 8}:{n}" for n in range(240))
    for number in range(8):
        own = [int(text.split(":")[1]) for text in found if text.startswith(f"{number}:")]
        assert own == sorted(own)
    for one in shops:
        one.close()


def test_a_handlers_error_that_keeps_writes_keeps_none_here(shop, outbox, monkeypatch):
    """Such an error commits at the edge; in a delivery nothing may stay without its receipt."""
    from core.kernel.errors import RateLimited

    def refuse(session, plugin, event):
        session.execute(sa.text("UPDATE event_delivery SET error = 'touched'"))
        error = RateLimited("x", "slow down")
        error.keeps_writes = True
        raise error

    monkeypatch.setattr(shop.plugins, "deliver", refuse)
    tell(shop, cancelled(reason="a"))
    assert outbox.drain().failed == 1
    assert rows(shop)[0].error != "touched"
    assert rows(shop)[0].tries == 1
