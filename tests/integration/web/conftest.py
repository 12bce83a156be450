"""Browsers for tests of the store's pages, and a counter of statements."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

OWN = {"Sec-Fetch-Site": "same-origin"}
PERSON = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0"


class Browser:
    """A person's browser: sends what browsers send, follows nothing by itself."""

    def __init__(self, client, language="zh-CN"):
        self.client = client
        self.headers = {"User-Agent": PERSON, "Accept-Language": language}

    def get(self, path, **headers):
        return self.client.get(path, headers={**self.headers, **headers})

    def post(self, path, form=None, **headers):
        return self.client.post(path, data=form or {}, headers={**self.headers, **OWN, **headers})

    def page(self, path):
        response = self.get(path)
        assert response.status_code == 200, (path, response.status_code, response.location)
        return response.text

    def cookie(self, name):
        found = self.client.get_cookie(name)
        return found.value if found else None


@pytest.fixture
def guest(app):
    """A browser nobody is signed in with."""
    return Browser(app.test_client())


@pytest.fixture
def browse(app):
    """Another browser: ``browse("en")``."""
    return lambda language="zh-CN": Browser(app.test_client(), language)


@pytest.fixture
def member(make_member):
    """A member with an address."""
    return make_member("知夏")


@pytest.fixture
def signed(sign_in, member):
    """The member's browser."""
    return Browser(sign_in(member))


@pytest.fixture
def pot(make_product):
    """A product with two SKUs."""
    return make_product("青瓷壶", skus=[("POT-S", 9900, 10), ("POT-L", 19900, 3)])


@pytest.fixture
def slug(shop, pot):
    """Address of the product."""
    from core.catalog.services import list_products

    with shop.database.read() as session:
        return next(c.slug for c in list_products(session).items if c.id == pot.id)


@pytest.fixture
def statements(shop):
    """Counts statements: ``with statements() as seen: …; len(seen)``.

    What processes read once or twice a second, not once a request, is read beforehand.
    """

    @contextmanager
    def count() -> Iterator[list[str]]:
        shop.counters.refresh(force=True)
        shop.settings()
        shop.extensions()
        shop.plugins.snapshot()
        shop.counters.hold(float("inf"))  # however slow the machine is, no look falls within
        seen: list[str] = []
        own = threading.get_ident()

        def note(_conn, _cursor, statement, *_rest):
            is_own = threading.get_ident() == own  # timings and faults are written by others
            if is_own and not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
                seen.append(statement)

        sa.event.listen(shop.database.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            sa.event.remove(shop.database.engine, "before_cursor_execute", note)
            shop.counters.hold(float("-inf"))

    return count


class Codes:
    """One-time codes as the sandbox channel sent them."""

    def __init__(self, shop):
        self.shop = shop

    def last(self):
        """The code in the newest message."""
        import re

        from core.messages.models import Message

        with self.shop.database.read() as session:
            body = session.scalar(sa.select(Message.body).order_by(Message.id.desc()).limit(1))
        return re.search(r"\d{6}", body).group(0)

    def enter(self, browser, phone, **fields):
        """Sign in by phone and code."""
        form = {"by": "phone", "phone": phone, "terms": "1", "next": "/me", **fields}
        sent = browser.post("/signin", {**form, "action": "code"})
        assert sent.status_code == 200, sent.text
        return browser.post("/signin", {**form, "code": self.last(), "action": "enter"})


@pytest.fixture
def codes(shop):
    """Codes that were sent."""
    return Codes(shop)
