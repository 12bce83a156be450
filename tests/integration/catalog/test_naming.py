from core.catalog.services import (
    product_for_edit,
    product_titles,
    products_addressed,
    products_named,
    skus_coded,
    skus_named,
    skus_of,
)
from core.catalog.types import SkuDraft
from core.kernel.ids import new_id


def test_skus_are_named_by_code_id_and_product_whatever_their_state(database, make_product):
    skus = [SkuDraft("TEA", 26_800, {"釉色": "天青"})]
    product_id = make_product("山岚侧把壶", skus=skus, state="draft")
    with database.read() as session:
        (found,) = skus_coded(session, ["TEA", "NOWHERE"])
        assert (found.label, found.price_fen) == ("山岚侧把壶 · 天青", 26_800)
        assert skus_named(session, [found.id, new_id()]) == [found]
        assert skus_of(session, [product_id]) == [found]
        assert product_titles(session, [product_id, new_id()]) == {product_id: "山岚侧把壶"}


def test_more_ids_than_one_statement_takes_are_asked_in_parts(database, make_product):
    product_id = make_product("A")
    with database.read() as session:
        ids = [*(new_id() for _ in range(1200)), product_id]
        assert list(product_titles(session, ids)) == [product_id]


def test_products_are_found_by_address_and_named_whatever_their_state(database, make_product):
    product_id = make_product("山岚侧把壶", state="draft")
    with database.read() as session:
        slug = product_for_edit(session, product_id).slug
        (found,) = products_addressed(session, [slug, "nowhere"])
        assert (found.id, found.slug, found.title) == (product_id, slug, "山岚侧把壶")
        assert products_named(session, [product_id, new_id()]) == [found]
