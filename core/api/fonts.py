"""Fonts for pictures that a plugin draws: Chinese and Latin in two weights, emoji of one colour."""

from core.media.fonts import FontName, covers, font_file

__all__ = ["FontName", "covers", "font_file"]
