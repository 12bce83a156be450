from collections import Counter
from pathlib import Path

import pytest

from core.catalog.importing.invoices import InvoicePlan, is_remark, is_service
from core.catalog.importing.mappings import guess_mapping
from core.catalog.importing.reasons import REASONS
from core.catalog.importing.sources import CsvSource
from core.catalog.importing.types import Outcome
from core.catalog.rules.drafts import MOST_PRICE_FEN
from core.stock.rules import MOST_PIECES as MOST_STOCK
from core.web.figures import money

HEAD = "StockCode,Description,Quantity,UnitPrice\n"
EXCERPT = Path(__file__).parents[2] / "data" / "online_retail_excerpt.csv"


def plan(*rows):
    source = CsvSource.of_bytes("sales.csv", (HEAD + "\n".join(rows)).encode())
    made = InvoicePlan(source.lines, guess_mapping(source.columns))
    units = list(made.units())
    verdicts = [verdict for unit in units for verdict in unit.verdicts]
    products = [unit.product for unit in units if unit.product]
    return verdicts, products


def reasons(*rows):
    return [verdict.code for verdict in plan(*rows)[0]]


def test_the_most_frequent_description_and_price_win():
    verdicts, (product,) = plan(
        "1,OLD  NAME ,1,2.00", "1,NEW NAME,1,3", "1,NEW NAME,5,3.0", "1,NEW NAME,1,2.00"
    )
    assert (product.draft.title, product.skus[0].price_fen) == ("NEW NAME", 300)
    assert product.skus[0].on_hand == 8
    assert [v.code for v in verdicts] == ["created", "merged.same", "merged.same", "merged.price"]


def test_of_equally_frequent_ones_the_longer_name_and_the_higher_price_win():
    _, (product,) = plan("1,LAMP,1,2.00", "1,LAMP RED,1,3.00")
    assert (product.draft.title, product.skus[0].price_fen) == ("LAMP RED", 300)


def test_codes_in_two_cases_are_one_product_in_capitals():
    verdicts, (product,) = plan("85123a,HEART,1,1", "85123A,HEART,1,1")
    assert product.skus[0].code == "85123A"
    assert [v.outcome for v in verdicts] == [Outcome.IMPORTED, Outcome.MERGED]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",", "line.blank"),
        ("1,LAMP,1", "line.cells"),
        (",LAMP,1,1", "code.missing"),
        ("1,LAMP,one,1", "number.format"),
        ("1,LAMP,1.5,1", "number.format"),
        ("1,LAMP,1,x", "price.format"),
        ("1,LAMP,1,1.005", "price.format"),
        ("1,LAMP,1,100000000.01", "price.absurd"),
        ("1,LAMP,1,9999999999999.99", "price.absurd"),
        ("1,LAMP,1,99999999999999", "price.absurd"),
        ("POST,POSTAGE,1,18", "code.service"),
        ("m,Manual,1,2", "code.service"),
        ("1,damaged?,1,1", "title.remark"),
        ("1,found,1,0", "title.remark"),
        ("1,LAMP,1,0.0", "price.zero"),
        ("B1,LAMP,1,-5", "price.negative"),
        ("1,LAMP,-2,1", "quantity.return"),
        ("1,LAMP,0,1", "quantity.zero"),
        ("1,LAMP,999999999,1", "quantity.absurd"),
        ("1,,2,1", "title.missing"),
    ],
)
def test_a_line_that_is_no_sale_has_its_reason(row, reason):
    assert reasons(row) == [reason]


def test_the_dearest_price_a_product_may_have_is_taken():
    _, (product,) = plan("1,LAMP,1,100000000.00")
    assert product.skus[0].price_fen == MOST_PRICE_FEN
    assert money(MOST_PRICE_FEN) in REASONS["price.absurd"]


def test_pieces_of_many_lines_never_add_up_to_more_than_a_shelf_can_hold():
    _, (product,) = plan(*["1,LAMP,1000000,1"] * 1001)
    assert product.stock == {"1": MOST_STOCK}


def test_a_sale_without_description_counts_where_another_line_names_the_product():
    verdicts, (product,) = plan("1,,2,1.50", "1,LAMP,1,1.50")
    assert [v.code for v in verdicts] == ["merged.title", "created"]
    assert product.skus[0].on_hand == 3


@pytest.mark.parametrize(
    "code", ["POST", "DOT", "M", "D", "C2", "BANK CHARGES", "AMAZONFEE", "GIFT_0001_20"]
)
def test_postage_fees_and_vouchers_are_no_products(code):
    assert is_service(code)


@pytest.mark.parametrize("code", ["85123A", "22423", "DCGS0004", "DCGSSGIRL", "PADS"])
def test_odd_codes_of_real_products_are(code):
    assert not is_service(code)


@pytest.mark.parametrize(
    "text",
    [
        "BAG 125g SWIRLY MARBLES",
        "POLYESTER FILLER PAD 40x40cm",
        "FLOWERS HANDBAG blue and orange",
        "5 X 7",
    ],
)
def test_names_with_some_small_letters_are_no_remarks(text):
    assert not is_remark(text)


def test_every_line_of_the_excerpt_has_exactly_one_outcome_and_a_known_reason():
    source = CsvSource.of_file(EXCERPT)
    made = InvoicePlan(source.lines, guess_mapping(source.columns))
    verdicts = [verdict for unit in made.units() for verdict in unit.verdicts]
    assert len(verdicts) == made.total == 200
    assert {verdict.code for verdict in verdicts} <= set(REASONS)
    assert Counter(v.outcome for v in verdicts) == {"imported": 99, "merged": 60, "skipped": 41}
    assert all(v.is_kept for v in verdicts if v.outcome is Outcome.SKIPPED)
