"""Products, categories, stock and imports as staff edit them."""

import re
from io import BytesIO
from urllib.parse import urlencode
from uuid import UUID

import pytest
from PIL import Image

from core.catalog import services as catalog
from tests.integration.admin.conftest import fields, said

NEW = {
    "title": "青瓷杯",
    "sku-0-options": "{}",
    "sku-0-id": "",
    "sku-0-code": "CUP-1",
    "sku-0-price": "59.00",
    "sku-0-stock": "12",
    "sku-0-low": "3",
    "sku-0-active": "1",
}


def picture() -> BytesIO:
    data = BytesIO()
    Image.new("RGB", (400, 400), "#2c7360").save(data, "PNG")
    data.seek(0)
    return data


@pytest.fixture
def edit(shop):
    """Reads a product as its form: ``edit(product_id)``."""

    def read(product_id):
        with shop.database.read() as session:
            return catalog.product_for_edit(session, product_id)

    return read


def made_id(page: str) -> UUID:
    return UUID(re.search(r'action="/admin/products/([0-9a-f-]{36})/state"', page).group(1))


def test_a_product_is_made_edited_and_put_on_sale(admin, edit):
    page = admin.refused("/admin/products/new", {**NEW, "sku-0-price": "9" * 17})
    assert "This amount is too large." in page
    page = admin.refused("/admin/products/new", {**NEW, "title": "", "sku-0-price": "12.345"})
    assert "Give an amount in yuan" in page
    assert 'value="12.345"' in page
    page = admin.done("/admin/products/new", {**NEW, "do": "save"})
    product = edit(made_id(page))
    assert (product.state, product.skus[0].on_hand, product.skus[0].price_fen) == (
        "draft",
        12,
        5900,
    )
    sent = fields(page)
    sent["title"], sent["sku-0-price"], sent["do"] = ["月白杯"], ["66"], ["publish"]
    page = admin.done(f"/admin/products/{product.id}", sent)
    product = edit(product.id)
    assert (product.title, product.state, product.skus[0].price_fen) == ("月白杯", "on_sale", 6600)
    assert "Everything is saved" in page


def test_options_become_a_grid_and_nothing_typed_is_lost(admin, edit):
    typed = {
        **NEW,
        "do": "grid",
        "subtitle": "手作",
        "option-name": ["釉色", "大小"],
        "option-values": ["天青，墨", "大,小"],
    }
    page = admin.post("/admin/products/new", typed).get_data(as_text=True)
    assert 'value="手作"' in page
    sent = fields(page)
    codes = [name for name in sent if name.endswith("-code")]
    assert len(codes) == 4
    assert all(sent[name.replace("code", "price")] == ["59.00"] for name in codes)
    for number in range(4):
        sent[f"sku-{number}-code"] = [f"CUP-{number}"]
    product = edit(made_id(admin.done("/admin/products/new", {**sent, "do": "save"})))
    assert [dict(sku.options) for sku in product.skus][:2] == [
        {"釉色": "天青", "大小": "大"},
        {"釉色": "天青", "大小": "小"},
    ]


def test_pictures_are_uploaded_ordered_and_removed_without_script(admin, edit):
    page = admin.post(
        "/admin/products/new",
        {**NEW, "do": "upload", "files": [(picture(), "a.png"), (BytesIO(b"no"), "b.png")]},
        content_type="multipart/form-data",
    ).get_data(as_text=True)
    assert "b.png" in said(page), "the broken one is named"
    kept = fields(page)
    assert len(kept["picture"]) == 1
    product = edit(made_id(admin.done("/admin/products/new", {**kept, "do": "save"})))
    assert [str(each.id) for each in product.pictures] == kept["picture"]
    path = f"/admin/products/{product.id}"
    sent = {**fields(admin.page(path)), "do": f"remove:{kept['picture'][0]}"}
    page = admin.post(path, sent).get_data(as_text=True)
    assert len(edit(product.id).pictures) == 1, "only saving changes the product"
    admin.done(path, {**fields(page), "do": "save"})
    assert edit(product.id).pictures == ()


def test_two_people_editing_one_product_see_both_states(open_admin, maker, edit):
    product = maker.product("茶壶")
    path = f"/admin/products/{product.id}"
    mine, theirs = open_admin(language="en"), open_admin(language="en")
    my_form, their_form = fields(mine.page(path)), fields(theirs.page(path))
    theirs.done(path, {**their_form, "title": "他们的壶", "do": "save"})
    page = mine.refused(path, {**my_form, "title": "我的壶", "do": "save"}, 409)
    assert "他们的壶" in page
    assert "我的壶" in page
    assert edit(product.id).title == "他们的壶"
    mine.done(path, {**fields(page), "do": "save"})
    assert edit(product.id).title == "我的壶"


def test_several_products_change_state_at_once_and_drafts_are_deleted(admin, maker, edit):
    first, second = maker.product("一", is_on_sale=False), maker.product("二", is_on_sale=False)
    picks = [str(first.id), str(second.id)]
    assert "Products put on sale: 2." in admin.done(
        "/admin/products/bulk", {"pick": picks, "do": "on_sale"}
    )
    assert edit(first.id).state == "on_sale"
    third = maker.product("三", is_on_sale=False)
    assert "Drafts deleted: 1." in admin.done(
        "/admin/products/bulk", {"pick": str(third.id), "do": "delete"}
    )
    assert "三" not in admin.page("/admin/products?state=draft")


def test_categories_are_made_moved_and_removed_when_empty(shop, admin, maker):
    admin.done("/admin/categories", {"name": "茶器", "name_en": "Tea", "is_visible": "y"})
    page = admin.page("/admin/categories")
    shelf = re.search(r"/admin/categories/([0-9a-f-]{36})", page).group(1)
    admin.refused("/admin/categories", {"name": ""})
    admin.done(f"/admin/categories/{shelf}", {"name": "茶", "slug": "tea", "is_visible": "y"})
    maker.product("壶", category_id=UUID(shelf))
    page = admin.refused(f"/admin/categories/{shelf}", {"do": "delete"})
    assert "Move them first" in said(page)


def test_stock_comes_in_is_corrected_and_counted_once(shop, admin, maker):
    product = maker.product(skus=[("POT-1", 9900, 10)])
    path = f"/admin/stock/{product.skus['POT-1']}"
    form = fields(admin.page(path))
    sent = {**form, "kind": "receive", "quantity": "5", "reason": "到货"}
    admin.done(f"{path}/adjust", sent)
    admin.done(f"{path}/adjust", sent)  # the same form again
    form = fields(admin.page(path))
    admin.done(f"{path}/adjust", {**form, "kind": "count", "quantity": "12", "reason": "盘点"})
    page = admin.page(path)
    assert re.search(r"<dt>On the shelf</dt><dd>12</dd>", page)
    assert "+5" in page
    assert "-3" in page
    form = fields(page)
    page = admin.refused(
        f"{path}/adjust", {**form, "kind": "adjust", "quantity": "-99", "reason": "x"}
    )
    assert 'value="-99"' in page
    admin.done(f"{path}/low", {"low_at": "40"})
    assert "POT-1" in admin.page("/admin/stock?level=low")


def test_a_file_is_mapped_previewed_imported_and_its_failed_lines_mended(
    shop, admin, maker, monkeypatch
):
    from core.catalog.importing import import_source
    from core.web.admin.views.imports import results, wizard

    def at_once(source, mapping, actor):
        import_source(shop.database, source, mapping, actor=actor)

    monkeypatch.setattr(wizard, "carry_out", at_once)
    monkeypatch.setattr(results, "carry_out", at_once)
    text = "商品标识,规格编码,名字,售价,库存\nmug,M-1,杯,12.50,5\nbowl,B-1,碗,十二,3\n"
    sent = {"file": (BytesIO(text.encode()), "mine.csv")}
    response = admin.post("/admin/imports/new", sent, content_type="multipart/form-data")
    page = admin.page(response.headers["Location"])
    place = re.search(r"/admin/imports/file/([0-9a-f]{64})/preview", page).group(1)
    columns = {
        "name": "mine.csv",
        "form": "products",
        "col-product": "商品标识",
        "col-code": "规格编码",
        "col-title": "名字",
        "col-price": "售价",
        "col-stock": "库存",
    }
    page = admin.page(f"/admin/imports/file/{place}/preview?{urlencode(columns)}")
    assert "十二" in page
    assert "M-1" not in admin.page("/admin/stock"), "a preview stores nothing"
    page = admin.done(f"/admin/imports/file/{place}/run", columns)
    assert "M-1" in admin.page("/admin/stock")
    run = re.search(r"/admin/imports/([0-9a-f-]{36})/retry", page).group(1)
    assert "十二" in admin.get(f"/admin/imports/{run}/failed.csv").get_data(as_text=True)
    page = admin.done(f"/admin/imports/{run}/retry", {"cell-3-售价": "12"})
    assert "Lines that went through: 1. Still failing: 0." in page
    assert "B-1" in admin.page("/admin/stock")
    admin.done(f"/admin/imports/file/{place}/run", columns)
    assert len(re.findall(r"/admin/imports/[0-9a-f-]{36}\"", admin.page("/admin/imports"))) >= 1


def test_a_file_that_is_no_csv_is_refused_in_words(admin):
    sent = {"file": (BytesIO(b"\x00\xff\xfe\x80"), "x.csv")}
    response = admin.post("/admin/imports/new", sent, content_type="multipart/form-data")
    assert response.status_code == 422
    admin.refused("/admin/imports/new", {})


def test_the_exported_catalogue_escapes_formulas(admin, maker):
    maker.product("=1+1")
    export = admin.post("/admin/products/export.csv").get_data(as_text=True)
    assert "'=1+1" in export


def test_staff_look_at_a_draft_in_the_store_and_nobody_else_does(admin, client, maker, edit):
    draft = edit(maker.product("未上架的壶", is_on_sale=False).id)
    assert "未上架的壶" in admin.page(f"/p/{draft.slug}")
    assert client.get(f"/p/{draft.slug}").status_code == 404
