"""Many writers of one store: none fails for another, none is passed by, an error frees the way."""

import sqlite3
import threading
import time

import pytest
import sqlalchemy as sa

from core.db import engine as engines
from core.db.engine import Database
from core.db.state import SharedCounter

EACH = 25


@pytest.fixture(params=[False, True], ids=["in a worker", "serving people"])
def database(request, database_url):
    database = Database(database_url, serves_people=request.param)
    with database.write() as session:
        session.add(SharedCounter(name="count", value=0))
    yield database
    database.dispose()


def count_up(database: Database) -> None:
    with database.write() as session:
        session.execute(
            sa.update(SharedCounter)
            .where(SharedCounter.name == "count")
            .values(value=SharedCounter.value + 1)
        )


def counted(database: Database) -> int:
    with database.read() as session:
        return session.get_one(SharedCounter, "count").value


def test_every_writer_of_eight_threads_and_another_opening_is_counted(database, database_url):
    other = Database(database_url)
    errors = []

    def work(mine):
        try:
            for _ in range(EACH):
                count_up(mine)
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            errors.append(error)

    threads = [threading.Thread(target=work, args=(database,)) for _ in range(8)]
    threads += [threading.Thread(target=work, args=(other,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    other.dispose()
    assert errors == []
    assert counted(database) == 10 * EACH


def test_a_block_that_raises_frees_the_way(database):
    with pytest.raises(ZeroDivisionError), database.write():
        _ = 1 / 0
    count_up(database)
    assert counted(database) == 1


def test_a_thread_that_comes_first_is_served_first(sqlite_url):
    """Thirty short writes of another thread do not pass by one that has begun to wait."""
    database = Database(sqlite_url, serves_people=True)
    served = []
    has_begun, goes_on = threading.Event(), threading.Event()

    def hold():
        with database.write():
            has_begun.set()
            goes_on.wait(10)
        for _ in range(30):
            with database.write():
                served.append("again")

    def wait():
        with database.write():
            served.append("first")

    holder, waiter = threading.Thread(target=hold), threading.Thread(target=wait)
    holder.start()
    assert has_begun.wait(10)
    waiter.start()
    time.sleep(0.05)
    goes_on.set()
    holder.join(10)
    waiter.join(10)
    database.dispose()
    assert served[0] == "first"
    assert len(served) == 31


@pytest.mark.parametrize("serves_people", [False, True])
def test_a_store_that_another_program_holds_is_said_to_be_locked(
    sqlite_url, monkeypatch, serves_people
):
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_MS", 200)
    database = Database(sqlite_url, serves_people=serves_people)
    stranger = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(sa.exc.OperationalError, match="locked"), database.write():
            pass
    finally:
        stranger.execute("ROLLBACK")
        stranger.close()
    with database.write() as session:
        assert session.scalar(sa.text("PRAGMA busy_timeout")) == 200
    database.dispose()


@pytest.mark.postgres
def test_a_connection_that_the_server_closed_costs_one_unit_of_work(postgres_url):
    database, other = Database(postgres_url), Database(postgres_url)
    with database.write() as session:
        session.add(SharedCounter(name="count", value=0))
        own = session.scalar(sa.select(sa.func.pg_backend_pid()))
    with other.read() as session:
        session.execute(sa.select(sa.func.pg_terminate_backend(own)))
    with pytest.raises(sa.exc.OperationalError):
        count_up(database)
    count_up(database)
    assert counted(other) == 1
    database.dispose()
    other.dispose()
