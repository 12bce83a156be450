"""Whether text can be read on its ground: the contrast that a merchant's colours must keep."""

from collections.abc import Collection, Mapping

from core.kernel.values import dataclass

LEAST = 4.5
PAIRS = (
    ("ink", "bg"),
    ("ink", "surface"),
    ("ink-3", "bg"),
    ("ink-3", "surface"),
    ("price", "bg"),
    ("price", "surface"),
    ("brand-ink", "bg"),
    ("brand-ink", "surface"),
    ("brand-ink", "brand-soft"),
    ("on-brand", "brand"),
    ("on-promo", "promo"),
)
"""Tokens of text and of the ground they stand on."""


@dataclass(frozen=True)
class Faint:
    """Two tokens that cannot be told apart well enough; ``blamed`` is one that was changed."""

    text: str
    ground: str
    blamed: str
    ratio: float


def contrast(one: str, two: str) -> float:
    """Contrast of two colours such as ``#1F5B4A``, from 1 to 21."""
    brighter, darker = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def faint(colours: Mapping[str, str], changed: Collection[str]) -> list[Faint]:
    """Pairs below :data:`LEAST` in which a changed colour takes part.

    Args:
        colours: every colour that pages use, by token.
        changed: tokens that the merchant set; a theme's own colours are the theme's business.
    """
    return [
        Faint(text, ground, text if text in changed else ground, ratio)
        for text, ground in PAIRS
        if text in colours and ground in colours and {text, ground} & set(changed)
        if (ratio := contrast(colours[text], colours[ground])) < LEAST
    ]


def _luminance(colour: str) -> float:
    """Relative luminance.

    Source: WCAG 2.2, "relative luminance".
    """
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
