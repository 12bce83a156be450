"""What sharing a product is expected to earn, wherever a distributor reads it.

A friend who comes by a link has no price of their own: estimates are of the list price, whatever
the distributor who reads them pays.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from core.api.catalog import ProductCard, ProductDetail, SkuView
from plugins.distribution.rules import LineSold, estimate_fen
from plugins.distribution.services import programmes
from plugins.distribution.services.standings import Standing


def card_earn_fen(session: Session, standing: Standing, card: ProductCard) -> int:
    """What this member would earn on one piece of the SKU that a card quotes; 0 without one."""
    line = LineSold(card.sku_price_fen, card.sku_cost_fen, 1)
    return _earn_fen(session, standing, line, card.category_id, card.id, card.sku_id)


def page_earn_fen(
    session: Session, standing: Standing, product: ProductDetail, sku: SkuView
) -> int:
    """The same of one SKU on its product's page."""
    line = LineSold(sku.price_fen, sku.cost_fen, 1)
    return _earn_fen(session, standing, line, product.category_id, product.id, sku.id)


def _earn_fen(
    session: Session,
    standing: Standing,
    line: LineSold,
    category_id: UUID | None,
    product_id: UUID,
    sku_id: UUID | None,
) -> int:
    """As its direct referrer; the session is asked for the shelves when a plan names categories."""
    programme = standing.programme
    shelves = programmes.shelves_above(session, programme, category_id)
    found = programme.find(sku_id, product_id, shelves, is_campaign=False)
    return estimate_fen(line, programme, found, standing.grade_id)
