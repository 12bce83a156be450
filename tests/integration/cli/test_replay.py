"""`banyan replay` on a file of seven invoices: bought, referred, paid, given back, verified."""

import json
import re

import pytest
from click.testing import CliRunner

from core.cli import banyan
from core.config import ROOT

HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
LINES = (
    "536365,85123A,WHITE HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom",
    "536365,22752,NESTING BOXES,2,2010-12-01 08:26:00,7.65,17850,United Kingdom",
    "536366,85123A,WHITE HEART,4,2010-12-02 09:00:00,2.55,13047,United Kingdom",
    "536367,22752,NESTING BOXES,1,2010-12-03 09:00:00,7.65,,United Kingdom",
    "C536368,85123A,WHITE HEART,-3,2010-12-05 10:00:00,2.55,17850,United Kingdom",
    "C536369,85123A,WHITE HEART,-2,2010-12-06 10:00:00,2.55,13047,United Kingdom",
    "C536371,22752,NESTING BOXES,-9,2010-12-06 11:00:00,7.65,17850,United Kingdom",
    "536370,85123A,WHITE HEART,1,2010-12-07 10:00:00,0,13047,United Kingdom",
)
PAID_FEN = 6 * 255 + 2 * 765 + 4 * 255 + 765


@pytest.fixture
def replay(database_url, tmp_path, monkeypatch):
    """Run the command on this test's empty database; what it wrote."""
    monkeypatch.setenv("BANYAN_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("BANYAN_SANDBOX", "1")
    monkeypatch.setenv("BANYAN_PLUGIN_DIRS", str(ROOT / "plugins"))
    monkeypatch.setenv("DATABASE_URL", database_url)
    data = tmp_path / "invoices.csv"
    data.write_text("\n".join([HEAD, *LINES]) + "\n", encoding="utf-8")

    def run(*options: str, expect: int = 0) -> str:
        result = CliRunner().invoke(banyan, ["replay", "--data", str(data), *options])
        assert result.exit_code == expect, result.output
        return result.stdout

    return run


def test_a_file_of_invoices_becomes_orders_refunds_and_books_that_are_clean(replay, tmp_path):
    summary = tmp_path / "summary.json"
    found = json.loads(replay("--json", "--seed", "1", "--summary", str(summary)))
    assert found["ledger"]["problems"] == []
    assert found["ledger"]["postings"] >= 2 * found["ledger"]["journals"] > 0
    assert (found["invoices"], found["orders"], found["paid_fen"]) == (7, 3, PAID_FEN)
    assert (found["members"], found["referred"], found["lines_played"]) == (3, 1, 4)
    # Three hearts of six and two of four go back; nine boxes of two cannot.
    assert (found["refunds"], found["refunded_fen"], found["lines_returned"]) == (2, 5 * 255, 2)
    assert found["unplayed"] == {"no_matching_purchase": 1, "no_price": 1}
    assert (found["journals"]["payment"], found["journals"]["refund"]) == (3, 2)
    assert found["journals"]["commission_accrued"] == found["journals"]["commission_reversed"] == 1
    assert json.loads(summary.read_text("utf-8")) == found


def test_people_read_the_same_in_words_and_a_store_that_is_filled_is_left_alone(replay):
    text = replay()
    assert re.search(r"^payment +3\s*$", text, re.MULTILINE)
    assert "no_matching_purchase" in text
    assert "clean" in text
    assert replay(expect=1) == ""
