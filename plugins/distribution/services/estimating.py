"""What sharing a product is expected to earn, wherever a distributor reads it.

A friend who comes by a link is a guest with no price of their own: estimates are of what a guest
would pay now, at the rate of campaigns where a promotion lowered it, whatever the distributor who
reads them pays.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.catalog import ProductCard, ProductDetail
from core.api.clock import now
from core.api.pricing import Quote, QuoteLine, QuoteRequest
from plugins.distribution.rules import (
    Found,
    LineSold,
    RateKind,
    campaign_lines,
    estimate_fen,
)
from plugins.distribution.services import programmes
from plugins.distribution.services.standings import Standing

AskQuotes = Callable[[Sequence[QuoteRequest]], Sequence[Quote]]
"""Prices baskets by all rules in force, each by itself (``core.api.web.quotes``)."""


class Estimate(NamedTuple):
    """What a page promises: fen, and whether other SKUs of the product earn more."""

    earn_fen: int
    is_from: bool


_NOTHING = Estimate(0, False)


def card_estimates(
    session: Session, standing: Standing, cards: Sequence[ProductCard], quotes: AskQuotes
) -> Mapping[UUID, Estimate]:
    """What this member would earn on one piece of the SKU that each card quotes, by product.

    SKUs that a plan names one by one are not looked at: cards know the quoted one only. Promotions
    are asked once for all cards.
    """
    quoted = [card for card in cards if card.sku_id is not None]
    lines = [_card_line(card) for card in quoted]
    found = {card.id: _NOTHING for card in cards}
    for card, (fen, place) in zip(quoted, _earned(session, standing, lines, quotes), strict=True):
        is_share = place.rate is not None and place.rate.kind == RateKind.BPS
        has_dearer = card.max_price_fen > card.sku_price_fen
        found[card.id] = Estimate(fen, fen > 0 and is_share and has_dearer)
    return found


def page_estimate(
    session: Session, standing: Standing, product: ProductDetail, quotes: AskQuotes
) -> Estimate:
    """The least that one piece of a SKU that can be bought would earn, of those that earn."""
    card_sku = [product.card_sku] if product.card_sku is not None else []
    buyable = [sku for sku in product.skus if not sku.is_sold_out] or card_sku
    lines = [
        QuoteLine(
            sku.id, product.id, product.category_id, 1, sku.price_fen, sku.cost_fen, sku.weight_g
        )
        for sku in buyable
    ]
    amounts = {fen for fen, _place in _earned(session, standing, lines, quotes)} - {0}
    return Estimate(min(amounts), len(amounts) > 1) if amounts else _NOTHING


def _card_line(card: ProductCard) -> QuoteLine:
    assert card.sku_id is not None  # others are left out before
    return QuoteLine(
        card.sku_id, card.id, card.category_id, 1, card.sku_price_fen, card.sku_cost_fen
    )


def _earned(
    session: Session, standing: Standing, lines: Sequence[QuoteLine], quotes: AskQuotes
) -> list[tuple[int, Found]]:
    """What each line, bought alone by a guest, would earn, and where its rate was found.

    The session is asked for the shelves when a plan names categories.
    """
    at, programme, earned = now(), standing.programme, []
    asked = [QuoteRequest((line,), None, at) for line in lines]
    for line, quote in zip(lines, quotes(asked), strict=True):
        shelves = programmes.shelves_above(session, programme, line.category_id)
        is_campaign = bool(campaign_lines(quote.trace))
        found = programme.find(line.sku_id, line.product_id, shelves, is_campaign)
        sold = LineSold(quote.goods_fen, line.cost_fen, line.quantity)
        earned.append((estimate_fen(sold, programme, found, standing.grade_id), found))
    return earned
