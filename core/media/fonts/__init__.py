"""Fonts for pictures that the shop draws itself: Chinese and Latin in two weights, emoji.

All are under the SIL Open Font License, which lies beside them. ``tools/fonts.py`` makes the files
again. Which characters a font has is read from a bitmap of a few kilobytes.
"""

import zlib
from enum import StrEnum
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


class FontName(StrEnum):
    """The fonts there are. ``BOLD`` has GB2312 and Latin, ``REGULAR`` nearly all Chinese."""

    REGULAR = "NotoSansSC-Regular"
    BOLD = "NotoSansSC-Bold"
    EMOJI = "NotoEmoji-Regular"  # of one colour


def font_file(name: FontName) -> Path:
    """The TrueType file, for Pillow's ``ImageFont.truetype``."""
    return FOLDER / f"{name}.ttf"


def covers(name: FontName, character: str) -> bool:
    """Whether a font can draw a character."""
    bits, number = _coverage(name), ord(character)
    return number // 8 < len(bits) and bool(bits[number // 8] >> number % 8 & 1)


@cache
def _coverage(name: FontName) -> bytes:
    return zlib.decompress((FOLDER / f"{name}.coverage").read_bytes())
