"""Texts as people see them: cleaned, and cut into the signs that must not be torn apart."""

import unicodedata
from collections.abc import Sequence

LONGEST = 1000
"""Characters of a text that are looked at; no box holds more."""

JOINER, TEXT_STYLE, EMOJI_STYLE = "\u200d", "\ufe0e", "\ufe0f"
_KEYCAP = "\u20e3"
_MARKS = frozenset({"Mn", "Me", "Mc"})
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters by their class, and empty all the same; nicknames are made of them."""


def clean(text: str) -> str:
    """A text without what cannot be seen; runs of blanks become one, line ends stay.

    Composed (NFC), so that a letter with its accent is one character. Signs that turn the
    direction of reading are dropped: a name must not rearrange what stands beside it.
    """
    kept: list[str] = []
    for each in unicodedata.normalize("NFC", text[:LONGEST]):
        if each in "\n\u2028\u2029\x0b\x0c\x85":
            kept.append("\n")
        elif each.isspace() or each in _BLANKS:
            kept.append(" ")
        elif _is_silent(each) or unicodedata.category(each) not in _UNSEEN:
            kept.append(each)
    lines = (" ".join(line.split()) for line in "".join(kept).split("\n"))
    return "\n".join(lines).strip("\n")


def clusters(text: str) -> Sequence[str]:
    """The signs of a cleaned text: a letter with its marks, an emoji with all that joins it."""
    found: list[str] = []
    for each in text:
        if found and _belongs(found[-1], each):
            found[-1] += each
        else:
            found.append(each)
    return found


def bare(cluster: str) -> str:
    """A cluster without joiners, style selectors and tags."""
    return "".join(each for each in cluster if not _is_silent(each))


def is_mark(character: str) -> bool:
    """Whether a character stands above, below or around the one before it."""
    return unicodedata.category(character) in _MARKS


def is_wide(cluster: str) -> bool:
    """Whether a line may end beside it: Chinese, kana, emoji, full-width forms."""
    first = cluster[0]
    return unicodedata.east_asian_width(first) in "WF" or ord(first) >= 0x1F000 or first in "…—"


def _belongs(cluster: str, character: str) -> bool:
    if cluster in {" ", "\n"} or character in {" ", "\n"}:
        return False
    if _is_silent(character) or character == _KEYCAP:
        return True
    if is_mark(character) or 0x1F3FB <= ord(character) <= 0x1F3FF:  # marks; colours of skin
        return True
    if cluster[-1] == JOINER:
        return ord(character) >= 0x2190
    return _is_flag(character) and len(cluster) == 1 and _is_flag(cluster)


def _is_flag(character: str) -> bool:
    return 0x1F1E6 <= ord(character) <= 0x1F1FF


def _is_silent(character: str) -> bool:
    """Joiners, style selectors, and the tags that make a flag."""
    is_tag = 0xE0020 <= ord(character) <= 0xE007F
    return character in {JOINER, TEXT_STYLE, EMOJI_STYLE} or is_tag
