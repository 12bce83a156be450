from dataclasses import replace

import pytest

from core.catalog.rules.drafts import checked_category, checked_product, checked_skus, slug_of
from core.catalog.types import CategoryDraft, ProductDraft, SkuDraft
from core.kernel.errors import InvalidInput

SKU = SkuDraft("A", 100, {"色": "红"})


def test_a_draft_comes_back_squeezed_and_safe():
    draft = checked_product(
        ProductDraft(
            "  山岚\t壶 ",
            description="<b onclick=x>好</b>",
            attributes=((" 材质 ", "瓷"), ("", "x")),
        )
    )
    assert (draft.title, draft.description) == ("山岚 壶", "<b>好</b>")
    assert draft.attributes == (("材质", "瓷"),)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 161}, "title"),
        ({"market_price_fen": 0}, "market_price"),
        ({"market_price_fen": -1}, "market_price"),
        ({"per_member_limit": 0}, "per_member_limit"),
        ({"position": 10**12}, "position"),
        ({"attributes": tuple(("a", "b") for _ in range(41))}, "attributes"),
    ],
)
def test_a_wrong_field_is_named(changes, field):
    with pytest.raises(InvalidInput) as fault:
        checked_product(replace(ProductDraft("壶"), **changes))
    assert fault.value.params["field"] == field


@pytest.mark.parametrize(
    "skus",
    [
        [],
        [replace(SKU, price_fen=0)],
        [replace(SKU, cost_fen=-1)],
        [replace(SKU, price_fen=10**11)],
        [replace(SKU, weight_g=-1)],
        [replace(SKU, low_at=10**12)],
        [SKU, SKU],
        [SKU, replace(SKU, code="B")],
        [SKU, replace(SKU, code="B", options={"大小": "红"})],
        [replace(SKU, options={str(n): "x" for n in range(4)})],
        [replace(SKU, code=str(n), options={"色": str(n)}) for n in range(201)],
    ],
)
def test_skus_that_cannot_be_told_apart_or_priced_are_refused(skus):
    with pytest.raises(InvalidInput):
        checked_skus(skus)


def test_an_inactive_sku_may_be_any_choice():
    old = replace(SKU, code="B", options={"大小": "中"}, is_active=False)
    assert len(checked_skus([SKU, old])) == 2


def test_an_address_is_made_of_ascii_words_and_a_code_where_those_do_not_suffice():
    assert slug_of("Red Tea-Pot (2)") == "red-tea-pot-2"
    assert slug_of("青瓷 Pot").startswith("pot-")
    assert len(slug_of("青瓷")) == 8
    assert slug_of("青瓷") != slug_of("青瓷")


def test_a_category_takes_its_address_from_its_english_name():
    assert checked_category(CategoryDraft("茶器", "Tea ware")).slug == "tea-ware"
