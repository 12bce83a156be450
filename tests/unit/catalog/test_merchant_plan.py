import pytest

from core.catalog.importing.exporting import template_csv
from core.catalog.importing.mappings import guess_mapping
from core.catalog.importing.merchant import MerchantPlan
from core.catalog.importing.sources import CsvSource
from core.catalog.importing.types import Outcome
from core.catalog.rules.drafts import MOST_PRICE_FEN

HEAD = "product,code,title,option1,value1,price,stock,category,attributes,state,active\n"


def plan(*rows, head=HEAD):
    source = CsvSource.of_bytes("products.csv", (head + "\n".join(rows)).encode())
    made = MerchantPlan(source.lines, guess_mapping(source.columns))
    return list(made.units())


def codes(units):
    return [verdict.code for unit in units for verdict in unit.verdicts]


def test_lines_with_one_product_make_its_skus_wherever_they_stand():
    first, other = plan(
        "mug,A,Mug,色,红,59,3,,,,", "tray,T,Tray,,,188,1,,,,", "mug,B,,色,蓝,61.5,,,,,"
    )
    assert [sku.code for sku in first.product.skus] == ["A", "B"]
    assert [sku.price_fen for sku in first.product.skus] == [5900, 6150]
    assert first.product.stock == {"A": 3}
    assert other.product.draft.title == "Tray"


def test_without_a_product_column_every_line_is_a_product():
    units = plan("A,Mug,5", "B,Cup,6", head="code,title,price\n")
    assert [unit.product.draft.title for unit in units] == ["Mug", "Cup"]


def test_one_bad_line_fails_the_other_lines_of_its_product_and_no_others():
    units = plan("mug,A,Mug,色,红,x,,,,,", "mug,B,,色,蓝,61,,,,,", "tray,T,Tray,,,188,1,,,,")
    assert codes(units) == ["price.format", "product.line", "created"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("mug,,Mug,,,5,,,,,", "code.missing"),
        ("mug,A,Mug,,,5,-3,,,,", "count.format"),
        ("mug,A,Mug,,,5,3.5,,,,", "count.format"),
        ("mug,A,Mug,,,5,,a > b > c > d,,,", "category.path"),
        ("mug,A,Mug,,,5,,,,gone,", "state.format"),
        ("mug,A,Mug,,,5,,,,,maybe", "active.format"),
        ("mug,A," + "x" * 161 + ",,,5,,,,,", "catalog.too_long"),
    ],
)
def test_a_cell_that_cannot_be_read_has_its_reason(row, reason):
    assert codes(plan(row)) == [reason]


@pytest.mark.parametrize("price", ["100000000.01", "9999999999999.99"])
def test_a_price_that_no_product_may_have_is_told_with_the_most_it_may_be(price):
    (unit,) = plan(f"mug,A,Mug,,,{price},,,,,")
    (verdict,) = unit.verdicts

    assert verdict.code == "catalog.price_limit"
    assert verdict.message == "The price can be at most %(most_fen)s."
    assert verdict.params["most_fen"] == MOST_PRICE_FEN


def test_a_code_in_two_lines_fails_both():
    assert codes(plan("mug,A,Mug,,,5,,,,,", "cup,A,Cup,,,6,,,,,")) == ["code.twice"] * 2


def test_later_lines_may_repeat_the_products_texts_but_not_change_them():
    same = plan("mug,A,Mug,色,红,5,,,,,", "mug,B,Mug,色,蓝,5,,,,,")
    assert codes(same) == ["created", "created"]
    other = plan("mug,A,Mug,色,红,5,,,,,", "mug,B,Cup,色,蓝,5,,,,,")
    assert codes(other) == ["product.line", "product.differs"]


def test_chinese_words_for_states_and_yes_are_understood():
    (unit,) = plan("mug,A,Mug,,,5,,,材质：陶,下架,否")
    assert (unit.product.state, unit.product.skus[0].is_active) == ("off_sale", False)
    assert unit.product.draft.attributes == (("材质", "陶"),)


@pytest.mark.parametrize("heads", ["zh", "en"])
def test_the_example_file_reads_without_a_fault(heads):
    source = CsvSource.of_bytes("example.csv", "".join(template_csv(heads=heads)).encode())
    units = list(MerchantPlan(source.lines, guess_mapping(source.columns)).units())
    assert [unit.verdicts[0].outcome for unit in units] == [Outcome.IMPORTED] * 2
    assert units[0].product.category == ("茶器", "茶盘")
