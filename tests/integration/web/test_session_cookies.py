"""Cookies of sessions: out of reach of script and of other sites, and only sent encrypted."""

import pytest

from tests.integration.web.conftest import OWN

SHOPPER = {"email": "a@shop.example", "password": "long enough 7", "terms": "1", "by": "email"}
PASSWORD = "correct horse battery"


@pytest.fixture
def enter(app, make_staff):
    """Sign in at a face over http or https: ``enter("staff", "https")``; the cookies sent."""

    def sign_in(face: str, scheme: str) -> dict[str, str]:
        client = app.test_client()
        if face == "staff":
            make_staff(email="owner@shop.example")
            path, form = "/admin/signin", {"email": "owner@shop.example", "password": PASSWORD}
        else:
            path, form = "/register", SHOPPER
        answer = client.post(path, data=form, headers=OWN, base_url=f"{scheme}://localhost")
        assert answer.status_code == 303, answer.text
        sent = answer.headers.getlist("Set-Cookie")
        return {each.partition("=")[0]: each for each in sent}

    return sign_in


def attributes(cookie: str) -> set[str]:
    return {part.strip().lower() for part in cookie.split(";")[1:]}


@pytest.mark.parametrize("face", ["member", "staff"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_script_and_no_other_site_gets_at_a_session(enter, face, scheme):
    found = attributes(enter(face, scheme)[f"banyan_{face}"])
    assert {"httponly", "samesite=lax", "path=/"} <= found
    assert ("secure" in found) == (scheme == "https")
    assert not any(each.startswith("domain=") for each in found)


@pytest.mark.parametrize("face", ["member", "staff"])
def test_no_other_cookie_of_a_sign_in_can_be_read_by_script_either(enter, face):
    for cookie in enter(face, "https").values():
        assert {"httponly", "samesite=lax", "secure"} <= attributes(cookie)
