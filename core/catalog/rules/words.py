"""How a text is cut into search terms, the same way when it is stored and when it is asked for.

Latin and other alphabets are cut into words and found by their beginning. Chinese and Japanese have
no spaces: every character and every pair of neighbours is a term, and a longer run is looked for as
all its pairs. Several words must all be found.
"""

import re
import unicodedata
from collections.abc import Iterable

from core.kernel.values import dataclass

MOST_WORDS = 8
"""Words of one search; later ones are ignored."""

MOST_QUERY = 80
"""Characters of one search; the rest is ignored."""

TERM_LENGTH = 32
"""Longest term stored, in characters."""

_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
_RUN = re.compile(rf"[{_IDEOGRAPHS}]+|[^\W_{_IDEOGRAPHS}]+")
_IDEOGRAPH = re.compile(rf"[{_IDEOGRAPHS}]")


@dataclass(frozen=True)
class Word:
    """One run of a search: ideographs (``is_ideographic``) or a word of an alphabet."""

    text: str
    is_ideographic: bool

    @property
    def terms(self) -> tuple[str, ...]:
        """Terms that must all be there: pairs of ideographs, or the word as a beginning."""
        if not self.is_ideographic or len(self.text) == 1:
            return (self.text[:TERM_LENGTH],)
        return tuple(dict.fromkeys(_pairs(self.text)))


def normalised(text: str) -> str:
    """Text as it is compared: half-width, without case, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def query_words(query: str) -> tuple[Word, ...]:
    """The words of a search, each once, in the order typed."""
    runs = dict.fromkeys(_RUN.findall(normalised(query[:MOST_QUERY])))
    words = [Word(run, bool(_IDEOGRAPH.match(run))) for run in runs]
    return tuple(words[:MOST_WORDS])


def index_terms(texts: Iterable[str]) -> set[str]:
    """Every term under which a product with these texts is found."""
    terms: set[str] = set()
    for text in texts:
        for run in _RUN.findall(normalised(text)):
            if _IDEOGRAPH.match(run):
                terms.update(run)
                terms.update(_pairs(run))
            else:
                terms.add(run[:TERM_LENGTH])
    return terms


def search_text(texts: Iterable[str]) -> str:
    """The texts as one, normalised, in which longer runs of ideographs are looked up whole."""
    return "\n".join(filter(None, map(normalised, texts)))


def _pairs(run: str) -> list[str]:
    return [run[index : index + 2] for index in range(len(run) - 1)]
