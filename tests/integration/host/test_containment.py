"""Time taken of every call, budgets, the breaker, and calls that do not come back."""

import signal
import threading
import time
from asyncio import CancelledError
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
import sqlalchemy as sa

from core.host import breaker
from core.host.budgets import BUDGETS, STRIKE_LIMIT, STRIKES_MOST, Budget, budget_of
from core.host.faults import OTHER_LIMIT
from core.host.host import Standing
from core.host.models import PluginTiming
from core.host.tally import REQUEST, Tally
from core.kernel.errors import Rejected


def timings(shop) -> dict[tuple[str, str], PluginTiming]:
    shop.plugins.faults.flush()
    with shop.database.read() as session:
        return {(row.plugin, row.hook): row for row in session.scalars(sa.select(PluginTiming))}


def standing(shop, name: str) -> Standing:
    shop.plugins.faults.flush()
    shop.counters.refresh(force=True)
    return shop.plugins.standings()[name]


def reason(shop, name: str) -> str:
    return shop.plugins.snapshot().rows[name].paused_reason


def tell(shop, hook: str, calls: int, slow: int, strikes: int) -> None:
    """What the background writer would have written."""
    with shop.database.write() as session:
        what = ("has_settings", hook)
        breaker.write(session, {what: Tally(calls, 9_000, 9_000, slow, strikes)}, {}, {})


def test_every_guarded_call_is_timed_in_whole_microseconds(shop):
    for _ in range(3):
        with shop.plugins.guard("has_settings", "block:x"):
            time.sleep(0.002)
    row = timings(shop)["has_settings", "block:x"]
    assert (row.calls, row.slow_count) == (3, 0)
    assert 6_000 <= row.micros < 300_000
    assert 2_000 <= row.slowest_micros <= row.micros


def test_times_of_one_hour_add_up_over_flushes_and_processes(shop):
    for _ in range(2):
        with shop.plugins.guard("has_settings", "block:x"):
            pass
        timings(shop)
    tell(shop, "block:x", calls=5, slow=0, strikes=0)
    row = timings(shop)["has_settings", "block:x"]
    assert row.calls == 7
    assert row.slowest_micros == 9_000


def test_processes_that_write_at_once_wait_for_each_other_and_lose_nothing(shop):
    hooks = [("has_settings", "block:x"), ("has_settings", "price:z"), ("needs_settings", "page:y")]

    def write(turn: int) -> None:
        mine = hooks[turn % 2 :: 1 + turn % 3 // 2]  # all, the last two, or every other one
        with shop.database.write() as session:
            breaker.write(session, {what: Tally(calls=1) for what in reversed(mine)}, {}, {})

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(60)))
    found = timings(shop)
    assert [found[what].calls for what in hooks] == [30, 50, 50]


def test_what_a_plugin_costs_one_request_is_added_up_over_its_hooks(shop):
    guard = shop.plugins.guard
    for _ in range(2):
        with guard("has_settings", "block:x"), guard("needs_settings", "block:y"):
            time.sleep(0.002)
        with guard("has_settings", "price:z"):
            time.sleep(0.002)
        shop.plugins.faults.end_request()
    found = timings(shop)
    assert found["has_settings", REQUEST].calls == 2
    assert found["has_settings", REQUEST].micros >= 8_000
    assert found["needs_settings", REQUEST].calls == 2
    assert found["needs_settings", REQUEST].micros < found["has_settings", REQUEST].micros


def test_a_request_that_is_served_has_its_end_noted(shop, client, enable_plugin):
    enable_plugin("raises_everywhere")
    assert client.get("/").status_code == 200
    assert timings(shop)["raises_everywhere", REQUEST].calls == 1


def test_a_hook_that_is_slow_again_and_again_pauses_its_plugin_with_the_reason(shop, enable_plugin):
    enable_plugin("has_settings")
    tell(shop, "block:x", calls=STRIKE_LIMIT - 1, slow=STRIKE_LIMIT - 1, strikes=STRIKE_LIMIT - 1)
    assert standing(shop, "has_settings") is Standing.ENABLED
    tell(shop, "block:x", calls=1, slow=1, strikes=1)
    assert standing(shop, "has_settings") is Standing.PAUSED
    said = reason(shop, "has_settings")
    assert said.startswith(f"block:x was too slow {STRIKE_LIMIT} times of {STRIKE_LIMIT}")
    assert "instead of 100 ms" in said


def test_a_hook_that_is_seldom_slow_pauses_nobody(shop, enable_plugin):
    enable_plugin("has_settings")
    tell(shop, "block:x", calls=1_000, slow=100, strikes=100)
    assert standing(shop, "has_settings") is Standing.ENABLED


@pytest.mark.parametrize("kind", ["job", "event", "gateway", "channel", "payout_channel"])
def test_background_work_never_pauses_its_plugin(shop, enable_plugin, kind):
    enable_plugin("has_settings")
    tell(shop, f"{kind}:x", calls=100, slow=100, strikes=1_000)
    for _ in range(OTHER_LIMIT + 1):
        with shop.plugins.guard("has_settings", f"{kind}:x"):
            raise ValueError("broken")
    assert standing(shop, "has_settings") is Standing.ENABLED


def test_switching_on_again_starts_the_watch_anew_and_keeps_the_history(shop, enable_plugin):
    enable_plugin("has_settings")

    def fail(times: int) -> None:
        for _ in range(times):
            with shop.plugins.guard("has_settings", "block:x"):
                raise ValueError("broken")

    fail(OTHER_LIMIT)
    assert standing(shop, "has_settings") is Standing.PAUSED
    shop.plugins.enable("has_settings", "me")
    fail(OTHER_LIMIT - 1)
    assert standing(shop, "has_settings") is Standing.ENABLED
    fail(1)
    assert standing(shop, "has_settings") is Standing.PAUSED
    assert timings(shop)["has_settings", "block:x"].calls == 2 * OTHER_LIMIT


def test_an_endless_loop_is_stopped_counted_and_pauses_its_plugin(shop, enable_plugin, monkeypatch):
    monkeypatch.setitem(BUDGETS, "block", Budget(20, stops_after_seconds=1))
    budget_of.cache_clear()
    enable_plugin("has_settings")

    def spin() -> None:
        for _ in count():
            try:
                time.sleep(0.001)
            except Exception:  # noqa: BLE001, S112 - a plugin that catches everything
                continue

    for _ in range(STRIKE_LIMIT // STRIKES_MOST):
        began = time.monotonic()
        with shop.plugins.guard("has_settings", "block:x"):
            spin()
        assert time.monotonic() - began < 3
    assert standing(shop, "has_settings") is Standing.PAUSED
    with shop.plugins.guard("has_settings", "block:x"):
        pass  # nothing is left over that could hit a later call
    for _ in range(1000):
        time.sleep(0)
    budget_of.cache_clear()


def test_a_stop_never_reaches_what_runs_after_the_call(shop, monkeypatch):
    monkeypatch.setitem(BUDGETS, "block", Budget(20, stops_after_seconds=1))
    budget_of.cache_clear()
    outcomes: list[str] = []

    def serve(seconds: float) -> None:
        try:
            with shop.plugins.guard("has_settings", "block:x"):
                time.sleep(seconds)  # blocks in C: a stop is felt only when it is over
            for _ in range(200_000):
                pass
            outcomes.append("whole")
        except BaseException as error:  # noqa: BLE001
            outcomes.append(repr(error))

    threads = [threading.Thread(target=serve, args=(0.9 + n / 40,)) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    budget_of.cache_clear()
    assert outcomes == ["whole"] * len(threads)


def test_whatever_is_raised_in_a_hook_is_a_fault_and_ctrl_c_is_not(shop):
    for error in (SystemExit(1), CancelledError(), KeyboardInterrupt()):
        with shop.plugins.guard("has_settings", "block:x"):
            raise error
    with pytest.raises(KeyboardInterrupt), shop.plugins.guard("has_settings", "block:x"):
        signal.default_int_handler(signal.SIGINT, None)
    with pytest.raises(Rejected), shop.plugins.guard("has_settings", "block:x"):
        raise Rejected("x", "no")
    assert timings(shop)["has_settings", "block:x"].calls == 5


def test_a_guarded_call_costs_a_few_microseconds_at_most(shop):
    """A coarse ceiling, so that nothing grows by an order; what it costs is measured in bench/."""
    guard = shop.plugins.guard
    best = float("inf")
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(2_000):
            with guard("has_settings", "block:x"):
                pass
        best = min(best, (time.perf_counter() - began) / 2_000)
    assert best < 10e-6
