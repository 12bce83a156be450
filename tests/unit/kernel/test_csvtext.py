import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.csvtext import csv_line, disarm


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_a_cell_that_a_spreadsheet_would_run_becomes_text(text):
    assert disarm(text) == f"'{text}"


def test_numbers_and_plain_text_stay_as_they_are():
    assert [disarm(value) for value in (-5, 0, "茶 =", None, "")] == ["-5", "0", "茶 =", "", ""]
    assert disarm(Decimal("-10.00")) == "-10.00"


def test_digits_that_a_spreadsheet_would_round_become_text():
    assert disarm("6222021234567890123") == "\t6222021234567890123"
    assert disarm("123456789012345") == "123456789012345"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_a_line_reads_back_as_the_same_cells(cells):
    (read,) = list(csv.reader(io.StringIO(csv_line(cells), newline=""))) or [[]]

    assert read == [disarm(cell) for cell in cells]
