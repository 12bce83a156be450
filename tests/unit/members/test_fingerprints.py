"""Facts that are alike have one form, and their fingerprints cannot be tried out elsewhere."""

import subprocess
import sys

import pytest

from core.members.services.fingerprints import account_numbers, fingerprint, plain_address

PLACE = {"province": "浙江省", "city": "杭州市", "district": "西湖区", "detail": "龙井路 1 号"}


@pytest.mark.parametrize(
    "same",
    [
        {**PLACE, "detail": "龙井路１号"},
        {**PLACE, "detail": "龙井路1号。"},
        {**PLACE, "district": "", "detail": "西湖区 龙井路 1 号"},
        {**PLACE, "name": "林山", "phone": "+8613800000001"},
    ],
)
def test_an_address_is_the_same_however_it_was_typed_and_whoever_receives_there(same):
    assert plain_address(same) == plain_address(PLACE)


def test_another_house_is_another_address():
    assert plain_address({**PLACE, "detail": "龙井路 11 号"}) != plain_address(PLACE)


def test_nothing_kept_is_no_address():
    assert plain_address(dict.fromkeys(PLACE, "")) == ""
    assert plain_address({}) == ""


def test_an_account_is_told_by_its_numbers_not_by_names():
    account = {"name": "林山", "bank": "招商银行", "number": "6214 8300 1234 5678"}

    assert account_numbers(account) == {"6214830012345678"}
    assert account_numbers({"alipay": "Shan@Example.com"}) == {"shanexamplecom"}
    assert account_numbers({"name": "林山"}) == frozenset()


def test_equal_facts_have_equal_fingerprints_of_one_kind_only():
    assert fingerprint("phones", "1") == fingerprint("phones", "1")
    assert fingerprint("phones", "1") != fingerprint("phones", "2")
    assert fingerprint("phones", "1") != fingerprint("devices", "1")


def test_a_fingerprint_means_nothing_in_another_process():
    module = "core.members.services.fingerprints"
    code = f"from {module} import fingerprint; print(fingerprint('phones', '1'))"
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert other.stdout.strip() != fingerprint("phones", "1")
