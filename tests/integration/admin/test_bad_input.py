"""Bad input on the merchant's pages: a sentence where it belongs, and nothing typed is lost."""

import re
from html import unescape
from io import BytesIO

import pytest

from core.orders import services as orders
from tests.integration.admin.conftest import fields, said

SKU = {"options": "{}", "id": "", "price": "59", "stock": "1", "low": "1", "active": "1"}
ODD_DIGIT = "²"


def grid(*lines: dict[str, str]) -> dict[str, str]:
    """The editor's fields for some SKUs."""
    sent = {"title": "青瓷杯", "do": "save"}
    for number, line in enumerate(lines):
        sent |= {f"sku-{number}-{name}": value for name, value in {**SKU, **line}.items()}
    return sent


def faults(page: str) -> dict[str, str]:
    """What the page says at each cell of the grid: ``sku-0-price`` → sentence."""
    found = re.findall(r'<span class="error" id="(sku-[\w-]+)-error">(.*?)</span>', page)
    return {name: unescape(text) for name, text in found}


@pytest.fixture
def status(shop):
    """Reads an order's state: ``status(made)``."""

    def read(made):
        with shop.database.read() as session:
            return orders.order_detail(session, made.order_no)

    return read


def test_wrong_prices_are_marked_at_their_own_cells(admin):
    page = admin.refused("/admin/products/new", grid({"code": "A", "price": "-3", "cost": "-1"}))
    assert faults(page) == {
        "sku-0-price": "Give an amount above 0.",
        "sku-0-cost": "Give an amount above 0.",
    }
    assert 'value="-3"' in page
    assert set(faults(admin.refused("/admin/products/new", grid({"code": "A", "price": "0"})))) == {
        "sku-0-price"
    }


def test_a_code_that_stands_twice_is_marked_in_both_lines(admin):
    page = admin.refused(
        "/admin/products/new",
        grid(
            {"code": "A", "options": '{"大小": "大"}'},
            {"code": "B", "options": '{"大小": "中"}'},
            {"code": "A", "options": '{"大小": "小"}'},
        ),
    )
    assert faults(page) == dict.fromkeys(
        ("sku-0-code", "sku-2-code"), "Two SKUs have the same code."
    )


def test_a_code_of_another_product_is_marked_at_its_own_cell(admin, make_product):
    make_product("茶壶", skus=[("POT", 26_800, 5)])

    page = admin.refused("/admin/products/new", grid({"code": "POT"}))
    assert faults(page) == {"sku-0-code": "Another product uses the code “POT”."}


def test_more_choices_than_a_product_may_have_are_refused_instead_of_cut_off(admin):
    values = ",".join(str(number) for number in range(20))
    typed = grid({"code": "A"}) | {
        "do": "grid",
        "option-name": ["颜色", "尺寸"],
        "option-values": [values, values],
    }
    page = admin.refused("/admin/products/new", typed)
    assert "400" in said(page)
    assert "200" in said(page)
    sent = fields(page)
    assert sent["option-values"][:2] == [values, values]
    assert "sku-1-code" not in sent


@pytest.mark.parametrize("name", ["sku-0-stock", "sku-0-low"])
def test_a_digit_that_is_no_number_is_refused_in_the_grid(admin, name):
    page = admin.refused("/admin/products/new", grid({"code": "A"}) | {name: ODD_DIGIT})
    assert name in faults(page)


def test_a_digit_that_is_no_number_is_refused_in_a_refund(admin, maker, status):
    order = maker.order()
    line = status(order).lines[0].line_id
    page = admin.refused(
        f"/admin/orders/{order.order_no}/refund",
        {"kind": "refund", "reason": "坏", f"pieces-{line}": ODD_DIGIT, f"amount-{line}": ""},
    )
    assert "Give whole pieces" in said(page)
    assert f'value="{ODD_DIGIT}"' in page


def ship_by_file(admin, data: bytes, **more: str) -> str:
    sent = {"file": (BytesIO(data), "parcels.csv"), **more}
    response = admin.post("/admin/orders/ship", sent, content_type="multipart/form-data")
    return response.get_data(as_text=True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_parcel_list_is_read_as_chinese_spreadsheets_save_it(admin, maker, encoding):
    order = maker.order()
    text = f"订单编号,快递公司,运单号\r\n#{order.order_no},顺丰速运,SF1\r\n"
    page = ship_by_file(admin, text.encode(encoding))
    assert "<td>顺丰速运</td>" in page
    assert "1 parcel can leave" in page


def test_each_line_of_a_parcel_list_may_be_parted_in_its_own_way(admin, maker):
    first, second, third = maker.order(), maker.order(), maker.order()
    text = f"{first.order_no}，顺丰，SF1\n{second.order_no}\t中通\tZT2\n"
    text += f"'{third.order_no}, 圆通, YT3"
    page = admin.post("/admin/orders/ship", {"lines": text}).get_data(as_text=True)
    assert "3 parcels can leave" in page


def test_a_parcel_list_that_is_no_text_or_too_long_is_refused_in_words(admin):
    assert "Save it as CSV" in said(ship_by_file(admin, b"\xff\xfe\x00\x80\x00"))
    long = "\n".join(f"{number},a,b" for number in range(1001))
    page = admin.refused("/admin/orders/ship", {"lines": long})
    assert "At most 1000 lines" in said(page)
    assert "1000,a,b" in page, "what was pasted is still there"


def test_a_missing_column_is_called_as_on_the_page_and_said_once(open_admin):
    merchant = open_admin(language="zh")
    sent = {"file": (BytesIO("标题,库存\n杯,3\n".encode()), "x.csv")}
    response = merchant.post("/admin/imports/new", sent, content_type="multipart/form-data")
    place = response.headers["Location"]
    page = merchant.page(f"{place.partition('?')[0]}/preview?name=x.csv&form=products", 422)
    assert said(page).count("规格编码") == 1
    assert "code" not in said(page)


def test_a_correction_by_nothing_is_refused_and_a_count_keeps_its_reason(admin, maker):
    product = maker.product(skus=[("POT-1", 9900, 10)])
    path = f"/admin/stock/{product.skus['POT-1']}"
    page = admin.refused(f"{path}/adjust", {"kind": "adjust", "quantity": "0", "reason": "盘点"})
    assert "changes nothing" in said(page)
    assert 'value="盘点"' in page
    admin.done(f"{path}/adjust", {"kind": "count", "quantity": "7", "reason": "年中盘点"})
    assert "年中盘点" in admin.page(path)


def test_reasons_of_failed_lines_are_sentences_in_the_readers_language(
    open_admin, shop, monkeypatch
):
    from core.catalog.importing import import_source
    from core.web.admin.views.imports import wizard

    def at_once(source, mapping, actor):
        import_source(shop.database, source, mapping, actor=actor)

    monkeypatch.setattr(wizard, "carry_out", at_once)
    merchant = open_admin(language="zh")
    text = f"规格编码,标题,价格\nA-1,杯,-5\nA-2,{'长' * 200},9\nA-3,,9\n"
    sent = {"file": (BytesIO(text.encode("gbk")), "x.csv")}
    response = merchant.post("/admin/imports/new", sent, content_type="multipart/form-data")
    place = response.headers["Location"].partition("?")[0]
    columns = {"name": "x.csv", "form": "products", "col-code": "规格编码"}
    columns |= {"col-title": "标题", "col-price": "价格"}
    page = merchant.done(f"{place}/run", columns)
    assert "catalog." not in page
    run = re.search(r"/admin/imports/([0-9a-f-]{36})/retry", page).group(1)
    file = merchant.get(f"/admin/imports/{run}/failed.csv").get_data(as_text=True)
    assert "新商品必须有标题" in file
    assert "A new product" not in file


def test_only_drafts_are_deleted_and_the_others_are_spoken_of(admin, maker):
    draft, sold = maker.product("草稿", is_on_sale=False), maker.product("在售壶")
    page = admin.refused("/admin/products/bulk", {"pick": str(sold.id), "do": "delete"})
    assert "Only drafts" in said(page)
    both = [str(draft.id), str(sold.id)]
    page = admin.done("/admin/products/bulk", {"pick": both, "do": "delete"})
    assert "Drafts deleted: 1." in said(page)
    assert "on sale once: 1" in said(page)


def test_days_in_the_wrong_order_or_out_of_the_calendar_are_spoken_of(admin, maker):
    order = maker.order()
    page = admin.page("/admin/orders?since=2026-11-28&until=2026-11-01")
    assert "first day is after the last" in said(page)
    page = admin.page("/admin/orders?since=2026-13-45")
    assert "could not be read" in said(page)
    assert order.order_no in page
