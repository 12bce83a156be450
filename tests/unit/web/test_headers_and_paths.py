import pytest

from core.kernel.errors import InvariantError
from core.web.access import access, access_of
from core.web.context import is_visitor, safe_path
from core.web.headers import policy


def test_the_content_policy_allows_nothing_inline():
    text = policy()

    assert "unsafe" not in text
    assert "script-src 'self'" in text
    assert "frame-ancestors 'none'" in text


def test_a_page_may_widen_one_directive():
    assert "form-action 'self' https:;" in policy({"form-action": ["https:"]}) + ";"


@pytest.mark.parametrize(
    "target",
    [
        "",
        None,
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:1",
        "/a\n",
    ],
)
def test_only_places_within_the_shop_are_gone_back_to(target):
    assert safe_path(target, "/me") == "/me"


def test_own_places_are_kept():
    assert safe_path("/checkout?want=1") == "/checkout?want=1"


def test_a_view_declares_who_may_use_it():
    assert access_of(access("staff:order.ship")(lambda: None)) == "staff:order.ship"
    for wrong in ("anybody", "member:x", ""):
        with pytest.raises(InvariantError):
            access(wrong)


def test_a_visitor_id_is_random_looking_text():
    assert is_visitor("a" * 32)
    assert not is_visitor("short")
    assert not is_visitor("x" * 41)
    assert not is_visitor("é" * 20)
