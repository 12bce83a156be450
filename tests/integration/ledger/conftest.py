"""A database for the ledger's tests, and account kinds of their own."""

import pytest

from core.db.engine import Database
from core.ledger.services import declare_kind

declare_kind("test_saved", guarded=True)
declare_kind("test_owed", guarded=False)


@pytest.fixture
def database(database_url):
    database = Database(database_url, pool_size=20)
    yield database
    database.dispose()
