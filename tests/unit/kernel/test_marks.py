from core.kernel.marks import MARK_LENGTH, account_mark


def test_one_account_has_one_mark_however_it_is_written():
    assert account_mark("6214 8300 1111") == account_mark("６２１４83001111") != ""
    assert account_mark("OpenId_7") == account_mark("openid7")


def test_two_accounts_have_two_marks_and_nothing_has_none():
    assert len({account_mark(f"1391111{number:04}") for number in range(200)}) == 200
    assert account_mark("") == account_mark("  ") == ""


def test_a_mark_says_too_little_to_find_out_the_number():
    assert len(account_mark("13911112222")) == MARK_LENGTH == 7
    assert "1391" not in account_mark("13911112222")
