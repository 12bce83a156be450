from dataclasses import replace
from uuid import uuid4

import pytest
import sqlalchemy as sa

from core.catalog import services as catalog
from core.catalog.models import Product
from core.catalog.types import ProductDraft, SkuDraft
from core.db import state
from core.db.outbox import OutboxEvent
from core.db.state import SharedCounter
from core.kernel.errors import Conflict, InvalidInput, NotFound, Rejected
from core.stock import services as stock


def events(session):
    return list(session.scalars(sa.select(OutboxEvent.name).order_by(OutboxEvent.seq)))


def generation(session):
    counter = sa.select(SharedCounter.value).where(SharedCounter.name == state.CATALOG)
    return session.scalar(counter) or 0


def sku_ids(session, product_id):
    return {sku.code: sku.id for sku in catalog.product_for_edit(session, product_id).skus}


def test_a_new_product_is_a_draft_that_shoppers_cannot_see(database, make_product):
    make_product(slug="pot", state="draft")
    with database.read() as session:
        with pytest.raises(NotFound):
            catalog.product_detail(session, "pot")
        assert catalog.product_detail(session, "pot", include_drafts=True).state == "draft"
        with pytest.raises(NotFound):
            catalog.product_detail(session, "no\0where")


def test_going_on_sale_is_announced_once_and_noticed_by_every_process(database, make_product):
    product_id = make_product()
    with database.write() as session:
        before = generation(session)
        assert catalog.set_product_state(session, [product_id], "on_sale") == 0
        assert events(session) == ["product_published"]
        assert generation(session) == before
        assert catalog.set_product_state(session, [product_id], "off_sale") == 1
        assert generation(session) == before + 1


def test_a_product_without_skus_cannot_be_sold(database):
    with database.write() as session:
        product_id = catalog.create_product(session, ProductDraft("空"), actor="test")
        with pytest.raises(Rejected, match="空"):
            catalog.set_product_state(session, [product_id], "on_sale")


def test_a_draft_cannot_be_taken_off_sale(database, make_product):
    product_id = make_product(state="draft")
    with pytest.raises(Conflict), database.write() as session:
        catalog.set_product_state(session, [product_id], "off_sale")


def test_a_product_off_sale_is_still_shown_and_says_so(database, make_product):
    make_product(slug="pot", state="off_sale")
    with database.read() as session:
        assert not catalog.product_detail(session, "pot").is_on_sale


def test_two_editors_cannot_overwrite_each_other(database, make_product):
    product_id = make_product()
    with database.write() as session:
        version = catalog.product_for_edit(session, product_id).version
        catalog.update_product(session, product_id, ProductDraft("first"), version=version)
    with pytest.raises(Conflict), database.write() as session:
        catalog.update_product(session, product_id, ProductDraft("second"), version=version)


def test_an_address_is_unique_and_kept_when_a_form_leaves_it_blank(database, make_product):
    make_product("A", slug="pot")
    other = make_product("B", slug="cup")
    with database.write() as session:
        with pytest.raises(InvalidInput):
            catalog.update_product(session, other, ProductDraft("B", slug="pot"))
        with pytest.raises(InvalidInput):
            catalog.create_product(session, ProductDraft("C", slug="pot"), actor="test")
        catalog.update_product(session, other, ProductDraft("B2"))
        assert catalog.product_for_edit(session, other).slug == "cup"


def test_products_of_the_same_title_get_addresses_of_their_own(database, make_product):
    make_product("Tea Pot", code="a")
    make_product("Tea Pot", code="b")
    with database.read() as session:
        slugs = {card.slug for card in catalog.list_products(session).items}
    assert len(slugs) == 2
    assert "tea-pot" in slugs


def test_a_category_or_picture_that_does_not_exist_is_refused(database, make_product):
    product_id = make_product()
    with database.write() as session:
        with pytest.raises(InvalidInput):
            catalog.update_product(session, product_id, ProductDraft("x", category_id=uuid4()))
        with pytest.raises(InvalidInput):
            catalog.save_pictures(session, product_id, [uuid4()])


def test_saving_skus_changes_adds_and_switches_off_but_never_deletes(database, make_product):
    red = SkuDraft("red", 100, {"色": "红"}, on_hand=3)
    blue = SkuDraft("blue", 200, {"色": "蓝"}, on_hand=4)
    product_id = make_product(skus=[red, blue])
    with database.write() as session:
        ids = sku_ids(session, product_id)
        green = SkuDraft("green", 50, {"色": "绿"}, on_hand=5)
        kept = replace(red, id=ids["red"], price_fen=120, on_hand=99)
        catalog.save_skus(session, product_id, [green, kept], actor="test")
        edit = catalog.product_for_edit(session, product_id)
        assert [(sku.code, sku.price_fen, sku.is_active, sku.on_hand) for sku in edit.skus] == [
            ("green", 50, True, 5),
            ("red", 120, True, 3),
            ("blue", 200, False, 4),
        ]
        row = catalog.admin_products(session).items[0]
        assert (row.min_price_fen, row.max_price_fen, row.sku_count) == (50, 120, 2)
        assert events(session) == ["product_published", "price_changed"]
        assert stock.verify(session).is_clean


def test_a_code_brings_a_switched_off_sku_back_with_its_stock(database, make_product):
    product_id = make_product(skus=[SkuDraft("a", 100, {"色": "红"}, on_hand=3)])
    with database.write() as session:
        (before,) = sku_ids(session, product_id).values()
        catalog.save_skus(session, product_id, [SkuDraft("b", 1, {"色": "蓝"})], actor="test")
        catalog.save_skus(session, product_id, [SkuDraft("a", 2, {"色": "红"})], actor="test")
        edit = catalog.product_for_edit(session, product_id)
    assert (edit.skus[0].id, edit.skus[0].on_hand) == (before, 3)


def test_two_skus_may_swap_their_codes(database, make_product):
    product_id = make_product(
        skus=[SkuDraft("a", 100, {"色": "红"}), SkuDraft("b", 200, {"色": "蓝"})]
    )
    with database.write() as session:
        ids = sku_ids(session, product_id)
        swapped = [
            SkuDraft("b", 100, {"色": "红"}, id=ids["a"]),
            SkuDraft("a", 200, {"色": "蓝"}, id=ids["b"]),
        ]
        catalog.save_skus(session, product_id, swapped, actor="test")
        assert sku_ids(session, product_id) == {"b": ids["a"], "a": ids["b"]}


def test_codes_and_ids_of_other_products_are_refused(database, make_product):
    first, second = make_product("A", code="a"), make_product("B", code="b")
    with database.write() as session:
        foreign = sku_ids(session, first)["a"]
        with pytest.raises(InvalidInput):
            catalog.save_skus(session, second, [SkuDraft("a", 1)], actor="test")
        with pytest.raises(InvalidInput):
            catalog.save_skus(session, second, [SkuDraft("c", 1, id=foreign)], actor="test")


def test_drafts_can_be_deleted_and_what_was_on_sale_cannot(database, make_product):
    draft, sold = make_product("A", state="draft"), make_product("B", state="off_sale")
    with database.write() as session:
        assert catalog.delete_drafts(session, [draft, sold]) == 1
        assert catalog.catalog_counts(session)["off_sale"] == 1
        with pytest.raises(NotFound):
            catalog.product_for_edit(session, draft)
        assert stock.verify(session).is_clean


def test_the_sold_figure_never_falls_below_zero(database, make_product):
    product_id = make_product(sold_count=3)
    with database.write() as session:
        catalog.count_sold(session, {product_id: 4})
        catalog.count_sold(session, {product_id: -100})
        assert catalog.admin_products(session).items[0].sold_count == 0


def test_cart_lines_carry_what_a_quote_needs_in_the_order_asked(database, make_product):
    product_id = make_product(
        skus=[
            SkuDraft("a", 100, {"色": "红"}, cost_fen=40, weight_g=9, on_hand=2),
            SkuDraft("b", 200, {"色": "蓝"}),
        ],
        per_member_limit=2,
    )
    with database.read() as session:
        ids = sku_ids(session, product_id)
        lines = catalog.sku_lines(session, {ids["b"]: 1, ids["a"]: 3, uuid4(): 1})
    assert [(line.code, line.quantity, line.available, line.has_enough) for line in lines] == [
        ("b", 1, 0, False),
        ("a", 3, 2, False),
    ]
    assert (lines[1].cost_fen, lines[1].weight_g, lines[1].limit, lines[1].label) == (
        40,
        9,
        2,
        "红",
    )
    assert lines[1].is_on_sale


def test_the_admin_list_finds_drafts_states_shelves_and_low_stock(
    database, make_product, make_category
):
    shelf = make_category("壶", "pots")
    make_product("壶一", state="draft", category_id=shelf)
    make_product("壶二", skus=[SkuDraft("many", 100, on_hand=500)])

    def listed(**wanted):
        with database.read() as session:
            return [row.title for row in catalog.admin_products(session, **wanted).items]

    assert listed() == ["壶二", "壶一"]
    assert listed(state="draft") == ["壶一"]
    assert listed(category="pots") == ["壶一"]
    assert listed(only_low=True) == ["壶一"]
    assert listed(query="many") == ["壶二"]
    assert listed(query="？") == []
    cheap = sa.select(Product.id).where(Product.max_price_fen <= 100)
    assert listed(within=cheap) == ["壶二"]
    assert listed(within=cheap, state="draft") == []


def test_all_that_the_admin_list_finds_is_known_by_its_ids(database, make_product, make_category):
    shelf = make_category("壶", "pots")
    pots = [make_product(f"壶{number}", category_id=shelf) for number in range(3)]
    make_product("杯")

    def found(limit=100, **wanted):
        with database.read() as session:
            return catalog.admin_product_ids(session, limit=limit, **wanted)

    assert sorted(found(category="pots")) == sorted(pots)
    assert found(query="杯", category="pots") == []
    assert list(found(query="？")) == []
    assert len(found()) == 4
    assert len(found(limit=2)) == 2
