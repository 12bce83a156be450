"""Where lines end: examples that a typesetter would ask for, and laws that hold for every text."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.poster.rules.clusters import clean, clusters
from plugins.poster.rules.fitting import ELLIPSIS, NO_END, NO_START, fit, segments, shorten


def width_of(text: str) -> float:
    """As in a terminal: Chinese and emoji are two wide, marks none, everything else one."""
    total = 0
    for cluster in clusters(text):
        first = cluster[0]
        is_wide = unicodedata.east_asian_width(first) in "WF" or ord(first) > 0x1F000
        total += 2 if is_wide else 1
    return total


def lines(text, width, most=9):
    return list(fit(text, width, most, width_of).lines)


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("山岚青瓷侧把壶", 8, ["山岚青瓷", "侧把壶"]),
        ("秋季新窑，首发八折", 8, ["秋季新", "窑，首发", "八折"]),
        ("他说“好茶”", 6, ["他说", "“好茶”"]),
        ("pour over kettle", 9, ["pour over", "kettle"]),
        ("容量 320 ml 起", 8, ["容量", "320 ml", "起"]),
        ("容量320ml起", 6, ["容量", "320ml", "起"]),
        ("满100件送", 6, ["满", "100件", "送"]),
        ("到手¥268", 6, ["到手", "¥268"]),
        ("well-known tea", 6, ["well-", "known", "tea"]),
        ("a supercalifragilistic b", 8, ["a", "supercal", "ifragili", "stic b"]),
        ("第一行\n第二行", 20, ["第一行", "第二行"]),
        ("👨‍👩‍👧👍🏽🇨🇳", 4, ["👨‍👩‍👧👍🏽", "🇨🇳"]),
        ("", 10, []),
        (" \u200b\u3164 ", 10, []),
    ],
)
def test_lines_end_where_a_typesetter_ends_them(text, width, expected):
    assert lines(text, width) == expected


@pytest.mark.parametrize(
    ("text", "width", "most", "expected"),
    [
        ("山岚青瓷侧把壶", 8, 1, ["山岚青…"]),
        ("山岚青瓷侧把壶", 8, 2, ["山岚青瓷", "侧把壶"]),
        ("秋季新窑，首发八折", 9, 1, ["秋季新窑…"]),
        ("one two three four", 9, 2, ["one two", "three..."]),
        ("茶 tea、and more", 10, 1, ["茶 tea..."]),
        ("第一行\n第二行", 20, 1, ["第一行…"]),
        ("山", 1, 1, ["…"]),
        ("山", 0, 1, []),
    ],
)
def test_what_does_not_fit_ends_in_an_ellipsis(text, width, most, expected):
    found = fit(text, width, most, width_of)
    assert list(found.lines) == expected
    assert found.is_cut == (expected == [] or expected[-1].endswith((ELLIPSIS, "...")))


@pytest.mark.parametrize(
    ("name", "width", "expected"),
    [
        ("林知夏", 20, "林知夏 推荐"),
        ("慢慢喝茶的林小姐", 14, "慢慢喝茶… 推荐"),
        ("Alexandra", 13, "Alexa... 推荐"),
        ("林知夏", 6, "林知夏 推荐"),
        ("", 20, " 推荐"),
    ],
)
def test_a_long_name_makes_room_for_what_stands_around_it(name, width, expected):
    assert shorten(name, width, width_of, lambda each: f"{each} 推荐") == expected


def test_a_name_cannot_turn_the_direction_of_reading():
    assert clean("\u202emoc.live\u202c 林\u0000知夏\u2066") == "moc.live 林知夏"


CHINESE = st.text("山岚青瓷侧把壶，。！“”（）《》、龘", max_size=40)
LATIN = st.text("abcXYZ éß-/.,!?() 0123456789¥$%", max_size=40)
EMOJI = st.lists(
    st.sampled_from(["🎉", "👨‍👩‍👧‍👦", "👍🏽", "🇨🇳", "❤️", "1️⃣", "🏴\U000e0067\U000e0062\U000e007f"])
).map("".join)
COMBINING = st.text("ae\u0301\u0300\u20dd\u0323n\u0303", max_size=30)
TURNED = st.text("שלום مرحبا\u202e\u202c\u200f", max_size=30)
UNITS = st.sampled_from(["320ml", "320 ml", "5 kg", "12件", "¥ 99", "100%", "20 ℃"])
ANY = st.text(max_size=60)
TEXTS = st.lists(st.one_of(CHINESE, LATIN, EMOJI, COMBINING, TURNED, UNITS, ANY), max_size=6).map(
    "".join
)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(0, 60), st.integers(1, 6))
def test_no_line_is_wider_than_the_box_and_none_too_many(text, width, most):
    found = fit(text, width, most, width_of)
    assert len(found.lines) <= most
    assert all(width_of(line) <= width for line in found.lines)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(2, 60))
def test_nothing_is_lost_and_nothing_torn(text, width):
    found = fit(text, width, 2000, width_of)
    signs = [each for each in clusters(clean(text)) if each not in {" ", "\n"}]
    shown = [each for line in found.lines for each in clusters(line) if each != " "]
    assert shown == signs
    assert not found.is_cut


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(1, 40), st.integers(1, 4))
def test_what_is_cut_is_a_beginning_with_an_ellipsis(text, width, most):
    found = fit(text, width, most, width_of)
    shown = "".join(found.lines).replace(" ", "")
    whole = clean(text).replace(" ", "").replace("\n", "")
    if found.is_cut:
        kept = shown.removesuffix("...") if shown.endswith("...") else shown.removesuffix(ELLIPSIS)
        assert whole.startswith(kept)
    else:
        assert shown == whole


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(6, 60))
def test_no_line_begins_with_a_closing_or_ends_with_an_opening_sign(text, width):
    """Unless what belongs together is wider than a line."""
    if any(width_of(each.rstrip()) > width for each in segments(clean(text).replace("\n", " "))):
        return
    found = lines(clean(text).replace("\n", " "), width, 2000)
    assert not any(line[0] in NO_START for line in found[1:])
    assert not any(line[-1] in NO_END for line in found[:-1])


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)
