"""Ticks of jobs: one run each, however many schedulers there are; crashed ones are taken over."""

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from core.host.models import JobRun
from core.host.runs import ask_for_run, ask_soon
from core.host.schedule import current_tick
from core.host.shop import open_shop
from core.kernel.clock import now
from core.kernel.errors import Conflict
from core.worker import ticks
from core.worker.jobs import Runnable, jobs_of, run_asked, run_tick
from core.worker.scheduler import Scheduler
from tests.integration.worker.facts import seen
from tests.integration.worker.processes import wait_until


@pytest.fixture
def plugins_on():
    return ("counts_events",)


def runs(shop, job: str = "counts_events.tick") -> list[JobRun]:
    with shop.database.read() as session:
        return list(session.scalars(sa.select(JobRun).where(JobRun.job == job)))


def test_a_tick_is_run_once(shop):
    assert run_tick(shop, "counts_events.tick", 60)
    assert not run_tick(shop, "counts_events.tick", 60)
    assert len(seen(shop)) == 1
    (run,) = runs(shop)
    assert (run.state, run.tries, run.done, run.total) == ("done", 1, 1, 1)


def test_many_schedulers_run_a_tick_once(shop):
    shops = [open_shop(shop.config) for _ in range(6)]
    barrier = threading.Barrier(6)

    def race(one) -> None:
        barrier.wait()
        run_tick(one, "counts_events.tick", 120)

    threads = [threading.Thread(target=race, args=(one,)) for one in shops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(seen(shop)) == 1
    for one in shops:
        one.close()


def silence(shop, seconds: int) -> None:
    with shop.database.write() as session:
        past = now() - timedelta(seconds=seconds)
        session.execute(sa.update(JobRun).values(beat_at=past, finished_at=past))


def test_a_crashed_tick_is_taken_over_when_its_process_was_silent_long_enough(shop):
    crashed = ticks.claim(shop.database, "counts_events.tick", 60)
    assert crashed is not None
    assert not run_tick(shop, "counts_events.tick", 60)
    silence(shop, ticks.SILENT_SECONDS + 1)
    assert run_tick(shop, "counts_events.tick", 60)
    (run,) = runs(shop)
    assert (run.state, run.tries) == ("done", 2)
    ticks.finish(shop.database, crashed, "too late")
    assert runs(shop)[0].state == "done"


def test_a_slow_tick_holds_the_next_one_back(shop):
    ticks.claim(shop.database, "counts_events.tick", 60)
    with shop.database.read() as session:
        assert ticks.standing(session, "counts_events.tick", 61) is ticks.Standing.HELD


def test_a_failed_tick_is_tried_three_times(shop, enable_plugin):
    enable_plugin("raises_everywhere")
    key = "raises_everywhere.job"
    for tries in (1, 2, 3):
        assert run_tick(shop, key, 60)
        assert not run_tick(shop, key, 60)
        (run,) = runs(shop, key)
        assert (run.state, run.tries) == ("failed", tries)
        assert "boom" in run.error
        silence(shop, 1000)
    assert not run_tick(shop, key, 60)


def test_a_job_of_a_plugin_that_is_off_does_not_run(shop):
    shop.plugins.disable("counts_events", "me")
    assert "counts_events.tick" not in jobs_of(shop)
    assert not run_tick(shop, "counts_events.tick", 60)


def test_the_scheduler_runs_what_is_due_and_only_that(shop):
    scheduler = Scheduler(shop)
    started = scheduler.step()
    scheduler.finish(30)
    with shop.database.read() as session:
        states = dict(session.execute(sa.select(JobRun.job, JobRun.state)).all())
    scheduler.close()
    assert started == len(jobs_of(shop))
    assert set(states) == set(jobs_of(shop))
    assert set(states.values()) == {"done"}, states


def test_jobs_of_plugins_that_never_end_hold_no_job_of_the_house_up(shop, monkeypatch):
    ended = threading.Event()
    stuck = {
        f"counts_events.stuck{number}": Runnable(
            f"counts_events.stuck{number}", 60, lambda work: ended.wait(30), "counts_events"
        )
        for number in range(6)
    }
    house = {key: job for key, job in jobs_of(shop).items() if not job.plugin}
    for place in ("core.worker.jobs", "core.worker.scheduler"):
        monkeypatch.setattr(f"{place}.jobs_of", lambda _shop: {**stuck, **house})
    scheduler = Scheduler(shop)
    with shop.database.write() as session:
        ask_soon(session, "counts_events.stuck0")
    scheduler.step()

    def states() -> dict[str, str]:
        with shop.database.read() as session:
            return dict(session.execute(sa.select(JobRun.job, JobRun.state)).all())

    try:
        wait_until(
            lambda: {key for key, state in states().items() if state == "done"} == house.keys()
        )
        assert "running" in {states().get(key) for key in stuck}
    finally:
        ended.set()
        scheduler.finish(30)
        scheduler.close(5)


def busy_for(monkeypatch, writes: int) -> None:
    """The next writes of ends meet a busy database."""
    left, update = [writes], ticks._update

    def write(database, tick, **values):
        if "finished_at" in values and left[0]:
            left[0] -= 1
            raise sa.exc.OperationalError("UPDATE", None, Exception("database is locked"))
        update(database, tick, **values)

    monkeypatch.setattr(ticks, "_update", write)
    monkeypatch.setattr(ticks, "NOTE_AGAIN_SECONDS", (0.0, 0.0, 0.0))


def test_an_end_that_a_busy_database_refused_is_written_again(shop, monkeypatch):
    busy_for(monkeypatch, writes=3)
    assert run_tick(shop, "counts_events.tick", 60)
    assert [run.state for run in runs(shop)] == ["done"]


def test_an_end_that_could_not_be_written_is_logged(shop, monkeypatch, caplog):
    with shop.database.write() as session:
        ask_soon(session, "counts_events.tick")
    busy_for(monkeypatch, writes=100)
    scheduler = Scheduler(shop)
    scheduler.step()
    with pytest.raises(sa.exc.OperationalError):
        scheduler.finish(30)
    scheduler.step()
    scheduler.close(5)
    assert "job counts_events.tick: how it ended could not be noted" in caplog.text


def test_the_stores_clock_moves_ticks_ahead(shop, clock):
    hourly = SimpleNamespace(every_seconds=3600, cron="")
    before = current_tick(hourly, "UTC")
    clock.advance(days=8)
    assert current_tick(hourly, "UTC") - before in {8 * 86400, 8 * 86400 + 3600}


def test_beats_inside_a_unit_of_work_wait_for_its_end(shop):
    from core.host.work import Work

    noted = []
    work = Work(shop, note=lambda done, total: noted.append((done, total)))
    with work.write():
        work.beat(1, 2)
        assert noted == []
    assert noted == [(1, 2)]


def test_every_core_job_runs_on_an_empty_shop(shop, run_job):
    for key in jobs_of(shop):
        run_job(key)


def test_a_run_that_was_asked_for_happens_once(shop):
    with shop.database.write() as session:
        ask_for_run(session, "counts_events.tick")
    with shop.database.write() as session, pytest.raises(Conflict):
        ask_for_run(session, "counts_events.tick")
    with shop.database.read() as session:
        ((run_id, job),) = ticks.asked_for(session)
    assert job == "counts_events.tick"
    assert run_asked(shop, run_id)
    assert not run_asked(shop, run_id)
    assert len(seen(shop)) == 1
    assert runs(shop)[0].state == "done"


def test_what_is_asked_for_while_it_runs_runs_once_more(shop):
    for _ in range(2):  # the second ask finds one waiting
        with shop.database.write() as session:
            ask_soon(session, "counts_events.tick")
    with shop.database.read() as session:
        ((first, _job),) = ticks.asked_for(session)
    claimed = ticks.claim_asked(shop.database, first)
    with shop.database.write() as session:
        ask_soon(session, "counts_events.tick")
    ticks.finish(shop.database, claimed)
    with shop.database.read() as session:
        ((second, _job),) = ticks.asked_for(session)
    assert second != first
    assert run_asked(shop, second)
    assert len(seen(shop)) == 1
