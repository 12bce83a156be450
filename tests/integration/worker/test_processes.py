"""The worker as a process: fast enough, and nothing is lost or repeated when it is killed."""

import random
import signal
import threading
import time
from dataclasses import replace

import pytest
import sqlalchemy as sa

from core.host.models import ProcessBeat
from core.host.redis_link import RedisLink
from core.host.shop import open_shop
from core.worker.process import WorkerProcess
from core.worker.relay import Relay
from tests.integration.worker.facts import cancelled, tell
from tests.integration.worker.processes import running, start, wait_until


@pytest.fixture
def plugins_on():
    return ("counts_events",)


@pytest.mark.slow
def test_no_fact_is_lost_or_repeated_when_the_worker_is_killed_again_and_again(shop):
    chance = random.Random(20260101)  # noqa: S311 - not a secret
    total = 250
    tell(shop, *(cancelled(reason=f"sleep:0.00{n % 3}:{n}") for n in range(total)))
    for _ in range(6):
        before = len(facts(shop))
        worker = start(shop.config, "worker", "--no-redis")
        wait_until(lambda before=before: len(facts(shop)) > before)
        time.sleep(chance.random() * 0.1)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        if len(facts(shop)) >= total:
            break
    Relay(shop.database, shop.plugins).drain()
    assert sorted(facts(shop)) == sorted(f"sleep:0.00{n % 3}:{n}" for n in range(total))


@pytest.mark.slow
def test_a_worker_that_dies_inside_a_handler_leaves_no_half_effect(shop, outbox):
    tell(shop, cancelled(reason="a"), cancelled(reason="die"))
    worker = start(shop.config, "worker", "--no-redis")
    assert worker.wait(30) == -signal.SIGKILL
    assert "die" not in facts(shop)
    with shop.database.write() as session:
        session.execute(sa.text("DELETE FROM event_delivery WHERE state = 'pending'"))
    outbox.drain()
    assert facts(shop).count("a") <= 1


def beats(shop) -> set[str]:
    with shop.database.read() as session:
        return set(session.scalars(sa.select(ProcessBeat.kind)))


def facts(shop) -> list[str]:
    """What was told, without the ticks that the worker's scheduler ran meanwhile."""
    with shop.database.read() as session:
        query = sa.text("SELECT detail FROM plugin_counts_events_seen WHERE name <> 'tick'")
        return list(session.scalars(query))


def test_a_worker_beats_delivers_within_a_second_and_ends_on_request(shop):
    process = WorkerProcess(shop)
    thread = threading.Thread(target=process.run)
    thread.start()
    try:
        wait_until(lambda: beats(shop) >= {"relay", "scheduler"})
        waits = []
        for number in range(5):
            began = time.monotonic()
            tell(shop, cancelled(reason=f"n{number}"))
            wait_until(lambda number=number: f"n{number}" in facts(shop), 5)
            waits.append(time.monotonic() - began)
        assert sorted(waits)[2] < 1.0
    finally:
        process.stop()
        thread.join(20)
    assert not thread.is_alive()


def test_a_worker_outlives_a_fault_of_its_own(shop, monkeypatch):
    process = WorkerProcess(shop)
    calls = []

    def fail():
        calls.append(1)
        raise RuntimeError("our bug")

    monkeypatch.setattr(process.relay, "step", fail)
    monkeypatch.setattr("core.worker.process.TROUBLE_SECONDS", 0.01)
    thread = threading.Thread(target=process.run)
    thread.start()
    wait_until(lambda: len(calls) > 3)
    process.stop()
    thread.join(20)
    assert not thread.is_alive()


def test_with_redis_a_commit_wakes_the_relay_and_ticks_go_through_rq(shop, valkey_server):
    config = replace(shop.config, redis_url=valkey_server.url)
    one = open_shop(config)
    with running(config, "worker"):
        wait_until(lambda: "tick" in names(shop), 30)
        tell(one, cancelled(reason="woken"))
        wait_until(lambda: "woken" in facts(shop), 5)
    one.close()


def test_a_wake_up_ends_the_relays_wait(shop, valkey_server, monkeypatch):
    monkeypatch.setattr("core.worker.process.RELAY_SECONDS", 30)
    config = replace(shop.config, redis_url=valkey_server.url)
    one = open_shop(config)
    process = WorkerProcess(one)
    thread = threading.Thread(target=process.run)
    thread.start()
    try:
        time.sleep(1.5)
        began = time.monotonic()
        tell(one, cancelled(reason="woken"))
        wait_until(lambda: "woken" in facts(shop), 10)
        assert time.monotonic() - began < 5
    finally:
        process.stop()
        thread.join(20)
    one.close()


def test_when_redis_goes_away_work_goes_on_from_the_database(shop, valkey_server):
    config = replace(shop.config, redis_url=valkey_server.url)
    one = open_shop(config)
    with running(config, "worker"):
        wait_until(lambda: "tick" in names(shop), 30)
        valkey_server.stop()
        began = time.monotonic()
        tell(one, cancelled(reason="alone"))
        assert time.monotonic() - began < 0.5
        wait_until(lambda: "alone" in facts(shop), 5)
        before = names(shop).count("tick")
        wait_until(lambda: names(shop).count("tick") > before, 15)
    assert not RedisLink(valkey_server.url).is_up()
    one.close()


def names(shop) -> list[str]:
    with shop.database.read() as session:
        return list(session.scalars(sa.text("SELECT name FROM plugin_counts_events_seen")))
