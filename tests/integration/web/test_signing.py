import re

import pytest
import sqlalchemy as sa

from core.ledger.services import PLATFORM, WALLET, Leg, book, member_owner
from core.members.models import AuthSession, Member


@pytest.fixture
def database_url(sqlite_url):
    """The members' own tests run on both databases; these are about pages."""
    return sqlite_url


def test_a_new_phone_gets_an_account_and_comes_back_to_where_it_was(guest, codes, pot, slug):
    guest.post("/cart/add", {"sku": str(pot.skus["POT-S"]), "then": "bag"})
    response = codes.enter(guest, "13900001111", next="/checkout")

    assert response.location == "/checkout"
    html = guest.page("/checkout")
    assert "青瓷壶" in html  # the guest's bag came along


def test_an_account_needs_consent_and_keeps_what_was_typed(guest, codes):
    response = codes.enter(guest, "13900001112", terms="")

    assert response.status_code == 422
    assert 'value="13900001112"' in response.text
    assert guest.cookie("banyan_member") is None


def test_a_wrong_code_says_how_many_tries_are_left(guest, codes):
    form = {"by": "phone", "phone": "13900001113", "terms": "1"}
    guest.post("/signin", {**form, "action": "code"})
    response = guest.post("/signin", {**form, "code": "000000", "action": "enter"})

    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.text


def test_asking_for_codes_too_often_is_refused_in_words(guest):
    form = {"by": "phone", "phone": "13900001114", "action": "code"}
    guest.post("/signin", form)
    response = guest.post("/signin", form)

    assert response.status_code == 429


def test_email_and_password_register_and_sign_in(guest, browse):
    form = {"by": "email", "email": "a@shop.example", "password": "long enough 7", "terms": "1"}
    assert guest.post("/register", form).status_code == 303
    again = browse()
    wrong = again.post("/signin", {**form, "password": "not it at all"})
    assert wrong.status_code == 422
    assert "not it at all" not in wrong.text
    assert again.post("/signin", form).location == "/me"


def test_a_registration_names_every_field_that_is_wrong_at_once(guest, shop):
    form = {"by": "email", "email": "no mailbox", "password": "short", "nickname": "长" * 21}
    refused = guest.post("/register", form)

    assert refused.status_code == 422
    for field in ("email", "password", "nickname", "terms"):
        named = rf'name="{field}"[^>]*aria-invalid="true"'
        assert re.search(named, refused.text), field
    assert refused.text.count('class="err"') == 4
    assert 'class="notice error"' not in refused.text
    one = guest.post("/register", {**form, "email": "a@shop.example", "password": "long enough 7"})
    assert one.text.count('class="err"') == 2
    with shop.database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Member)) == 0


def test_a_session_is_made_anew_at_sign_in_and_ends_at_sign_out(guest, codes, shop):
    codes.enter(guest, "13900001115")
    token = guest.cookie("banyan_member")
    guest.post("/signout")

    assert guest.cookie("banyan_member") is None
    guest.client.set_cookie("banyan_member", token)
    assert guest.get("/me/orders").status_code == 303
    with shop.database.read() as session:
        assert session.query(AuthSession).count() == 1


def test_nobody_is_sent_to_another_site(guest, codes):
    for number, target in enumerate(("https://evil.example", "//evil.example", "/\\evil.example")):
        html = guest.page(f"/signin?next={target}")
        assert 'name="next" value="/me"' in html
        assert codes.enter(guest, f"1390000200{number}", next=target).location == "/me"
        guest.post("/signout")


def test_other_sites_cannot_act_in_a_members_name(signed):
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {}):
        response = signed.client.post("/me/settings/erase", data={"sure": "1"}, headers=headers)
        assert response.status_code == 403
    signed.page("/me/orders")


def test_other_browsers_can_be_signed_out(signed, sign_in, member):
    from tests.integration.web.conftest import Browser

    other = Browser(sign_in(member))
    assert "当前设备" in signed.page("/me/settings/sessions")
    signed.post("/me/settings/sessions", {"key": "others"})

    assert other.get("/me/orders").status_code == 303
    signed.page("/me/orders")


def test_a_member_can_take_their_data_along_and_close_the_account(signed, member):
    export = signed.get("/me/settings/export")
    assert export.json["member"]["nickname"] == "知夏"
    assert "attachment" in export.headers["Content-Disposition"]
    assert signed.post("/me/settings/erase").status_code == 422
    assert signed.post("/me/settings/erase", {"sure": "1"}).location == "/"
    assert signed.get("/me/orders").status_code == 303


def test_money_that_is_left_is_given_up_knowingly(signed, member, shop):
    with shop.database.write() as session:
        legs = [Leg(member_owner(member.id), WALLET, 3360), Leg(PLATFORM, "gifts", -3360)]
        book(session, key="gift", kind="gift", reference="test", actor="test", legs=legs)

    assert "33.60" in signed.page("/me/settings/erase")
    refused = signed.post("/me/settings/erase", {"sure": "1"})
    assert (refused.status_code, "33.60" in refused.text) == (422, True)
    signed.page("/me/orders")
    assert signed.post("/me/settings/erase", {"sure": "1", "gives_up": "1"}).location == "/"
    assert signed.get("/me/orders").status_code == 303


def test_settings_are_saved_and_wrong_ones_refused(signed, shop, member):
    from core.members.services import member_view

    form = {"nickname": "山", "birthday": "1990-02-03", "locale": "en"}
    assert signed.post("/me/settings", form).location == "/me/settings"
    assert signed.post("/me/settings", {**form, "birthday": "2020-99-99"}).status_code == 422
    with shop.database.read() as session:
        view = member_view(session, member.id)
    assert (view.nickname, str(view.birthday_on), view.locale) == ("山", "1990-02-03", "en")
    assert 'lang="en"' in signed.page("/me/settings")


def first_button(html, form):
    """What the return key presses: the first button of the form."""
    return re.search(r'<button[^>]*name="action" value="(\w+)"', html.split(form)[1]).group(1)


def test_the_return_key_asks_for_the_code_first_and_then_sends_it(guest, signed):
    form = {"by": "phone", "phone": "13900001119"}
    signing = '<form method="post" action="/signin" class="card'
    assert first_button(guest.page("/signin"), signing) == "code"
    asked = guest.post("/signin", {**form, "action": "code"}).text
    assert first_button(asked, signing) == "enter"
    assert "验证码已发送" in asked
    wrong = guest.post("/signin", {**form, "code": "000000", "action": "enter"}).text
    assert first_button(wrong, signing) == "enter"
    lacking = guest.post("/signin", {**form, "code": "x", "action": "enter"}).text
    assert "验证码已发送" not in lacking

    changing = '<form method="post" class="card'
    path = "/me/settings/phone"
    assert first_button(signed.page(path), changing) == "code"
    asked = signed.post(path, {"target": "13900001120", "action": "code"}).text
    assert first_button(asked, changing) == "save"
