import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import Rejected
from core.payouts.rules.result_file import read_results
from tests.unit.admin.test_words import translated

HEAD = "提现单号,真实姓名,金额（元）,结果,流水号或原因\r\n"


def rows(body, head=HEAD):
    return read_results(head + body)


def test_results_are_read_in_either_language():
    chinese = rows("W1,林小山,50.00,成功,TX1\r\nW2,林小山,70,失败,户名不符\r\n")
    english = read_results(
        "Payout number;Amount (yuan);Result;Reference\nW1;50;paid;TX1\nW2;70.00;Failed;户名不符\n"
    )
    for found in (chinese, english):
        assert [(row.payout_no, row.net_fen, row.outcome, row.note) for row in found] == [
            ("W1", 5000, "paid", "TX1"),
            ("W2", 7000, "failed", "户名不符"),
        ]
        assert not any(row.problem for row in found)


def test_a_row_without_a_result_is_left_for_later():
    (row,) = rows("W1,林小山,50.00,,\n,,,,\n")
    assert (row.outcome, row.problem) == ("", "")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (",林小山,50,成功,TX", "number is missing"),
        ("W1,林小山,fifty,成功,TX", "amount cannot"),
        ("W1,林小山,6.22E+15,成功,TX", "amount cannot"),
        ("W1,林小山,50,也许,TX", "neither paid nor failed"),
        ("W1,林小山,50,成功,", "reference or the reason"),
        ("W1", "amount cannot"),
    ],
)
def test_a_row_that_cannot_be_read_says_why(line, problem):
    good, bad = rows(f"W9,林小山,1,成功,T\n{line}\n")
    assert problem in bad.problem
    assert bad.problem in translated()
    assert (bad.line, good.problem) == (3, "")


def test_nothing_is_believed_of_a_number_that_stands_twice():
    first, other, second = rows("W1,a,50,成功,T1\nW2,a,50,成功,T2\nW1,a,50,失败,no\n")
    assert (first.outcome, other.outcome, second.outcome) == ("", "paid", "")
    assert "twice" in first.problem
    assert "twice" in second.problem


@pytest.mark.parametrize("text", ["", "\n\n", "a,b\n1,2", "提现单号,金额\nW1,2"])
def test_a_file_without_the_columns_is_refused(text):
    with pytest.raises(Rejected, match="first line"):
        read_results(text)


def test_a_file_of_too_many_rows_is_refused():
    with pytest.raises(Rejected, match="at most"):
        rows("W1,a,50,成功,T\n" * 1001)


@given(st.text(max_size=200))
def test_no_text_makes_it_fall(text):
    for whole in (text, HEAD + text):
        try:
            read_results(whole)
        except Rejected:
            continue
