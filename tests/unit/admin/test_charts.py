from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.charts import Series, area_chart, nice_ceiling, short_number, sparkline


@given(st.floats(0, 1e12))
def test_the_axis_ends_at_a_round_number_above_every_value(value):
    top = nice_ceiling(value)
    assert top >= value
    assert top <= max(4, value * 2.01)


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (950, "950"), (1500, "1.5k"), (16_000, "16k"), (2_000_000, "2M")]
)
def test_numbers_on_axes_are_short(value, text):
    assert short_number(value) == text


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), max_size=90),
    st.text(max_size=20),
)
def test_any_figures_make_a_sound_drawing_with_the_same_figures_as_a_table(pairs, title):
    title = "".join(c for c in title if c.isprintable() and ord(c) < 0xD800)
    series = [Series("<A>", [a for a, _ in pairs]), Series("B", [b for _, b in pairs])]
    labels = [f"{n}&" for n in range(len(pairs))]
    markup = area_chart(labels, series, title=title, label_heading="Day")
    tree = ET.fromstring(f"<div>{markup}</div>")  # noqa: S314 (our own markup)
    rows = tree.findall("./div[@class='sr']/table/tbody/tr")
    assert [int(cell.text) for row in rows for cell in row.findall("td")] == [
        value for pair in pairs for value in pair
    ]
    assert "style=" not in markup


def test_a_flat_line_has_no_sparkline_and_a_curve_stays_on_the_paper():
    assert sparkline([0, 0, 0]) == ""
    assert sparkline([5]) == ""
    assert 'class="spark series-3"' in sparkline([1, 5, 2], series=3)
