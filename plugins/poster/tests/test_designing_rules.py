"""What a designer would advise, what differs between two layouts, and the designs themselves."""

from dataclasses import replace
from uuid import UUID

import pytest

from plugins.poster.rules import Box, Font, Kind, Layer, Layout, check_layout
from plugins.poster.rules.advice import advice, contrast, upon_pictures
from plugins.poster.rules.comparing import changes
from plugins.poster.services.starters import bundled, starters

QR = Layer("码", Kind.QR, Box(480, 1000, 220, 220))
TITLE = Layer("标题", Kind.TITLE, Box(40, 800, 600, 120), font=Font(size=40, max_lines=2))
PRICE = Layer("价", Kind.PRICE, Box(40, 950, 400, 90), font=Font(64, "bold", "#C4341B"))
PLATE = Layer("底", Kind.SHAPE, Box(0, 760, 750, 574), colour="#1B1D1A")
FACE = Layer("头像", Kind.AVATAR, Box(300, 810, 96, 96))
PHOTO = Layer("图", Kind.IMAGE, Box(0, 0, 750, 1334))
LAYOUT = Layout(750, 1334, layers=(TITLE, PRICE, QR))


@pytest.mark.parametrize("locale", ["zh_Hans_CN", "en"])
def test_every_design_can_be_published_at_once_and_leaves_nothing_to_advise(locale):
    found = starters(locale)
    assert len(found) >= 4
    assert len({each.name for each in found}) == len(found)
    for each in found:
        check_layout(each.layout, each.purpose)
        assert not list(advice(each.layout))
        if each.picture is not None:
            assert bundled(each.shown.background_media_id) == each.picture.read_bytes()


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ((TITLE, PRICE, QR), []),
        ((replace(TITLE, font=Font(size=12)), QR), ["too small"]),
        ((replace(TITLE, font=Font(size=40, colour="#F2F2F2")), QR), ["hardly be told"]),
        ((PLATE, TITLE, QR), ["hardly be told"]),
        ((replace(PLATE, is_hidden=True), TITLE, QR), []),
        ((PHOTO, replace(TITLE, font=Font(size=40, colour="#F2F2F2")), QR), []),
        ((replace(TITLE, font=Font(size=40, max_lines=4)), QR), ["4 lines and has room for 2"]),
        ((replace(PRICE, box=Box(40, 950, 200, 90)), QR), ["too narrow for high prices"]),
        ((TITLE, replace(PRICE, box=Box(40, 820, 400, 90)), QR), ["lie upon each other"]),
        ((TITLE, FACE, QR), ["lie upon each other"]),
        ((replace(FACE, box=QR.box), QR), ["lie upon each other"]),
    ],
)
def test_a_designer_warns_of_what_can_hardly_be_read(layers, said):
    found = [each.message % each.params for each in advice(replace(LAYOUT, layers=layers))]
    assert len(found) == len(said)
    for sentence, words in zip(found, said, strict=True):
        assert words in sentence


def test_a_text_upon_a_picture_is_judged_by_what_was_seen_there():
    light = replace(TITLE, font=Font(size=40, colour="#F2F2F2", max_lines=2))
    tree = replace(PHOTO, media_id=UUID(int=7))
    for below in (
        replace(LAYOUT, background_media_id=UUID(int=7), layers=(light, QR)),
        replace(LAYOUT, layers=(tree, light, QR)),
    ):
        (place,) = upon_pictures(below)
        assert not list(advice(below))
        assert not list(advice(below, {place: "#203A30"}))
        (said,) = advice(below, {place: "#E8EDE6"})
        assert "hardly be told" in said.message
    assert upon_pictures(replace(LAYOUT, layers=(PHOTO, light, QR))) == ()


def test_contrast_is_what_the_guideline_says():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert contrast("#777777", "#777777") == 1


def test_changes_name_the_layer_and_both_values():
    after = replace(
        LAYOUT,
        background="#EEEEEE",
        layers=(replace(TITLE, box=Box(48, 800, 600, 120), font=Font(44, max_lines=2)), QR, PHOTO),
    )
    found = [(each.layer, each.what, each.before, each.after) for each in changes(LAYOUT, after)]
    assert found == [
        ("", "background", "#FFFFFF", "#EEEEEE"),
        ("图", "added", None, PHOTO),
        ("标题", "place", (40, 800), (48, 800)),
        ("标题", "font_size", 40, 44),
        ("价", "removed", PRICE, None),
    ]
    assert changes(LAYOUT, LAYOUT) == []


def test_an_order_that_changed_is_told_from_the_top_layer_down():
    after = replace(LAYOUT, layers=(QR, TITLE, PRICE))
    (found,) = changes(LAYOUT, after)
    assert (found.what, found.before, found.after) == (
        "order",
        ("码", "价", "标题"),
        ("价", "标题", "码"),
    )
