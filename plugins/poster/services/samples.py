"""People and goods to try a design with: the usual ones, and those that break designs."""

import json
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.catalog import list_products
from core.api.values import dataclass
from plugins.poster.rules import Purpose
from plugins.poster.rules.words import Words, price_text
from plugins.poster.services.starters import picture_id

PORTRAIT = picture_id("portrait.webp")
GOODS = picture_id("goods.webp")
CODE = "k7m2q9"
_WORDS = Path(__file__).parent / "starters" / "samples" / "words.json"


class SampleKey(StrEnum):
    """What a sample is for."""

    PLAIN = "plain"
    LONG = "long"
    EMOJI = "emoji"
    MISSING = "missing"
    CHEAP = "cheap"
    DEAR = "dear"


_PRODUCT_ONLY = frozenset({SampleKey.CHEAP, SampleKey.DEAR})


@dataclass(frozen=True)
class Sample:
    """One member and one product. Picture ids are of the store or lie beside the starters."""

    words: Words
    product_media_id: UUID | None = GOODS
    avatar_media_id: UUID | None = PORTRAIT


def sample_keys(purpose: Purpose) -> tuple[SampleKey, ...]:
    """What is worth trying for a purpose; prices only where there are any."""
    return tuple(key for key in SampleKey if purpose is Purpose.PRODUCT or key not in _PRODUCT_ONLY)


def key_named(text: str) -> SampleKey:
    """A sample by its name; anything odd is the usual one."""
    return SampleKey(text) if text in set(SampleKey) else SampleKey.PLAIN


def usual(session: Session, shop: str, locale: str) -> Sample:
    """A member with the first product of the store that has a picture, else with our teapot.

    At most one statement.
    """
    words = Words(**_words(_language(locale))[SampleKey.PLAIN], shop=shop, code=CODE)
    cards = list_products(session, per_page=8, total=8).items
    card = next((each for each in cards if each.cover is not None), None)
    if card is None or card.cover is None:
        return Sample(words)
    was = card.market_price_fen
    words = replace(
        words,
        title=card.title,
        price=price_text(card.price_fen),
        was_price=price_text(was) if was is not None and was > card.price_fen else "",
    )
    return Sample(words, card.cover.id)


def varied(sample: Sample, key: SampleKey, locale: str) -> Sample:
    """The usual sample, changed into what breaks designs."""
    language, words = _language(locale), sample.words
    if key is SampleKey.MISSING:
        return replace(
            sample,
            words=replace(words, was_price=""),
            avatar_media_id=None,
            product_media_id=None,
        )
    if key is SampleKey.CHEAP:
        return replace(sample, words=replace(words, price=price_text(100), was_price=""))
    if key is SampleKey.DEAR:
        dear = replace(words, price=price_text(9_999_999), was_price=price_text(12_999_999))
        return replace(sample, words=dear)
    if key in {SampleKey.LONG, SampleKey.EMOJI}:
        return replace(sample, words=replace(words, **_words(language)[key]))
    return sample


@lru_cache(maxsize=2)
def _words(language: str) -> dict[str, dict[str, str]]:
    """What samples say, by sample, in a language."""
    found: dict[str, dict[str, dict[str, str]]] = json.loads(_WORDS.read_text("utf-8"))
    return found[language]


def _language(locale: str) -> str:
    return "en" if locale.startswith("en") else "zh"
