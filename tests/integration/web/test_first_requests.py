"""The first requests of a process: many at once, before anything is read or compiled."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from core.app import create_app


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_first_pages_asked_for_at_once_all_answer(shop):
    for _ in range(4):
        app = create_app(shop=shop)
        start = Barrier(12)

        def ask(number, app=app, start=start):
            start.wait()
            path = ("/", "/search", "/signin")[number % 3]
            return app.test_client().get(path).status_code

        with ThreadPoolExecutor(12) as pool:
            assert set(pool.map(ask, range(12))) == {200}
