"""What member prices add to products in admin: who pays what for one, and ways in from the list."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.contributions import ProductBulkAction, ProductPanel
from core.api.web import staff
from plugins.member_pricing.admin import wording
from plugins.member_pricing.admin.page import ROOT
from plugins.member_pricing.rules import best_for
from plugins.member_pricing.services import editing
from plugins.member_pricing.services.listing import by_product, columns
from plugins.member_pricing.services.offers import offers_for
from plugins.member_pricing.services.report import payers_of

MOST_SKUS = 20


def panel(session: Session, product_id: UUID) -> Mapping[str, Any] | None:
    """One piece of each SKU for each audience; three statements. Promotions are not in it."""
    skus = by_product(session, [product_id])[product_id]
    offers, at, known = offers_for(session, None, [product_id]), now(), columns(session)
    payers = [payer for payer in payers_of(known) if payer.column is not None]
    rows = []
    for sku in skus[:MOST_SKUS]:
        won = [
            best_for(offers.prices, payer.person, sku.id, product_id, sku.price_fen, at)
            for payer in payers
        ]
        rows.append((sku, won))
    return {
        "url": f"{ROOT}/products/{product_id}",
        "heads": [wording.audience_name(p.column.audience, known) for p in payers if p.column],
        "rows": rows if offers.prices else [],
        "more": max(0, len(skus) - MOST_SKUS),
    }


def leave_out(session: Session, product_ids: Sequence[UUID]) -> int:
    """Sell what is ticked to everybody at the same price."""
    return editing.leave_out(session, product_ids, actor=staff().actor)


PRODUCT_PANEL = ProductPanel(
    key="member_pricing.product",
    label="Member prices",
    template="admin/panel.html",
    load=panel,
    permission="member_pricing.view",
)
BULK_ACTIONS = (
    ProductBulkAction(
        key="member_pricing.leave_out_ticked",
        label="One price for everybody",
        run=leave_out,
        permission="member_pricing.edit",
        done="%(count)s products cost everybody the same now.",
        icon="crown",
    ),
)
