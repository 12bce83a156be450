"""What the cards of a page cost its reader, where that is less than the list price.

Members only: a guest's page is the same for all. The rules load once for all cards of the page, and
each is priced by itself, as its product's own page does it.
"""

from collections.abc import Mapping, Sequence
from typing import cast
from uuid import UUID

from core.catalog.types import ProductCard
from core.kernel.clock import now
from core.pricing.services import core_rules, quote_each
from core.pricing.types import Quote, QuoteLine, QuoteRequest, Stage
from core.web import context
from core.web.here import here


def of(card: ProductCard) -> int | None:
    """What one piece of a card's SKU costs its reader; ``None``: no less than anybody."""
    found = here().get("banyan_own_prices")
    if found is None:
        quote_page(())
        found = here().banyan_own_prices
    return cast("Mapping[UUID, int]", found).get(card.id)


def quote_page(asked: Sequence[QuoteRequest]) -> list[Quote]:
    """Quotes of a page's own, and with the same loads what its cards cost.

    Call it when the cards are noted (``regions.note_cards``) and before they are rendered.
    """
    shop, member = context.shop(), context.current_member()
    rules = shop.extensions().rules
    cards = _asked_of_cards(member.subject_id) if member is not None and rules else {}
    every = [*core_rules(shop.settings()), *rules]
    if not asked:  # delivery is no part of what a card tells
        every = [rule for rule in every if rule.stage != Stage.FREIGHT]
    quotes = quote_each(context.reader(), [*asked, *cards.values()], every)
    here().banyan_own_prices = {
        key: quote.goods_fen
        for key, quote in zip(cards, quotes[len(asked) :], strict=True)
        if quote.goods_fen < quote.list_fen
    }
    return quotes[: len(asked)]


def _asked_of_cards(member_id: UUID) -> Mapping[UUID, QuoteRequest]:
    at = now()
    cards: Mapping[UUID, ProductCard] = here().get("banyan_cards", {})
    return {
        card.id: QuoteRequest(
            (QuoteLine(card.sku_id, card.id, card.category_id, 1, card.sku_price_fen),),
            member_id,
            at,
        )
        for card in cards.values()
        if card.sku_id is not None
    }
