"""A layout with every kind of layer, and sheets made of it."""

import io
from dataclasses import replace
from uuid import UUID

from PIL import Image

from plugins.poster.rules import Box, Font, Kind, Layer, Layout
from plugins.poster.rules.words import Words
from plugins.poster.services.rendering import Sheet

PRODUCT, AVATAR, LOGO = UUID(int=1), UUID(int=2), UUID(int=3)
TARGET = "https://shop.example.com/q/AbCdEf23"
WORDS = Words("林知夏🎉", "山岚 · 青瓷侧把壶", "¥268", "¥328", "山屿集", "AbCdEf23")

LAYOUT = Layout(
    750,
    1334,
    "#FBFAF6",
    layers=(
        Layer("图", Kind.IMAGE, Box(0, 0, 750, 780)),
        Layer("店", Kind.TEXT, Box(48, 44, 400, 48), text="{shop}", font=Font(34, "bold")),
        Layer("标志", Kind.IMAGE, Box(640, 40, 70, 70), media_id=LOGO, fit="contain"),
        Layer("底", Kind.SHAPE, Box(24, 800, 702, 510), colour="#FFFFFF", radius=28, opacity=80),
        Layer("标题", Kind.TITLE, Box(48, 820, 640, 120), font=Font(42, "bold", max_lines=2)),
        Layer("价", Kind.PRICE, Box(48, 950, 260, 84), font=Font(64, "bold", "#C4341B")),
        Layer("原价", Kind.WAS_PRICE, Box(316, 975, 140, 44), font=Font(28, strike=True)),
        Layer("头像", Kind.AVATAR, Box(48, 1140, 96, 96), radius=48),
        Layer("名", Kind.NICKNAME, Box(160, 1140, 300, 48), text="{} 推荐", font=Font(32, "bold")),
        Layer("码", Kind.QR, Box(480, 1000, 220, 220), colour="#14352B"),
        Layer("提示", Kind.TEXT, Box(480, 1224, 220, 34), text="口令 {code}", font=Font(22)),
        Layer("藏", Kind.SHAPE, Box(0, 0, 750, 1334), colour="#FF0000", is_hidden=True),
    ),
)


def picture(width=800, height=800, colour="#7AA08E", kind="JPEG"):
    """A stored picture's file."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, kind)
    return file.getvalue()


def noise(width=1080, height=1080):
    """A picture that no JPEG makes small."""
    file = io.BytesIO()
    Image.effect_noise((width, height), 90).convert("RGB").save(file, "PNG")
    return file.getvalue()


class Shelf(dict[UUID, bytes]):
    """Stored pictures; ``asked`` is what was read from it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.asked = []

    def load(self, media_id, width):
        self.asked.append(media_id)
        return self.get(media_id)


def full_shelf():
    return Shelf({PRODUCT: picture(), AVATAR: picture(300, 300, "#334455"), LOGO: picture(200, 90)})


def sheet(layout=LAYOUT, key="", *, nickname=None, target=TARGET, width=0, **words):
    """A sheet; ``words`` replaces some of them."""
    if nickname is not None:
        words["nickname"] = nickname
    return Sheet(layout, key, replace(WORDS, **words), target, PRODUCT, AVATAR, width)
