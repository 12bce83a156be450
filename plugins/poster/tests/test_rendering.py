"""Posters as pictures: their codes can be read, nothing missing or broken stops them."""

import io
import socket
from dataclasses import replace

import pytest
import zxingcpp
from PIL import Image, ImageChops

from core.api.errors import InvariantError
from plugins.poster.rules import Box, Font, Kind, Layer, Layout
from plugins.poster.rules.checking import MIN_QR_PERCENT
from plugins.poster.services.rendering import paint, render
from plugins.poster.services.rendering.codes import paint_code, version_for
from plugins.poster.services.rendering.pictures import covering, rounded
from plugins.poster.tests.sheets import (
    AVATAR,
    LAYOUT,
    LOGO,
    PRODUCT,
    TARGET,
    Shelf,
    full_shelf,
    noise,
    picture,
    sheet,
)


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Rendering that opened a connection would fail here."""

    def refuse(*_args, **_kwargs):
        raise AssertionError("a poster asked somebody outside")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def read(image, share=1.0):
    small = image.resize((round(image.width * share), round(image.height * share)))
    return [found.text for found in zxingcpp.read_barcodes(small.convert("L"))]


def differs(one, other, box):
    """Whether two pictures differ within a layer's box."""
    place = (box.x, box.y, box.x + box.width, box.y + box.height)
    return ImageChops.difference(one.crop(place), other.crop(place)).getbbox() is not None


def box_of(name):
    return next(layer.box for layer in LAYOUT.layers if layer.name == name)


@pytest.mark.parametrize("width", [0, 1242])
def test_the_code_of_a_poster_is_read_at_full_and_at_two_fifths_of_its_size(width):
    made = render(sheet(width=width), full_shelf().load)
    image = Image.open(io.BytesIO(made.data))
    assert (image.format, image.size) == ("JPEG", (made.width, made.height))
    assert read(image) == [TARGET]
    assert read(image, 0.4) == [TARGET]


@pytest.mark.parametrize("length", [19, 32, 46, 62])
@pytest.mark.parametrize(("wide", "high"), [(750, 1334), (1080, 1080), (1242, 2208)])
def test_the_smallest_code_that_a_layout_may_have_is_read_too(length, wide, high):
    target = f"https://{'s' * (length - 16)}.cn/q/aB"
    side = -(-wide * MIN_QR_PERCENT // 100)
    layout = Layout(wide, high, "#C4341B", layers=(Layer("码", Kind.QR, Box(7, 7, side, side)),))
    made = render(sheet(layout, target=target), Shelf().load)
    image = Image.open(io.BytesIO(made.data))
    assert len(target) == length
    assert read(image) == [target]
    assert read(image, 0.4) == [target]


def test_a_target_that_no_phone_could_read_is_our_own_fault():
    assert version_for(213)[0] == 10
    with pytest.raises(InvariantError):
        paint_code("x" * 214, 400, 400, "#000000")


def test_missing_and_broken_pictures_are_replaced():
    whole = paint(sheet(), full_shelf().load)
    broken = Shelf({PRODUCT: b"\xff\xd8\xffbroken", LOGO: picture()[:400], AVATAR: b"<svg/>"})
    for shelf in (Shelf(), broken):
        made = paint(sheet(), shelf.load)
        assert made.size == whole.size
        assert differs(made, whole, box_of("图"))
        assert differs(made, whole, box_of("头像"))
        assert not differs(made, whole, box_of("标题"))
        assert read(made) == [TARGET]


def test_a_missing_portrait_shows_the_first_sign_of_the_name():
    one, other = (paint(sheet(nickname=name), Shelf().load) for name in ("林知夏", "王知夏"))
    assert differs(one, other, box_of("头像"))
    paint(sheet(nickname=""), Shelf().load)  # and a name that is empty is no fault


def test_what_members_share_is_painted_once():
    shelf = full_shelf()
    one = paint(sheet(key="once", nickname="甲"), shelf.load)
    other = paint(sheet(key="once", nickname="乙"), shelf.load)
    assert shelf.asked.count(PRODUCT) == 1
    assert shelf.asked.count(AVATAR) == 2
    assert differs(one, other, box_of("名"))
    assert not differs(one, other, box_of("图"))


def test_a_ground_without_its_picture_is_not_kept():
    paint(sheet(key="late"), Shelf().load)
    shelf = full_shelf()
    late = paint(sheet(key="late"), shelf.load)
    assert PRODUCT in shelf.asked
    assert not differs(late, paint(sheet(), shelf.load), box_of("图"))


def test_another_price_makes_another_poster_and_no_former_price_shows_no_line():
    shelf = full_shelf()
    made = [
        paint(sheet(key="price", **words), shelf.load)
        for words in ({}, {"price": "¥258"}, {"was_price": ""})
    ]
    assert differs(made[0], made[1], box_of("价"))
    assert differs(made[0], made[2], box_of("原价"))
    blank = made[2].crop((316, 975, 456, 1019))
    assert len(blank.getcolors(10_000)) == 1


def test_layers_are_painted_in_their_order_whoever_they_belong_to():
    over = Layer("盖", Kind.SHAPE, Box(100, 1140, 60, 96), colour="#112233")
    made = paint(sheet(replace(LAYOUT, layers=(*LAYOUT.layers, over))), full_shelf().load)
    assert made.getpixel((120, 1188)) == (0x11, 0x22, 0x33)


def test_a_draft_with_boxes_outside_the_poster_is_painted_all_the_same():
    layers = (
        Layer("左", Kind.SHAPE, Box(-50, -50, 100, 100), colour="#112233"),
        Layer("外", Kind.TEXT, Box(900, 10, 100, 40), text="外"),
        Layer("小", Kind.TEXT, Box(10, 200, 3, 3), text="小", font=Font(40)),
        Layer("大", Kind.IMAGE, Box(-1000, 300, 3000, 3000)),
    )
    made = paint(sheet(Layout(400, 400, layers=layers)), full_shelf().load)
    assert made.getpixel((10, 10)) == (0x11, 0x22, 0x33)
    assert made.size == (400, 400)


def test_a_file_is_small_even_when_its_picture_cannot_be():
    shelf = full_shelf() | {PRODUCT: noise()}
    loud = render(sheet(), Shelf(shelf).load)
    assert len(loud.data) <= 250_125
    assert loud.quality < 85
    assert render(sheet(), full_shelf().load).quality == 85


def test_corners_are_smooth():
    mask = rounded(96, 96, 48)
    shades = {value for _, value in mask.getcolors()}
    assert {0, 255} < shades
    assert len(shades) > 6
    assert mask.getpixel((0, 0)) == 0
    assert mask.getpixel((48, 48)) == 255


@pytest.mark.parametrize("name", ["Alexandra Wilhelmina", "慢慢喝茶的林小姐和她的猫"])
def test_the_words_around_a_long_name_are_painted_whole(name):
    """The last sign of “推荐” ends where it ends after a short name, wherever that is."""
    box = Box(10, 10, 300, 48)
    layer = Layer("名", Kind.NICKNAME, box, text="{} 推荐", font=Font(32, "bold", align="right"))
    short, long = (
        paint(sheet(Layout(400, 300, layers=(layer,)), nickname=each), Shelf().load)
        for each in ("林", name)
    )
    assert not differs(short, long, Box(310 - 64, 10, 64, 48))


def test_a_picture_fills_a_box_of_any_size_and_never_looks_beyond_its_edge():
    for width, height in ((750, 1334), (640, 1138), (320, 569)):
        source = Image.new("L", (width, height))
        for side in range(3, 160):
            for box in ((side, side * 16 // 9), (side * 2, side), (side, side * 3)):
                assert covering(source, *box).size == box
