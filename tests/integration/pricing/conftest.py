"""A database for tests of quoting."""

import pytest

from core.db.engine import Database


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    yield database
    database.dispose()
