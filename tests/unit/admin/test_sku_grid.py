from dataclasses import replace

import pytest
from werkzeug.datastructures import MultiDict

from core.web.admin.forms import sku_grid
from core.web.admin.forms.sku_grid import OptionLine, SkuLine

COLOUR, SIZE = OptionLine("颜色", "红, 蓝"), OptionLine("尺寸", "大，小、大")


@pytest.fixture(autouse=True)
def _plain_texts(monkeypatch):
    monkeypatch.setattr(sku_grid, "gettext", lambda text, **params: text % params)


def labels(lines):
    return [line.label for line in lines]


def test_options_multiply_into_one_line_per_choice_without_repeats():
    lines = sku_grid.combine([COLOUR, SIZE], [SkuLine(price="9.90")])
    assert labels(lines) == ["红 / 大", "红 / 小", "蓝 / 大", "蓝 / 小"]
    assert {line.price for line in lines} == {"9.90"}


def test_a_product_without_options_has_one_line():
    lines = sku_grid.combine([], [SkuLine(code="A", price="1")])
    assert [(line.code, line.label) for line in lines] == [("A", "")]
    assert labels(sku_grid.combine([OptionLine("颜色", " , ")], [SkuLine()])) == [""]


def test_what_was_typed_for_a_choice_is_kept_when_options_grow():
    lines = sku_grid.combine([COLOUR], [SkuLine()])
    lines = [replace(lines[0], price="12"), replace(lines[1], price="15")]
    grown = sku_grid.combine([OptionLine("颜色", "红, 绿, 蓝")], lines)
    assert [(line.label, line.price) for line in grown] == [
        ("红", "12"),
        ("绿", "12"),
        ("蓝", "15"),
    ]


def test_a_stored_choice_that_is_gone_stays_switched_off():
    stored = SkuLine(options={"颜色": "紫"}, id="01a200ad-bfc3-7f52-8b8a-215653e73714", code="P")
    lines = sku_grid.combine([COLOUR], [stored])
    assert [(line.label, line.is_active) for line in lines] == [
        ("红", True),
        ("蓝", True),
        ("紫", False),
    ]


def test_a_bad_amount_is_named_at_its_cell_and_makes_no_draft():
    drafts, lines = sku_grid.drafts_of([SkuLine(price="1.234", stock="-1"), SkuLine(price="2")])
    assert drafts == []
    assert set(lines[0].errors) == {"price", "stock"}
    assert lines[1].errors == {}


def test_a_price_beyond_what_a_product_may_cost_is_told_at_its_cell():
    drafts, (line,) = sku_grid.drafts_of([SkuLine(price="100000000.01", cost="100000000")])

    assert drafts == []
    assert line.errors == {"price": "Give at most ¥100,000,000.00."}


def test_stock_is_only_read_for_new_skus():
    stored = SkuLine(id="01a200ad-bfc3-7f52-8b8a-215653e73714", price="2", stock="99", on_hand=4)
    drafts, _ = sku_grid.drafts_of([stored, SkuLine(price="2", stock="7")])
    assert [draft.on_hand for draft in drafts] == [0, 7]


def test_lines_travel_through_the_form_and_back():
    line = SkuLine(options={"颜色": "红"}, code="R", price="3", market="5", low="2")
    sent = MultiDict(
        {
            "sku-0-options": line.options_json,
            "sku-0-code": "R",
            "sku-0-price": "3",
            "sku-0-market": "5",
            "sku-0-low": "2",
            "sku-0-active": "1",
            "sku-0-id": "somebody else's",
        }
    )
    assert sku_grid.read_lines(sent, []) == [line]
    broken = MultiDict({"sku-0-options": "[1,2"})
    assert sku_grid.read_lines(broken, [])[0].options == {}
