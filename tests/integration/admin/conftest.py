"""Browsers with staff signed in."""

import re
import threading
from collections.abc import Callable
from contextlib import contextmanager
from html import unescape

import pytest
import sqlalchemy as sa


class Browser:
    """A signed-in browser that says where its requests come from, as real ones do."""

    def __init__(self, client, language: str) -> None:
        self._client = client
        client.environ_base["HTTP_ORIGIN"] = "http://localhost"
        client.set_cookie("banyan_lang", language)

    def page(self, path: str, status: int = 200) -> str:
        """A page's markup."""
        response = self._client.get(path)
        assert response.status_code == status, response.get_data(as_text=True)[:600]
        return response.get_data(as_text=True)

    def get(self, path: str):
        return self._client.get(path)

    def post(self, path: str, data=None, **more):
        return self._client.post(path, data=data or {}, **more)

    def done(self, path: str, data=None, **more) -> str:
        """Post, expect to be sent on, and return the page that follows."""
        response = self.post(path, data, **more)
        assert response.status_code == 303, said(response.get_data(as_text=True))
        return self.page(response.headers["Location"])

    def refused(self, path: str, data=None, status: int = 422, **more) -> str:
        """Post, expect the same page again with a refusal, and return it."""
        response = self.post(path, data, **more)
        assert response.status_code == status, said(response.get_data(as_text=True))
        return response.get_data(as_text=True)


def said(markup: str) -> str:
    """Text of the page's notices and refusals."""
    found = re.findall(r'<div class="note[^"]*">.*?<div>(.*?)</div>', markup, re.DOTALL)
    found += re.findall(r'<p class="error"[^>]*>(.*?)</p>', markup, re.DOTALL)
    return unescape(" ".join(re.sub(r"<[^>]+>", "", text) for text in found)) or markup[:400]


def fields(markup: str) -> dict[str, list[str]]:
    """What the page's forms hold, as a browser would send it: name → values."""
    held: dict[str, list[str]] = {}
    for tag in re.findall(r"<input\b[^>]*>", markup):
        values = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" not in values or values.get("type") in {"submit", "file", "search"}:
            continue
        if values.get("type") in {"checkbox", "radio"} and " checked" not in tag:
            continue
        held.setdefault(unescape(values["name"]), []).append(unescape(values.get("value", "")))
    for name, text in re.findall(
        r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', markup, re.DOTALL
    ):
        held.setdefault(name, []).append(unescape(text).removeprefix("\r\n"))
    for name, options in re.findall(
        r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', markup, re.DOTALL
    ):
        chosen = re.findall(r'<option selected value="([^"]*)"', options)
        held.setdefault(name, []).append(unescape(chosen[0]) if chosen else "")
    return held


@pytest.fixture
def open_admin(make_staff, sign_in) -> Callable[..., Browser]:
    """A browser of somebody with a role: ``open_admin("clerk")``."""

    def open_browser(role: str = "owner", language: str = "zh") -> Browser:
        return Browser(sign_in(make_staff(role=role), "staff"), language)

    return open_browser


@pytest.fixture
def admin(open_admin) -> Browser:
    """The owner's browser, in English."""
    return open_admin(language="en")


@pytest.fixture
def statements(shop):
    """Counts the statements of a block: ``with statements() as count: …; count()``."""

    @contextmanager
    def watching():
        seen: list[str] = []
        own = threading.get_ident()

        def note(_conn, _cursor, statement, *_rest):
            # the shared counters are polled by time, not by page
            is_read = not statement.startswith(("BEGIN", "PRAGMA"))
            if own == threading.get_ident() and is_read and "shared_counter" not in statement:
                seen.append(statement)

        sa.event.listen(shop.database.engine, "before_cursor_execute", note)
        try:
            yield lambda: len(seen)
        finally:
            sa.event.remove(shop.database.engine, "before_cursor_execute", note)

    return watching
