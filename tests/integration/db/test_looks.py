"""A look at the store reads and never writes, whatever is tried in it."""

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.db.state import SharedCounter
from core.kernel.errors import InvariantError


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    yield database
    database.dispose()


def test_a_look_refuses_to_write(database: Database):
    with pytest.raises(InvariantError), database.read() as session:
        session.execute(sa.delete(SharedCounter))
    with database.read() as session:
        session.execute(sa.select(SharedCounter.name)).all()


def test_what_is_added_in_a_look_is_not_kept(database: Database):
    with database.read() as session:
        session.add(SharedCounter(name="stray", value=1))
        session.execute(sa.select(SharedCounter.name)).all()
    with database.read() as session:
        assert session.get(SharedCounter, "stray") is None


def test_a_look_sees_what_was_committed_before_it_began(database: Database):
    with database.write() as session:
        session.add(SharedCounter(name="fresh", value=7))
    with database.read() as session:
        assert session.get_one(SharedCounter, "fresh").value == 7


def test_a_connection_given_back_after_the_store_was_closed_is_closed_too(database):
    with database.read() as session:
        used = session.connection().connection.driver_connection
        database.dispose()
        session.scalar(sa.text("SELECT 1"))
    with database.read() as session:  # a thread that comes late
        late = session.connection().connection.driver_connection
        session.scalar(sa.text("SELECT 1"))
    for connection in (used, late):
        with pytest.raises(Exception, match="closed"):
            connection.execute("SELECT 1")
