"""A database with a small shop in it for each test of orders."""

import pytest

from core.db.engine import Database
from core.kernel import clock
from tests.integration.orders.trading import Trade


@pytest.fixture
def trade(database_url):
    database = Database(database_url, pool_size=30)
    yield Trade(database)
    clock.set_offset(0)
    database.dispose()
