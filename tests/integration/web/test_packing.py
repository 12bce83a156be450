"""Pages travel packed, whether they are kept or made for one person."""

import gzip

import pytest


@pytest.fixture
def database_url(sqlite_url):
    """How pages are sent does not depend on the database."""
    return sqlite_url


def unpacked(response):
    assert response.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in ", ".join(response.headers.getlist("Vary"))
    assert response.headers["Content-Length"] == str(len(response.data))
    return gzip.decompress(response.data).decode()


def test_the_first_and_every_later_visitor_of_a_page_gets_it_packed(browse, slug):
    path = f"/p/{slug}"
    first = browse().get(path, **{"Accept-Encoding": "gzip, br"})
    later = browse().get(path, **{"Accept-Encoding": "gzip, br"})

    assert unpacked(first) == unpacked(later)
    assert len(first.data) < len(unpacked(first)) / 2


def test_members_get_their_own_pages_packed(signed, pot):
    for path in ("/me", "/cart", "/me/addresses"):
        page = unpacked(signed.get(path, **{"Accept-Encoding": "gzip"}))
        assert page == signed.page(path), path


def test_who_cannot_unpack_gets_pages_as_they_are(browse, signed, slug):
    for browser, path in ((browse(), f"/p/{slug}"), (signed, "/me")):
        for _ in range(2):
            response = browser.get(path)
            assert "Content-Encoding" not in response.headers
            assert "</html>" in response.text


def test_only_pages_are_packed(signed):
    data = signed.get("/me/settings/export", **{"Accept-Encoding": "gzip"})
    moved = signed.get("/checkout", **{"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in data.headers
    assert data.json
    assert moved.status_code == 303
    assert "Content-Encoding" not in moved.headers
