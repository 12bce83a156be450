"""What a product, its SKUs and a category may hold; every fault names its field."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from core.catalog.rules.markup import clean_description
from core.catalog.types import CategoryDraft, ProductDraft, SkuDraft
from core.kernel.errors import InvalidInput
from core.kernel.ids import new_code
from core.kernel.states import StateMachine
from core.kernel.text import slugify, squeeze

MOST_PRICE_FEN = 10**10
"""A hundred million yuan: dear enough, and times any quantity still fits a 64-bit column."""

MOST_NUMBER = 1_000_000_000
MOST_SKUS = 200
MOST_OPTIONS = 3
MOST_ATTRIBUTES = 40
MOST_PICTURES = 20
MOST_DESCRIPTION = 60_000
DEEPEST_SHELF = 3


class ProductState(StrEnum):
    """Where a product stands: being made, sold, taken off the shelf."""

    DRAFT = "draft"
    ON_SALE = "on_sale"
    OFF_SALE = "off_sale"


PRODUCT_STATES: StateMachine[ProductState] = StateMachine(
    "product",
    {
        ProductState.DRAFT: frozenset({ProductState.ON_SALE}),
        ProductState.ON_SALE: frozenset({ProductState.OFF_SALE}),
        ProductState.OFF_SALE: frozenset({ProductState.ON_SALE}),
    },
)


def checked_product(draft: ProductDraft) -> ProductDraft:
    """The draft with texts squeezed, description made safe and slug in its final form.

    Raises:
        InvalidInput: a text is missing or too long, or a number is out of range.
    """
    return replace(
        draft,
        title=_text(draft.title, "title", 160, needed=True),
        subtitle=_text(draft.subtitle, "subtitle", 200),
        description=clean_description(_whole(draft.description, "description", MOST_DESCRIPTION)),
        slug=slug_of(draft.slug or draft.title),
        attributes=_attributes(draft.attributes),
        market_price_fen=_price(draft.market_price_fen, "market_price", is_optional=True),
        per_member_limit=_limit(draft.per_member_limit),
        position=_number(draft.position, "position", least=-MOST_NUMBER),
        source_key=draft.source_key[:80] if draft.source_key else None,
    )


def checked_skus(drafts: Sequence[SkuDraft]) -> list[SkuDraft]:
    """The SKUs of one product, squeezed, with a code each.

    Raises:
        InvalidInput: none or too many, a repeated code or choice, different options, a bad number.
    """
    if not drafts:
        raise InvalidInput("catalog.no_sku", "A product needs at least one SKU.", field="skus")
    if len(drafts) > MOST_SKUS:
        raise InvalidInput(
            "catalog.many_skus",
            "A product takes at most %(limit)s SKUs.",
            limit=MOST_SKUS,
            field="skus",
        )
    checked = [_checked_sku(draft) for draft in drafts]
    _refuse_repeats(checked)
    return checked


def checked_category(draft: CategoryDraft) -> CategoryDraft:
    """The category with texts squeezed and slug in its final form.

    Raises:
        InvalidInput: the name is missing or a text is too long.
    """
    return replace(
        draft,
        name=_text(draft.name, "name", 80, needed=True),
        name_en=_text(draft.name_en, "name_en", 80),
        slug=slug_of(draft.slug or draft.name_en or draft.name, longest=80),
    )


def slug_of(text: str, longest: int = 100) -> str:
    """The part of an address that stands for a text.

    A random code stands for what ASCII words cannot say: at the end of a text that is partly
    Chinese, say, and alone for one that is wholly so.
    """
    words = slugify(text)[: longest - 9].strip("-")
    is_whole = bool(words) and all(c.isascii() or not c.isalpha() for c in text)
    return words if is_whole else f"{words}-{new_code(8).lower()}".lstrip("-")


def _checked_sku(draft: SkuDraft) -> SkuDraft:
    return replace(
        draft,
        code=_text(draft.code, "code", 64) or new_code(10),
        options=_options(draft.options),
        price_fen=_price(draft.price_fen, "price") or 0,
        cost_fen=_price(draft.cost_fen, "cost", least=0) or 0,
        market_price_fen=_price(draft.market_price_fen, "market_price", is_optional=True),
        weight_g=_number(draft.weight_g, "weight"),
        low_at=_number(draft.low_at, "low_at"),
    )


def _refuse_repeats(skus: Sequence[SkuDraft]) -> None:
    if len({sku.code for sku in skus}) < len(skus):
        raise InvalidInput("catalog.code_twice", "Two SKUs have the same code.", field="skus")
    if len({tuple(sku.options) for sku in skus if sku.is_active}) > 1:
        raise InvalidInput(
            "catalog.options_differ", "All SKUs of a product need the same options.", field="skus"
        )
    active = [tuple(sku.options.values()) for sku in skus if sku.is_active]
    if len(set(active)) < len(active):
        raise InvalidInput("catalog.choice_twice", "Two SKUs are the same choice.", field="skus")


def _text(text: str, field: str, longest: int, *, needed: bool = False) -> str:
    squeezed = squeeze(text)
    if needed and not squeezed:
        raise InvalidInput("catalog.needed", "This field is needed.", field=field)
    return _whole(squeezed, field, longest)


def _whole(text: str, field: str, longest: int) -> str:
    if len(text) > longest:
        raise InvalidInput(
            "catalog.too_long", "At most %(limit)s characters.", limit=longest, field=field
        )
    return text


def _price(fen: int | None, field: str, *, least: int = 1, is_optional: bool = False) -> int | None:
    if fen is None and is_optional:
        return None
    if fen is None or fen < least:
        raise InvalidInput("catalog.price", "The price must be above 0.", field=field)
    if fen > MOST_PRICE_FEN:
        raise InvalidInput(
            "catalog.price_limit",
            "The price can be at most %(most_fen)s.",
            most_fen=MOST_PRICE_FEN,
            field=field,
        )
    return fen


def _number(value: int, field: str, *, least: int = 0) -> int:
    if not least <= value <= MOST_NUMBER:
        raise InvalidInput("catalog.number", "The number is out of range.", field=field)
    return value


def _limit(limit: int | None) -> int | None:
    if limit is not None and not 1 <= limit <= 1_000_000:
        raise InvalidInput(
            "catalog.limit", "The limit per member must be at least 1.", field="per_member_limit"
        )
    return limit


def _attributes(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    kept = [
        (_text(name, "attributes", 40), _text(value, "attributes", 200)) for name, value in pairs
    ]
    kept = [pair for pair in kept if all(pair)]
    if len(kept) > MOST_ATTRIBUTES:
        raise InvalidInput(
            "catalog.many_attributes",
            "A product takes at most %(limit)s attributes.",
            limit=MOST_ATTRIBUTES,
            field="attributes",
        )
    return tuple(kept)


def _options(options: Mapping[str, str]) -> dict[str, str]:
    kept = {
        _text(name, "options", 40, needed=True): _text(value, "options", 60, needed=True)
        for name, value in options.items()
    }
    if len(kept) > MOST_OPTIONS:
        raise InvalidInput(
            "catalog.many_options",
            "A SKU takes at most %(limit)s options.",
            limit=MOST_OPTIONS,
            field="options",
        )
    return kept
