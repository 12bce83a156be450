"""The fonts that are shipped have what their coverage says, and nothing of it is an empty box."""

import pytest
from PIL import ImageFont

from core.api.fonts import FontName, covers, font_file

GB2312 = "".join(
    bytes([row, cell]).decode("gb2312", "ignore")
    for row in range(0xB0, 0xF8)
    for cell in range(0xA1, 0xFF)
)


@pytest.mark.parametrize("name", [FontName.REGULAR, FontName.BOLD])
def test_every_everyday_chinese_character_is_covered(name):
    assert len(GB2312) == 6763
    assert [each for each in GB2312 if not covers(name, each)] == []


@pytest.mark.parametrize(
    ("name", "characters"),
    [
        (FontName.REGULAR, "龘䶮𬭳㛃镕囍¥￥éßЖひカ①℃…—"),
        (FontName.BOLD, "海报¥￥éß①…—"),
        (FontName.EMOJI, "🎉👍🏽🇨❤🧋"),
    ],
)
def test_what_a_font_covers_it_draws_as_something_of_its_own(name, characters):
    font = ImageFont.truetype(font_file(name), 40)
    missing = bytes(font.getmask("\U0010fffe"))
    for each in characters:
        assert covers(name, each)
        assert bytes(font.getmask(each)) != missing, each


def test_what_a_font_lacks_is_not_covered():
    assert not covers(FontName.BOLD, "龘")
    assert not covers(FontName.REGULAR, "🎉")
    assert not covers(FontName.EMOJI, "海")
    assert not covers(FontName.REGULAR, "\U0010ffff")


def test_each_font_lies_beside_its_licence():
    for family in ("NotoSansSC", "NotoEmoji"):
        licence = font_file(FontName.REGULAR).with_name(f"{family}-OFL.txt").read_text()
        assert "SIL OPEN FONT LICENSE" in licence.upper()
