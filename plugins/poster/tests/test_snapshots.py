"""Three starters as pixels: what they look like does not change unseen.

Both pictures are compared at a third of their size, so a letter that another release of Pillow or
FreeType paints a hair differently passes, and a layer that moved, vanished or changed does not.
``POSTER_SNAPSHOTS=write`` makes the references again; look at them before committing.
"""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from plugins.poster.rules.words import Words
from plugins.poster.services.rendering import Sheet, paint
from plugins.poster.services.starters import bundled, starter_named
from plugins.poster.tests.sheets import AVATAR, PRODUCT, TARGET, full_shelf

FOLDER = Path(__file__).parent / "snapshots"
WORDS = Words("林知夏🎉", "山岚 · 青瓷侧把壶 320 ml 龙泉青釉", "¥268", "¥328", "山屿集", "AbCdEf23")
SHRINK = 3
BLOCK, TOLERANCE = 12, 12


def painted(key, change=lambda layout: layout, **words):
    shelf = full_shelf()
    sheet = Sheet(
        layout=change(starter_named(key, "zh_Hans_CN").shown),
        layout_key="",
        words=replace(WORDS, **words),
        target=TARGET,
        product_media_id=PRODUCT,
        avatar_media_id=AVATAR,
    )
    return paint(sheet, lambda media_id, width: bundled(media_id) or shelf.load(media_id, width))


def difference(picture, reference):
    """The mean difference of the block of 12 pixels that differs most, of 255."""
    apart = ImageChops.difference(picture.reduce(SHRINK), reference.convert("RGB"))
    return max(high for _low, high in apart.reduce(BLOCK).getextrema())


def is_alike(picture, reference):
    """Whether no part of two pictures differs by more than the hair of a letter."""
    return difference(picture, reference) <= TOLERANCE


def reference(key):
    return Image.open(FOLDER / f"{key}.png")


@pytest.mark.parametrize("key", ["product", "invite", "square"])
def test_a_starter_looks_as_it_did(key):
    picture = painted(key)
    if os.environ.get("POSTER_SNAPSHOTS") == "write":
        FOLDER.mkdir(exist_ok=True)
        picture.reduce(SHRINK).save(FOLDER / f"{key}.png", optimize=True)
    assert is_alike(picture, reference(key))


@pytest.mark.parametrize(
    "words",
    [
        {"price": "¥269"},
        {"nickname": "王知夏🎉"},
        {"was_price": ""},
        {"title": "山岚 · 青瓷侧把壶"},
    ],
)
def test_another_word_is_seen(words):
    assert not is_alike(painted("product", **words), reference("product"))


def moved(kind, by):
    def change(layout):
        layers = [
            replace(layer, box=replace(layer.box, x=layer.box.x + by))
            if layer.kind == kind
            else layer
            for layer in layout.layers
        ]
        return replace(layout, layers=tuple(layers))

    return change


@pytest.mark.parametrize("kind", ["qr", "title", "avatar", "nickname"])
def test_a_layer_that_moved_is_seen(kind):
    assert not is_alike(painted("product", moved(kind, 6)), reference("product"))
