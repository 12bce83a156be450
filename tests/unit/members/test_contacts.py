import pytest

from core.kernel.contacts import parse_email, parse_phone
from core.kernel.errors import InvalidInput
from core.kernel.passwords import hash_password, is_outdated, is_password


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13800000001", "+8613800000001"),
        (" 138-0000 0001 ", "+8613800000001"),
        ("+86 13800000001", "+8613800000001"),
        ("008613800000001", "+8613800000001"),
        ("+1 415 555 2671", "+14155552671"),
    ],
)
def test_a_phone_has_one_stored_form_and_is_chinese_by_default(typed, stored):
    assert parse_phone(typed, is_mobile=True) == stored


@pytest.mark.parametrize("typed", ["", "12345", "电话", "+999 1234", "1" * 60, "1380000000a"])
def test_what_is_no_phone_is_refused(typed):
    with pytest.raises(InvalidInput) as refusal:
        parse_phone(typed, field="mobile")
    assert refusal.value.params["field"] == "mobile"


def test_a_land_line_may_stand_in_an_address_but_gets_no_code():
    assert parse_phone("010-65529988") == "+861065529988"
    with pytest.raises(InvalidInput):
        parse_phone("010-65529988", is_mobile=True)


def test_a_mailbox_has_one_stored_form():
    assert parse_email("  Su.Wan@Demo.Banyan ") == "su.wan@demo.banyan"


@pytest.mark.parametrize(
    "typed", ["", "su", "su@", "@demo.banyan", "a b@demo.banyan", "a@b\nc.com"]
)
def test_what_is_no_mailbox_is_refused(typed):
    with pytest.raises(InvalidInput):
        parse_email(typed)


def test_a_password_is_known_by_its_hash_alone():
    stored = hash_password("banyan-demo")

    assert "banyan-demo" not in stored
    assert stored != hash_password("banyan-demo")
    assert is_password(stored, "banyan-demo")
    assert not is_password(stored, "banyan-dem0")
    assert not is_password(None, "nobody's password")
    assert not is_password("not a hash", "banyan-demo")


def test_a_hash_of_another_cost_is_to_be_made_anew():
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("banyan-demo")
    assert is_password(weak, "banyan-demo")
    assert is_outdated(weak)
    assert not is_outdated(hash_password("banyan-demo"))
