"""The price rule of instant saving.

It runs among the coupons, so it is a share of what the goods cost after promotions. The order then
freezes what was saved, and its buyer gets nothing else for it.
"""

from sqlalchemy.orm import Session

from core.api.catalog import ProductCard
from core.api.contributions import PriceRule
from core.api.pricing import QuoteRequest, Stage
from plugins.distribution.rules import (
    SAVING_KEY,
    LineSold,
    Saver,
    SelfPurchase,
    save,
    saving_fen,
)
from plugins.distribution.services import programmes
from plugins.distribution.services.standings import Standing, standing_of


def saver_of(session: Session, request: QuoteRequest) -> Saver | None:
    """The buyer, when own orders save and they are an active distributor.

    A guest costs no statement; a member one, unless the page knew them already.
    """
    if request.member_id is None:
        return None
    standing = standing_of(session, request.member_id)
    programme = standing.programme
    if programme.self_purchase != SelfPurchase.SAVING or not standing.is_active:
        return None
    shelves = {
        category_id: programmes.shelves_above(session, programme, category_id)
        for category_id in {line.category_id for line in request.lines}
    }
    return Saver(programme, standing.grade_id, shelves)


def card_saving_fen(session: Session, standing: Standing, card: ProductCard) -> int:
    """What a distributor saves on one piece of the SKU that a card quotes."""
    programme = standing.programme
    if programme.self_purchase != SelfPurchase.SAVING or not standing.is_active:
        return 0
    shelves = programmes.shelves_above(session, programme, card.category_id)
    found = programme.find(card.sku_id, card.id, shelves, is_campaign=False)
    line = LineSold(card.sku_price_fen, card.sku_cost_fen, 1)
    return saving_fen(line, found, standing.grade_id)


PRICE_RULE = PriceRule(SAVING_KEY, Stage.COUPON, apply=save, load=saver_of, audience="member")
