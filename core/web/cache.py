"""Whole pages for guests, kept per process and answered before Flask is asked.

A page is found by host, path, query without the share token, language and the figure on the bag.
It is good for the generations of catalogue, theme, settings and plugins it was made at, which are
read from the database at most every half second, and for at most as long as its view said.
Requests of people who are signed in, or who have a notice waiting, never come here. A share token
in the address is recorded on every request, found page or not.
"""

import gzip
import hashlib
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from core.db import state
from core.host.shop import Shop
from core.kernel.errors import ShopError
from core.web import context, i18n
from core.web.here import asked

SLOT = "banyan.cache"
LIVE_SECONDS = 1.0
"""How long a guest's page is kept with what plugins told: nobody says when it changes."""
MAX_BYTES = 16 * 1024 * 1024
MAX_KEY = 300
MIN_PACKED = 1400
"""Bytes of a page below which packing saves no packet."""

_BYPASS = (context.MEMBER_COOKIE, context.STAFF_COOKIE, context.FLASH_COOKIE)
_GENERATIONS = (state.CATALOG, state.THEME, state.SETTINGS, state.PLUGINS)

StartResponse = Callable[..., Any]
Headers = list[tuple[str, str]]
Visit = Callable[[dict[str, Any], str], Headers]


@dataclass
class Page:
    """A kept page. ``packed`` is made when the first browser asks for it."""

    generations: tuple[int, ...]
    expires: float
    headers: Headers
    body: bytes
    etag: str
    packed: bytes | None = None

    @property
    def size(self) -> int:
        """Bytes it takes, roughly."""
        return len(self.body) + len(self.packed or b"") + 600


@dataclass
class Slot:
    """Carries a view's wish to keep its page out of the application. ``ttl`` 0: do not keep."""

    ttl: float = 0


def keep(seconds: float) -> None:
    """Let this response be kept for guests for at most ``seconds``; the shortest wish wins."""
    slot = asked().environ.get(SLOT)
    if slot is not None:
        slot.ttl = min(slot.ttl, seconds) if slot.ttl else seconds


def limit(seconds: float) -> None:
    """Something on this page is only good for ``seconds``; without :func:`keep` nothing is kept."""
    slot = asked().environ.get(SLOT)
    if slot is not None and slot.ttl:
        slot.ttl = min(slot.ttl, seconds)


@dataclass
class PageCache:
    """WSGI middleware that keeps guests' pages.

    Args:
        app: the application behind it.
        shop: whose counters are watched.
        visit: records a share token and returns headers to send along.
    """

    app: Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
    shop: Shop
    visit: Visit
    _pages: dict[tuple[str, ...], Page] = field(default_factory=dict)
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or let the application answer and keep what it allows."""
        if environ["REQUEST_METHOD"] != "GET":
            return self.app(environ, start_response)
        answer = self._answer(environ, start_response)
        return self._pass(environ, start_response) if answer is None else answer

    def _answer(
        self, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes] | None:
        """A page that is kept, or will be; ``None`` where nothing may be kept."""
        cookies = environ.get("HTTP_COOKIE", "")
        if any(name in cookies for name in _BYPASS):
            return None
        key, token = _key(environ, cookies)
        if key is None:
            return None
        try:
            generations = self._generations()
        except Exception:  # noqa: BLE001 - no database: the application says so on a page
            return None
        page = self._pages.get(key)
        if page is not None and page.generations == generations and page.expires > time.monotonic():
            return self._send(page, environ, start_response, token)
        return self._fill(key, generations, environ, start_response)

    def clear(self) -> None:
        """Forget every page."""
        with self._lock:
            self._pages.clear()
            self._bytes = 0

    def _generations(self) -> tuple[int, ...]:
        values = self.shop.counters.refresh()
        return tuple(values.get(name, 0) for name in _GENERATIONS)

    def _send(
        self, page: Page, environ: dict[str, Any], start_response: StartResponse, token: str
    ) -> Iterable[bytes]:
        headers = page.headers
        if token:
            headers = [*headers, *self._visit(environ, token)]
        if environ.get("HTTP_IF_NONE_MATCH") == page.etag:
            start_response("304 NOT MODIFIED", headers)
            return [b""]
        body = page.body
        if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
            body = self._packed(page)
            headers = [*headers, ("Content-Encoding", "gzip")]
        start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
        return [body]

    def _visit(self, environ: dict[str, Any], token: str) -> Headers:
        try:
            return self.visit(environ, token)
        except ShopError:
            return []

    def _packed(self, page: Page) -> bytes:
        if page.packed is None:
            page.packed = gzip.compress(page.body, 5, mtime=0)
            self._bytes += len(page.packed)
        return page.packed

    def _pass(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """What the application answers, a page of some size packed."""
        seen: dict[str, Any] = {}
        return _packed_once(seen, self.app(environ, _recorder(seen)), environ, start_response)

    def _fill(
        self,
        key: tuple[str, ...],
        generations: tuple[int, ...],
        environ: dict[str, Any],
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        slot = environ[SLOT] = Slot()
        seen: dict[str, Any] = {}
        chunks = self.app(environ, _recorder(seen))
        if slot.ttl and str(seen["status"]).startswith("200"):
            body = _drain(chunks)
            self._keep(key, Page(generations, time.monotonic() + slot.ttl, *_plain(seen, body)))
            chunks = [body]
        return _packed_once(seen, chunks, environ, start_response)

    def _keep(self, key: tuple[str, ...], page: Page) -> None:
        with self._lock:
            old = self._pages.pop(key, None)
            self._bytes += page.size - (old.size if old else 0)
            self._pages[key] = page
            while self._bytes > MAX_BYTES and len(self._pages) > 1:
                oldest = next(iter(self._pages))
                self._bytes -= self._pages.pop(oldest).size


def _recorder(seen: dict[str, Any]) -> StartResponse:
    """A ``start_response`` that only notes what it was given; the application calls it first."""

    def begin(status: str, headers: Headers, exc_info: Any = None) -> Any:
        seen["status"], seen["headers"] = status, headers
        return None

    return begin


def _drain(chunks: Iterable[bytes]) -> bytes:
    body = b"".join(chunks)
    if hasattr(chunks, "close"):
        chunks.close()
    return body


def _packed_once(
    seen: dict[str, Any],
    chunks: Iterable[bytes],
    environ: dict[str, Any],
    start_response: StartResponse,
) -> Iterable[bytes]:
    """Send an answer that is not kept; a page worth it is packed quickly rather than tightly."""
    status, headers = seen["status"], seen["headers"]
    named = {name.lower(): value for name, value in headers}
    is_page = named.get("content-type", "").startswith("text/html")
    size = int(named.get("content-length", 0))
    accepts = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
    if not (is_page and accepts and size >= MIN_PACKED) or "content-encoding" in named:
        start_response(status, headers)
        return chunks
    body = gzip.compress(_drain(chunks), 1, mtime=0)
    kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
    sent = [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
    start_response(status, [*kept, *sent, ("Content-Length", str(len(body)))])
    return [body]


def _plain(seen: dict[str, Any], body: bytes) -> tuple[Headers, bytes, str]:
    """Headers for every guest, without those of the one who came first."""
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'
    dropped = {"set-cookie", "content-length", "etag", "vary"}
    headers = [(name, value) for name, value in seen["headers"] if name.lower() not in dropped]
    headers += [("ETag", etag), ("Vary", "Cookie, Accept-Language, Accept-Encoding")]
    return headers, body, etag


def _key(environ: dict[str, Any], cookies: str) -> tuple[tuple[str, ...] | None, str]:
    query, token = environ.get("QUERY_STRING", ""), ""
    if query:
        query, token = split_query(query)
    path = environ.get("PATH_INFO", "")
    if len(query) + len(path) > MAX_KEY or "lang=" in query:
        return None, ""
    language, bag = "", ""
    if cookies:
        language = cookie_value(cookies, context.LANGUAGE_COOKIE)
        bag = cookie_value(cookies, context.BAG_COOKIE)
        if len(bag) > 3:
            return None, ""
    # "": the store's own language; a page of another one is of another generation of the settings
    language = i18n.parse_locale(language) or _negotiate(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    scheme = environ.get("wsgi.url_scheme", "")
    return (scheme, environ.get("HTTP_HOST", ""), path, query, language, bag), token


_negotiated: dict[str, str] = {}


def _negotiate(header: str) -> str:
    known = _negotiated.get(header)
    if known is None:
        known = i18n.negotiate(header) or ""
        if len(_negotiated) < 500 and len(header) < 200:
            _negotiated[header] = known
    return known


def split_query(query: str) -> tuple[str, str]:
    """A query without its share token, and the token (empty when there is none)."""
    kept, token = [], ""
    for part in query.split("&"):
        if part.startswith("s="):
            token = unquote_plus(part[2:])
        elif part:
            kept.append(part)
    return "&".join(kept), token


def cookie_value(header: str, name: str) -> str:
    """The value of a cookie in a ``Cookie`` header, or ``""``."""
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return ""
