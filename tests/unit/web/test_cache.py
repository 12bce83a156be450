from types import SimpleNamespace

import pytest

from core.db import state
from core.web import cache
from core.web.cache import PageCache, cookie_value, split_query


class Counters:
    def __init__(self):
        self.values = {}

    def refresh(self):
        return self.values


class Site:
    """A WSGI application that counts its calls, behind a page cache."""

    def __init__(self, ttl=60.0):
        self.calls, self.ttl, self.visits = 0, ttl, []
        self.counters = Counters()
        self.cache = PageCache(self, SimpleNamespace(counters=self.counters), self.visit)

    def __call__(self, environ, start_response):
        self.calls += 1
        environ[cache.SLOT].ttl = self.ttl
        start_response("200 OK", [("Content-Type", "text/html"), ("Set-Cookie", "banyan_x=1")])
        return [f"page {self.calls}".encode()]

    def visit(self, environ, token):
        self.visits.append(token)
        return [("Set-Cookie", "banyan_share=1")]

    def get(self, path="/", query="", **headers):
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_HOST": "shop.example",
            "wsgi.url_scheme": "https",
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        answer = {}

        def start(status, headers, exc_info=None):
            answer.update(status=status, headers=headers)

        answer["body"] = b"".join(self.cache(environ, start)).decode("latin-1")
        return SimpleNamespace(**answer)


def test_a_second_guest_gets_the_kept_page_without_the_first_ones_cookies():
    site = Site()
    first, second = site.get(), site.get()

    assert (first.body, second.body, site.calls) == ("page 1", "page 1", 1)
    assert "banyan_x=1" in str(first.headers)
    assert "Set-Cookie" not in dict(second.headers)


@pytest.mark.parametrize("cookie", ["banyan_member=x", "banyan_staff=x", "banyan_flash=x"])
def test_people_who_are_signed_in_or_have_a_notice_get_their_own_page(cookie):
    site = Site()
    site.get()
    own = site
    own_cache_slot = cache.SLOT

    def app(environ, start_response):
        assert own_cache_slot not in environ
        start_response("200 OK", [])
        return [b"own"]

    own.cache.app = app
    assert own.get(cookie=cookie).body == "own"


def test_language_bag_host_and_query_tell_pages_apart():
    site = Site()
    site.get()
    site.get(accept_language="en")
    site.get(cookie="banyan_lang=en")  # the same page as the one before
    site.get(cookie="banyan_bag=2")
    site.get(query="page=2")

    assert site.calls == 4


@pytest.mark.parametrize("name", [state.CATALOG, state.THEME, state.SETTINGS, state.PLUGINS])
def test_a_changed_generation_makes_the_page_anew(name):
    site = Site()
    site.get()
    site.counters.values = {name: 1}

    assert site.get().body == "page 2"


def test_a_page_is_kept_no_longer_than_its_view_said():
    site = Site(ttl=0.0)
    site.get()
    assert site.get().body == "page 2"
    site = Site(ttl=-1.0)
    site.get()
    assert site.get().body == "page 2"


def test_a_share_token_is_no_part_of_the_page_and_is_recorded_on_every_hit():
    site = Site()
    site.get(query="page=2")
    hit = site.get(query="page=2&s=abc")

    assert (hit.body, site.calls, site.visits) == ("page 1", 1, ["abc"])
    assert ("Set-Cookie", "banyan_share=1") in hit.headers


def test_a_browser_that_has_the_page_is_told_so():
    site = Site()
    site.get()
    etag = dict(site.get().headers)["ETag"]
    again = site.get(if_none_match=etag)

    assert (again.status, again.body) == ("304 NOT MODIFIED", "")


def test_pages_are_compressed_for_those_who_can_read_it():
    site = Site()
    site.get()
    packed = site.get(accept_encoding="gzip, br")

    assert dict(packed.headers)["Content-Encoding"] == "gzip"


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(cache, "MAX_BYTES", 2000)
    site = Site()
    for number in range(10):
        site.get(query=f"page={number}")

    assert len(site.cache._pages) <= 3


def test_endless_queries_and_language_switches_are_not_kept():
    site = Site()
    site.cache.app = lambda environ, start: (
        start("200 OK", []) or [b"slot" if cache.SLOT in environ else b"none"]
    )

    assert site.get(query="q=" + "x" * 400).body == "none"
    assert site.get(query="lang=en").body == "none"


def test_query_and_cookies_are_read_without_a_parser():
    assert split_query("a=1&s=to%2Dken&b=2") == ("a=1&b=2", "to-ken")
    assert split_query("news=1") == ("news=1", "")
    assert cookie_value("a=1; banyan_lang=en; b=2", "banyan_lang") == "en"
    assert cookie_value("xbanyan_lang=en", "banyan_lang") == ""
