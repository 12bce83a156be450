import pytest

from core.web.csrf import is_own

HOSTS = {"shop.example"}


@pytest.mark.parametrize(
    ("headers", "has_session", "expected"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True, True),
        ({"Sec-Fetch-Site": "none"}, True, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://shop.example"}, True, False),
        ({"Sec-Fetch-Site": "same-site"}, True, False),
        ({"Origin": "https://shop.example"}, True, True),
        ({"Origin": "https://evil.example"}, True, False),
        ({"Origin": "https://evil.example"}, False, False),
        ({"Origin": "null"}, True, False),
        ({"Origin": "http://["}, True, False),
        ({"Origin": "https://shop.example.evil.example"}, True, False),
        ({"Referer": "https://shop.example/cart"}, True, True),
        ({"Referer": "https://evil.example/shop.example"}, True, False),
        ({}, True, False),
        ({}, False, True),
    ],
)
def test_unsafe_requests_must_come_from_own_pages(headers, has_session, expected):
    assert is_own(headers, HOSTS, has_session=has_session) is expected
