"""Layouts: documents that come back as they were, and what is refused."""

from dataclasses import replace

import pytest

from core.api.errors import InvalidInput
from plugins.poster.rules import (
    Box,
    Font,
    Kind,
    Layer,
    Layout,
    Purpose,
    check_layout,
    check_paintable,
    from_json,
    problems,
    to_json,
)

QR = Layer("码", Kind.QR, Box(480, 1000, 220, 220))
TITLE = Layer("标题", Kind.TITLE, Box(40, 800, 400, 100), font=Font(size=40, max_lines=2))
LAYOUT = Layout(750, 1334, layers=(TITLE, QR))


def test_a_layout_comes_back_from_its_document_as_it_was():
    layout = replace(
        LAYOUT,
        layers=(
            Layer("图", Kind.IMAGE, Box(0, 0, 750, 750), fit="contain", radius=24),
            Layer("价", Kind.PRICE, Box(40, 900, 300, 80), text="到手 {}", font=Font(60, "bold")),
            *LAYOUT.layers,
        ),
    )
    check_layout(layout)
    assert from_json(to_json(layout)) == layout
    hidden = replace(TITLE, name="旧", is_hidden=True, is_locked=True)
    layout = replace(layout, layers=(*layout.layers, hidden))
    assert from_json(to_json(layout)) == layout
    assert hidden not in layout.shown


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"size": [750]},
        {"size": [750, 1334], "layers": [{"kind": "qr"}]},
        {"size": [750, 1334], "layers": [{"name": "a", "kind": "video", "box": [0, 0, 1, 1]}]},
        {"size": [750, 1334], "background": "red"},
    ],
)
def test_what_is_no_layout_is_refused(body):
    with pytest.raises(InvalidInput, match="not a poster's layout"):
        from_json(body)


@pytest.mark.parametrize(
    ("layout", "field"),
    [
        (replace(LAYOUT, width=200), "size"),
        (replace(LAYOUT, height=2209), "size"),
        (replace(LAYOUT, background="white"), "background"),
        (replace(LAYOUT, layers=(TITLE,)), "layers"),
        (replace(LAYOUT, layers=(QR, replace(QR, name="码2"))), "layers"),
        (replace(LAYOUT, layers=(TITLE, TITLE, QR)), "layers.1.name"),
        (replace(LAYOUT, layers=(replace(TITLE, box=Box(700, 0, 60, 60)), QR)), "layers.0.x"),
        (replace(LAYOUT, layers=(replace(TITLE, font=Font(size=120)), QR)), "layers.0.font_size"),
        (replace(LAYOUT, layers=(replace(TITLE, text="{price}"), QR)), "layers.0.text"),
        (replace(LAYOUT, layers=(replace(TITLE, opacity=101), QR)), "layers.0.opacity"),
        (replace(LAYOUT, layers=(replace(QR, box=Box(0, 0, 150, 150)),)), "layers.0.width"),
        (replace(LAYOUT, layers=(replace(QR, colour="#CCCCCC"),)), "layers.0.colour"),
        (
            replace(LAYOUT, layers=(QR, replace(TITLE, box=Box(400, 1000, 100, 50)))),
            "layers.0.x",
        ),
    ],
)
def test_a_layout_that_makes_no_good_poster_is_refused_with_the_place(layout, field):
    with pytest.raises(InvalidInput) as refused:
        check_layout(layout)
    assert refused.value.params["field"] == field
    if field.startswith("layers."):
        assert refused.value.params["layer"] in str(refused.value)


def test_a_hidden_layer_neither_covers_the_code_nor_is_one():
    over = Layer("盖", Kind.SHAPE, QR.box)
    check_layout(replace(LAYOUT, layers=(QR, replace(over, is_hidden=True))))
    with pytest.raises(InvalidInput, match="exactly one QR code"):
        check_layout(replace(LAYOUT, layers=(replace(QR, is_hidden=True),)))


def test_a_draft_may_be_unfinished_and_hears_of_everything_at_once():
    outside = replace(TITLE, box=Box(700, 0, 200, 60))
    draft = replace(LAYOUT, layers=(outside, replace(TITLE, name="乙", text="{price}")))
    check_paintable(draft)
    found = [problem.params["field"] for problem in problems(draft)]
    assert found == ["layers.0.x", "layers.1.text", "layers"]


@pytest.mark.parametrize(
    "change",
    [
        {"opacity": 101},
        {"font": Font(colour="red")},
        {"font": Font(size=4)},
        {"font": Font(max_lines=0)},
        {"box": Box(0, 0, 0, 50)},
        {"box": Box(0, 0, 90_000, 50)},
        {"box": Box(0, 0, 8_000, 8_000)},
        {"text": "好" * 301},
        {"name": ""},
    ],
)
def test_what_cannot_be_painted_is_no_draft_either(change):
    with pytest.raises(InvalidInput):
        check_paintable(replace(LAYOUT, layers=(replace(TITLE, **change),)))


def test_a_poster_of_the_shop_shows_no_product():
    with pytest.raises(InvalidInput, match="“标题” shows a product"):
        check_layout(LAYOUT, Purpose.SHOP)
    check_layout(replace(LAYOUT, layers=(QR,)), Purpose.SHOP)
