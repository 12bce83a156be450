"""Search as conditions on products: which match, and how well."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.catalog.models import Product, ProductTerm
from core.catalog.rules.words import Word

_AFTER = "\U0010ffff"


def shape_of(words: Sequence[Word]) -> tuple[tuple[bool, int], ...]:
    """What the statement of a search depends on; searches of one shape share a statement."""
    return tuple((word.is_ideographic, len(word.terms)) for word in words)


def search_values(words: Sequence[Word]) -> dict[str, str]:
    """Values for the places of a search's statement."""
    values: dict[str, str] = {}
    for index, word in enumerate(words):
        values[f"word_{index}"] = word.text
        for number, term in enumerate(word.terms):
            values[f"term_{index}_{number}"] = term
            values[f"term_{index}_{number}_end"] = term + _AFTER
    return values


def matches(shape: Sequence[tuple[bool, int]]) -> list[sa.ColumnElement[bool]]:
    """Conditions that all words are found: an index look-up a term, then longer runs as a whole."""
    conditions: list[sa.ColumnElement[bool]] = []
    for index, (is_ideographic, count) in enumerate(shape):
        names = [f"term_{index}_{number}" for number in range(count)]
        conditions += [_has_term(name, is_prefix=not is_ideographic) for name in names]
        if is_ideographic and count > 1:
            conditions.append(_contains(Product.search_text, index))
    return conditions


def title_hits(shape: Sequence[tuple[bool, int]]) -> sa.ColumnElement[int]:
    """How many of the words stand in the title."""
    title = sa.func.lower(Product.title)
    hits = [sa.case((_contains(title, index), 1), else_=0) for index in range(len(shape))]
    total: sa.ColumnElement[int] = hits[0]
    for hit in hits[1:]:
        total = total + hit
    return total


def _has_term(name: str, *, is_prefix: bool) -> sa.ColumnElement[bool]:
    term = sa.bindparam(name, type_=sa.String())
    wanted = ProductTerm.term == term
    if is_prefix:
        end = sa.bindparam(f"{name}_end", type_=sa.String())
        wanted = ProductTerm.term.between(term, end)
    return Product.id.in_(sa.select(ProductTerm.product_id).where(wanted))


def _contains(text: sa.ColumnElement[str] | Any, index: int) -> sa.ColumnElement[bool]:
    """Whether a text holds a word, taken literally; spelled differently by the two databases."""
    word = sa.bindparam(f"word_{index}", type_=sa.String())
    return text.contains(word, autoescape=False)  # words hold no wildcard characters: see rules
