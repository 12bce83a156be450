"""Files of invoices as they come: what cannot be read is named line by line, nothing else is."""

import pytest

from core.kernel.errors import Rejected
from core.replay.invoices import read_invoices

HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
GOOD = "536365,85123a ,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom"


@pytest.fixture
def read(tmp_path):
    def of(*lines, head=HEAD):
        path = tmp_path / "invoices.csv"
        path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
        return read_invoices(path)

    return of


def test_a_line_becomes_part_of_its_invoice_with_stray_spaces_gone(read):
    (invoice,), unreadable = read(GOOD, GOOD.replace("85123a ", "22752"))
    assert (invoice.number, invoice.customer, invoice.is_return) == ("536365", "17850", False)
    assert [(line.code, line.quantity, line.price_fen) for line in invoice.lines] == [
        ("85123A", 6, 255),
        ("22752", 6, 255),
    ]
    assert unreadable == []


@pytest.mark.parametrize(
    "bad",
    [
        "536365,85123A,HEART,x,2010-12-01 08:26:00,2.55,17850,United Kingdom",
        "536365,85123A,HEART,6,never,2.55,17850,United Kingdom",
        "536365,85123A,HEART,6,2010-12-01 08:26:00,NaN,17850,United Kingdom",
        "536365,85123A,HEART,6,2010-12-01 08:26:00,2.555,17850,United Kingdom",
        ",85123A,HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom",
        "536365,85123A,HEART,999999999,2010-12-01 08:26:00,2.55,17850,United Kingdom",
        "536365,85123A,HEART,6",
        "536365",
        '"536365,85123A,HEART',
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_costs_no_other(read, bad):
    invoices, unreadable = read(GOOD, bad)
    assert len(invoices) == 1
    assert [(each.line_no, each.reason) for each in unreadable] == [(3, "unreadable")]


def test_cells_too_many_are_nobodys_harm(read):
    (invoice,), unreadable = read(GOOD + ",more,and more")
    assert invoice.number == "536365"
    assert unreadable == []


def test_a_file_without_a_needed_column_is_refused_by_name(read):
    with pytest.raises(Rejected, match="UnitPrice"):
        read("1,2", head="InvoiceNo,StockCode")
