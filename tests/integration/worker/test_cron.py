"""Jobs by a cron line: in the store's time zone, made up for once, not for times while off."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from core.host import schedule
from core.host.jobs import _forget_runs
from core.host.models import JobRun
from core.host.work import Work
from core.kernel.clock import now
from core.worker.jobs import jobs_of, run_tick
from core.worker.scheduler import Scheduler
from tests.unit.host.plugin_folders import write_plugin

CODE = """
ran = []

@hookimpl
def register_jobs():
    return [Job("NAME.nightly", "Nightly", lambda context: ran.append(1), cron="0 3 * * *")]
"""


@pytest.fixture
def database_url(sqlite_url):
    """Schedules do not depend on the database."""
    return sqlite_url


@pytest.fixture
def plugin_dirs(tmp_path):
    folder = tmp_path / "plugins"
    folder.mkdir()
    write_plugin(folder, CODE)
    return (folder,)


@pytest.fixture
def nightly(shop, enable_plugin):
    """The job's key; its plugin is off at first."""
    (name,) = shop.plugins.plugins
    return SimpleNamespace(name=name, key=f"{name}.nightly", on=lambda: enable_plugin(name))


@pytest.fixture
def until(clock):
    """Moves the store's clock to a time of day, a minute past it."""

    def move(hour: int, days: int = 0):
        local = now().astimezone(ZoneInfo("Asia/Shanghai"))
        there = local.replace(hour=hour, minute=1, second=0, microsecond=0) + timedelta(days=days)
        clock.advance(seconds=int((there - local).total_seconds()))

    return move


def step(shop, key: str) -> int:
    """Look what is due once; how many ticks of the job have run so far."""
    scheduler = Scheduler(shop)
    scheduler.step()
    scheduler.finish(30)
    scheduler.close()
    with shop.database.read() as session:
        done = sa.select(sa.func.count()).where(JobRun.job == key, JobRun.state == "done")
        return int(session.scalar(done))


def test_it_runs_at_its_time_in_the_stores_zone_and_once_a_day(shop, nightly, until):
    until(1, days=1)
    nightly.on()
    assert step(shop, nightly.key) == 0
    until(2)
    assert step(shop, nightly.key) == 0
    until(3)
    assert step(shop, nightly.key) == 1
    until(20)
    assert step(shop, nightly.key) == 1
    until(3, days=1)
    assert step(shop, nightly.key) == 2


def test_a_night_without_a_worker_is_made_up_for_once(shop, nightly, until):
    until(1, days=1)
    nightly.on()
    until(9, days=4)

    assert [step(shop, nightly.key) for _ in range(3)] == [1, 1, 1]


def test_a_time_that_passed_while_it_was_off_is_not_made_up_for(shop, nightly, until):
    until(9, days=1)
    nightly.on()
    assert step(shop, nightly.key) == 0
    shop.plugins.disable(nightly.name, "test")
    until(9, days=1)
    assert nightly.key not in jobs_of(shop)
    nightly.on()
    assert step(shop, nightly.key) == 0
    until(3, days=1)
    assert step(shop, nightly.key) == 1


def test_forgetting_old_runs_runs_none_again(shop, nightly, until, clock):
    until(1, days=1)
    nightly.on()
    until(3)
    tick = schedule.current_tick(jobs_of(shop)[nightly.key], "Asia/Shanghai")
    assert run_tick(shop, nightly.key, tick)
    clock.advance(days=5)
    _forget_runs(Work(shop))

    assert not run_tick(shop, nightly.key, tick)


SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
TIMES = [
    ("0 3 * * *", SHANGHAI, "2026-05-01 03:00", "2026-05-01 03:00"),
    ("0 3 * * *", SHANGHAI, "2026-05-01 02:59", "2026-04-30 03:00"),
    ("0 0 1 * *", BERLIN, "2026-10-25 03:00", "2026-10-01 00:00"),
    # the clock goes from 2:00 to 3:00: the skipped time runs right after
    ("30 2 * * *", BERLIN, "2026-03-29 01:59", "2026-03-28 02:30"),
    ("30 2 * * *", BERLIN, "2026-03-29 03:00", "2026-03-29 03:00"),
]


@pytest.mark.parametrize(("cron", "zone", "at", "newest"), TIMES)
def test_the_newest_time_of_a_cron_line(monkeypatch, cron, zone, at, newest):
    monkeypatch.setattr(schedule, "now", lambda: datetime.fromisoformat(at).replace(tzinfo=zone))
    job = SimpleNamespace(every_seconds=0, cron=cron)

    tick = schedule.current_tick(job, zone.key)
    assert f"{datetime.fromtimestamp(tick, zone):%Y-%m-%d %H:%M}" == newest
