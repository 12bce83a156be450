"""Texts on posters: every sign is drawn by a font that has it, and all ink is inside the box."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from core.api.fonts import FontName, covers
from plugins.poster.rules.clusters import bare
from plugins.poster.services.rendering import lettering
from plugins.poster.services.rendering.lettering import Style, ink, placed, price_ink, runs
from plugins.poster.tests.test_fitting import TEXTS

SIZES = st.integers(10, 60)
STYLES = st.builds(
    Style,
    size=SIZES,
    weight=st.sampled_from(["regular", "bold"]),
    align=st.sampled_from(["left", "center", "right"]),
    max_lines=st.integers(1, 3),
    strike=st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.sampled_from(["regular", "bold"]))
def test_every_sign_is_drawn_by_a_font_that_has_it(text, weight):
    for run in runs(text, weight):
        signs = bare(run.text)
        assert [each for each in signs if not covers(run.font, each)] == []


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(1, 400), st.integers(10, 200), STYLES)
def test_all_ink_is_inside_the_box(text, width, height, style):
    edge = 100
    canvas = Image.new("L", (width + 2 * edge, height + 2 * edge), 0)
    draw = ImageDraw.Draw(canvas)
    size, lines = placed(text, width, height, style)
    for line in lines:
        left, baseline = edge + line.left, edge + line.baseline
        lettering.write(draw, left, baseline, line.text, size, style.weight)
    box = canvas.getbbox()
    if box is not None:
        slack = 2 + size * 0.06  # whole pixels at small sizes; marks piled up on capitals
        assert box[0] >= edge - slack
        assert box[1] >= edge - slack
        assert box[2] <= edge + width + slack
        assert box[3] <= edge + height + slack


@pytest.mark.parametrize("text", ["山岚·青瓷侧把壶", "Ågrjpqy {|}", "🎉👨‍👩‍👧👍🏽🇨🇳", "ẤỆĵ Çg"])
@pytest.mark.parametrize("size", [12, 33, 80])
def test_no_letter_of_an_everyday_text_is_cut_by_its_box(text, size):
    height = round(size * lettering.LEADING)
    whole = ink(text, 2000, height, Style(size))
    _, (line,) = placed(text, 2000, height, Style(size))
    free = Image.new("L", (2000, height + 200), 0)
    lettering.write(ImageDraw.Draw(free), line.left, line.baseline + 100, text, size, "regular")
    _, top, right, bottom = free.getbbox()
    assert top >= 99
    assert bottom <= 101 + height
    assert whole.getbbox()[2] == right < 2000


@pytest.mark.parametrize(
    ("text", "weight", "expected"),
    [
        ("海报 AB", "bold", [(FontName.BOLD, "海报 AB")]),
        ("海龘", "bold", [(FontName.BOLD, "海"), (FontName.REGULAR, "龘")]),
        ("夏🎉", "regular", [(FontName.REGULAR, "夏"), (FontName.EMOJI, "🎉")]),
        ("❤️", "regular", [(FontName.EMOJI, "❤️")]),
        ("3⭐", "regular", [(FontName.REGULAR, "3"), (FontName.EMOJI, "⭐")]),
        ("𝓐𝓵𝓮𝔁", "regular", [(FontName.REGULAR, "Alex")]),
        ("Šš", "regular", [(FontName.REGULAR, "Ss")]),
        ("محمد", "bold", [(FontName.BOLD, "＊＊＊＊")]),
        ("\U0010fff0", "regular", [(FontName.REGULAR, "＊")]),
    ],
)
def test_signs_fall_back_to_other_fonts_and_plainer_forms(text, weight, expected):
    assert [(run.font, run.text) for run in runs(text, weight)] == expected


def test_a_price_is_shrunk_and_never_cut():
    wide = price_ink("¥1,234,567.50", 400, 80, Style(60, "bold")).getbbox()
    narrow = price_ink("¥1,234,567.50", 120, 80, Style(60, "bold")).getbbox()
    assert narrow[2] <= 120
    ratio = (wide[2] - wide[0]) / (wide[3] - wide[1])
    assert (narrow[2] - narrow[0]) / (narrow[3] - narrow[1]) == pytest.approx(ratio, rel=0.25)


def test_a_struck_price_has_a_line_from_end_to_end():
    plain = ink("¥328", 200, 40, Style(28))
    struck = ink("¥328", 200, 40, Style(28, strike=True))
    left, _, right, _ = plain.getbbox()
    row = next(
        y for y in range(40) if all(struck.getpixel((x, y)) == 255 for x in range(left, right))
    )
    assert 10 < row < 30
    assert not all(plain.getpixel((x, row)) == 255 for x in range(left, right))
