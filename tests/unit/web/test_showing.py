from uuid import UUID

import pytest

from core.catalog.types import OptionView, ProductDetail, SkuView
from core.pricing.types import TraceStep
from core.web.store import showing


def sku(number, available=5, **options):
    return SkuView(UUID(int=number), f"S{number}", options, 100 * number, None, available, 2, None)


def product(*skus, options=()):
    return ProductDetail(
        id=UUID(int=99),
        slug="pot",
        title="Pot",
        subtitle="",
        description="",
        attributes=(),
        category_id=None,
        category_slug=None,
        category_name=None,
        category_name_en=None,
        state="on_sale",
        price_fen=100,
        max_price_fen=200,
        market_price_fen=None,
        sold_count=0,
        per_member_limit=None,
        version=1,
        published_at=None,
        pictures=(),
        options=tuple(OptionView(name, tuple(values)) for name, values in options),
        skus=skus,
    )


POT = product(
    sku(1, glaze="white", size="S"),
    sku(2, 0, glaze="black", size="S"),
    sku(3, 0, glaze="black", size="L"),
    options=[("glaze", ["white", "black"]), ("size", ["S", "L"])],
)


def test_a_value_sold_out_in_every_combination_cannot_be_chosen():
    glaze, size = showing.choices_of(POT, POT.skus[0])

    assert [(v.text, v.is_gone, v.is_chosen) for v in glaze.choices] == [
        ("white", False, True),
        ("black", True, False),
    ]
    assert [v.is_gone for v in size.choices] == [False, True]


def test_the_sku_of_a_form_is_the_one_with_exactly_these_options():
    assert showing.chosen_sku(POT, {"option0": "black", "option1": "L"}) == POT.skus[2]
    assert showing.chosen_sku(POT, {"option0": "white", "option1": "L"}) is None
    assert showing.chosen_sku(POT, {}) is None


def test_steps_of_one_rule_are_added_up_over_lines(monkeypatch):
    monkeypatch.setattr(showing.i18n, "sentence", lambda text, params: text)
    trace = [
        TraceStep("promotion", "gift.off", "Gift", {}, 0, 1000, 900),
        TraceStep("promotion", "gift.off", "Gift", {}, 1, 500, 450),
        TraceStep("freight", "core.freight", "Freight", {}, None, 0, 1000),
    ]
    steps = showing._steps(trace)

    assert [(s.label, s.change_fen, s.is_freight) for s in steps] == [
        ("Gift", -150, False),
        ("Freight", 1000, True),
    ]


@pytest.mark.parametrize(("goods", "has_offer"), [(1500, False), (1350, True)])
def test_a_story_tells_whether_anything_was_saved(goods, has_offer):
    story = showing.Story(1500, (), goods, goods)

    assert story.has_offer is has_offer
    assert story.saved_fen == 1500 - goods
