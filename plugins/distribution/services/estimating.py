"""What sharing a product is expected to earn, wherever a distributor reads it.

A friend who comes by a link has no price of their own: estimates are of the list price, whatever
the distributor who reads them pays.
"""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.catalog import ProductCard, ProductDetail, SkuView
from plugins.distribution.rules import Found, LineSold, RateKind, estimate_fen
from plugins.distribution.services import programmes
from plugins.distribution.services.standings import Standing


class Estimate(NamedTuple):
    """What a card promises: fen, and whether dearer SKUs of the product earn more."""

    earn_fen: int
    is_from: bool


def card_estimate(session: Session, standing: Standing, card: ProductCard) -> Estimate:
    """What this member would earn on one piece of the SKU that a card quotes; 0 without one.

    SKUs that a plan names one by one are not looked at: cards know the quoted one only.
    """
    found = _found(session, standing, card.category_id, card.id, card.sku_id)
    line = LineSold(card.sku_price_fen, card.sku_cost_fen, 1)
    earn_fen = estimate_fen(line, standing.programme, found, standing.grade_id)
    is_share = found.rate is not None and found.rate.kind == RateKind.BPS
    return Estimate(earn_fen, earn_fen > 0 and is_share and card.max_price_fen > card.sku_price_fen)


def page_earn_fen(
    session: Session, standing: Standing, product: ProductDetail, sku: SkuView
) -> int:
    """The same of one SKU on its product's page, in fen."""
    found = _found(session, standing, product.category_id, product.id, sku.id)
    line = LineSold(sku.price_fen, sku.cost_fen, 1)
    return estimate_fen(line, standing.programme, found, standing.grade_id)


def _found(
    session: Session,
    standing: Standing,
    category_id: UUID | None,
    product_id: UUID,
    sku_id: UUID | None,
) -> Found:
    """The rate; the session is asked for the shelves when a plan names categories."""
    programme = standing.programme
    shelves = programmes.shelves_above(session, programme, category_id)
    return programme.find(sku_id, product_id, shelves, is_campaign=False)
