"""What the cards of a page cost its reader, where that is less than the list price.

The rules load once for all cards of the page, and each is priced by itself, as its product's own
page does it. Guests pay what rules for everybody make of it; where there are none nothing is asked.
"""

from collections.abc import Mapping
from typing import cast
from uuid import UUID

from core.catalog.types import ProductCard
from core.kernel.clock import now
from core.pricing.services import Ready, load_rules
from core.pricing.types import Quote, QuoteLine, QuoteRequest, Stage
from core.web import cache, context
from core.web.here import here


def of(card: ProductCard) -> int | None:
    """What one piece of a card's SKU costs its reader; ``None``: no less than anybody."""
    return of_page().get(card.id)


def of_page() -> Mapping[UUID, int]:
    """The same for all cards of the page that cost less."""
    found = here().get("banyan_own_prices")
    if found is None:
        quote_page(None, {})
        found = here().banyan_own_prices
    return cast("Mapping[UUID, int]", found)


def quote_page(
    asked: QuoteRequest | None, others: Mapping[UUID, QuoteRequest]
) -> tuple[Quote | None, Mapping[UUID, int]]:
    """What a page's own goods cost, and with the same loads what its other SKUs and its cards cost.

    Call it when the cards are noted (``regions.note_cards``) and before they are rendered. Delivery
    depends on the whole bag: the rules of its stage and later ones are left to the bag.

    Args:
        asked: to be quoted.
        others: more baskets by any key.

    Returns:
        The quote, and the goods of those others that cost less than by the list.
    """
    shop, member = context.shop(), context.current_member()
    member_id = member.subject_id if member is not None else None
    found = shop.extensions().rules
    rules = [rule for rule in found if rule.stage < Stage.FREIGHT and rule.is_for(member_id)]
    cards = _asked_of_cards(member_id) if rules else {}
    if cards and member_id is None:
        cache.limit(cache.LIVE_SECONDS)
    first = [asked] if asked is not None else []
    ready = load_rules(context.reader(), [*first, *others.values(), *cards.values()], rules)
    here().banyan_own_prices = _lower(ready, cards)
    return ready.price(asked) if asked is not None else None, _lower(ready, others)


def _lower(ready: Ready, requests: Mapping[UUID, QuoteRequest]) -> Mapping[UUID, int]:
    quotes = {}
    if ready.has_rules:
        quotes = {key: ready.price(request) for key, request in requests.items()}
    return {
        key: quote.goods_fen for key, quote in quotes.items() if quote.goods_fen < quote.list_fen
    }


def _asked_of_cards(member_id: UUID | None) -> Mapping[UUID, QuoteRequest]:
    at = now()
    cards: Mapping[UUID, ProductCard] = here().get("banyan_cards", {})
    return {
        card.id: QuoteRequest((_line(card, card.sku_id),), member_id, at)
        for card in cards.values()
        if card.sku_id is not None
    }


def _line(card: ProductCard, sku_id: UUID) -> QuoteLine:
    return QuoteLine(
        sku_id=sku_id,
        product_id=card.id,
        category_id=card.category_id,
        quantity=1,
        unit_price_fen=card.sku_price_fen,
        cost_fen=card.sku_cost_fen,
    )
