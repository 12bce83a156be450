import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog.importing.formulas import escaped, unescaped
from core.catalog.importing.merchant import attributes_cell, attributes_of


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1"])
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(cell):
    assert escaped(cell) == "'" + cell


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0")))
def test_every_cell_comes_back_from_a_file_as_it_was(cell):
    file = io.StringIO(newline="")
    csv.writer(file).writerow([escaped(cell), "x"])
    file.seek(0)
    assert unescaped(next(csv.reader(file))[0]) == cell


@given(st.text())
def test_no_exported_cell_starts_like_a_formula(cell):
    assert escaped(cell)[:1] not in set("=+-@\t\r\n")


NAME = st.text(alphabet="材质ab:：", min_size=1, max_size=8)


@given(st.lists(st.tuples(NAME, st.text(alphabet="陶x:", min_size=1, max_size=8)), max_size=5))
def test_attributes_come_back_from_their_cell(pairs):
    assert attributes_of(attributes_cell(pairs)) == tuple(pairs)
