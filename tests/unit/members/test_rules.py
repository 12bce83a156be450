from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import InvalidInput
from core.members.rules import (
    NICKNAME_MAX,
    check_birthday,
    check_password,
    clean_address,
    clean_nickname,
    code_hash,
    is_code,
    new_code,
)
from core.members.types import AddressForm, CodePurpose, display_name

ADDRESS = AddressForm("林知夏", "13800000001", "浙江省", "杭州市", "文三路 90 号", "西湖区")


def test_a_nickname_is_one_line_without_invisible_characters():
    assert clean_nickname("  林\u202e知\n夏\x00  ") == "林知 夏"


def test_markup_in_a_nickname_stays_as_typed_for_templates_to_escape():
    assert clean_nickname("<b>山</b>&amp;") == "<b>山</b>&amp;"


def test_stacked_marks_are_cut_down():
    assert len(clean_nickname("a" + "\u0301" * 15)) <= 3


def test_a_nickname_has_at_most_twenty_characters():
    assert clean_nickname("山" * 20) == "山" * 20
    with pytest.raises(InvalidInput) as refusal:
        clean_nickname("山" * 21)
    assert refusal.value.params["field"] == "nickname"


@given(st.text())
def test_any_text_makes_a_nickname_that_can_be_shown_or_is_refused(text):
    try:
        nickname = clean_nickname(text)
    except InvalidInput:
        return
    assert len(nickname) <= NICKNAME_MAX
    assert nickname == nickname.strip()
    assert clean_nickname(nickname) == nickname


@pytest.mark.parametrize("password", ["short1!", "a" * 129, "aaaaaaaa", "12345678", "87654321"])
def test_a_plain_password_is_refused(password):
    with pytest.raises(InvalidInput):
        check_password(password)


@pytest.mark.parametrize(
    "password", ["banyan-demo", "correct horse battery", "密码也可以是中文的哦"]
)
def test_a_fair_password_is_taken_as_it_is(password):
    assert check_password(password) == password


def test_a_birthday_is_not_in_the_future_nor_long_ago():
    today = date(2026, 2, 28)
    assert check_birthday(date(2000, 2, 29), today) == date(2000, 2, 29)
    for wrong in (date(2026, 3, 1), date(1905, 12, 31)):
        with pytest.raises(InvalidInput):
            check_birthday(wrong, today)


def test_a_code_is_six_digits_and_hardly_ever_the_same():
    codes = {new_code() for _ in range(200)}
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(codes) > 190


def test_a_code_fits_its_row_target_and_purpose_only():
    row, other = str(uuid4()), str(uuid4())
    stored = code_hash(row, "+8613800000001", CodePurpose.SIGN_IN, "012345")

    assert is_code(stored, row, "+8613800000001", CodePurpose.SIGN_IN, "012345")
    assert is_code(stored, row, "+8613800000001", CodePurpose.SIGN_IN, " ０１２３４５ ")
    assert not is_code(stored, other, "+8613800000001", CodePurpose.SIGN_IN, "012345")
    assert not is_code(stored, row, "+8613800000002", CodePurpose.SIGN_IN, "012345")
    assert not is_code(stored, row, "+8613800000001", CodePurpose.RESET, "012345")
    assert not is_code(stored, row, "+8613800000001", CodePurpose.SIGN_IN, "")


def test_an_address_is_squeezed():
    form = AddressForm(" 林\n知夏 ", "1", "浙江省", " 杭州市", "文三路\t90 号", postcode=" 310012 ")
    assert clean_address(form) == AddressForm(
        "林 知夏", "1", "浙江省", "杭州市", "文三路 90 号", postcode="310012"
    )


@pytest.mark.parametrize(
    ("field", "text"), [("name", " "), ("city", ""), ("detail", "x" * 201), ("postcode", "1" * 11)]
)
def test_an_address_names_the_field_that_is_wrong(field, text):
    form = AddressForm(**{**vars(ADDRESS), field: text})
    with pytest.raises(InvalidInput) as refusal:
        clean_address(form)
    assert refusal.value.params["field"] == field


def test_people_are_called_by_nickname_then_by_masked_contact():
    assert display_name("苏晚", "+8613800000004", None) == "苏晚"
    assert display_name("", "+8613800000004", "su@demo.banyan") == "138****0004"
    assert display_name("", None, "su@demo.banyan") == "su***"
    assert display_name("", None, None) == ""
