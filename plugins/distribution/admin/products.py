"""What distribution adds to products in admin: what is paid on one, and what to do with several."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.catalog import skus_of
from core.api.contributions import ProductBulkAction, ProductPanel
from core.api.web import staff
from plugins.distribution.admin.plan_page import PLAN_ROOT
from plugins.distribution.admin.plan_wording import SCOPE_LABELS, plan_name, rate_text
from plugins.distribution.rules import Found, LineSold, Programme, line_shares
from plugins.distribution.rules.editing import opt_out
from plugins.distribution.services.drafts import draft_of, pick, save_draft
from plugins.distribution.services.programmes import current, shelves_above

_CHANGE = "distribution.plan"
MOST_SKUS = 30


def product_panel(session: Session, product_id: UUID) -> Mapping[str, Any] | None:
    """The product's plan, and what each level gets on one piece of each SKU."""
    skus = skus_of(session, [product_id])
    if not skus:
        return None
    programme = current(session)
    shelves = shelves_above(session, programme, skus[0].category_id)
    rows = []
    for sku in skus[:MOST_SKUS]:
        found = programme.find(sku.id, product_id, shelves, is_campaign=False)
        sold = LineSold(sku.price_fen, sku.cost_fen, 1)
        rows.append((sku, found, line_shares(sold, found, depth=programme.depth, grades={})))
    found = programme.find(None, product_id, shelves, is_campaign=False)
    return {
        "root": PLAN_ROOT,
        "found": found,
        "where": str(SCOPE_LABELS[found.scope]),
        "plan": plan_name(found.plan),
        "rates": _rates(found, programme),
        "rows": rows,
        "more": max(0, len(skus) - MOST_SKUS),
        "depth": programme.depth,
    }


def _rates(found: Found, programme: Programme) -> str:
    return rate_text(found.rate, programme.depth, programme.grades) if found.rate else ""


def leave_out(session: Session, product_ids: Sequence[UUID]) -> int:
    """Pay nothing on products, in the draft of whoever ticked them."""
    actor = staff().actor
    save_draft(session, actor, opt_out(draft_of(session, actor).programme, product_ids))
    return len(product_ids)


def note_for_plan(session: Session, product_ids: Sequence[UUID]) -> int:
    """Note products for whoever ticked them, who then chooses the plan on the page of plans."""
    return pick(session, staff().actor, product_ids)


PRODUCT_PANEL = ProductPanel(
    key="distribution.product_commission",
    label="Commission",
    template="admin/product_panel.html",
    load=product_panel,
    permission="distribution.view",
)
BULK_ACTIONS = (
    ProductBulkAction(
        key="distribution.into_plan",
        label="Put into a commission plan",
        run=note_for_plan,
        permission=_CHANGE,
        done="%(count)s products are picked. Choose their plan under Distribution, Plans.",
        icon="sitemap",
    ),
    ProductBulkAction(
        key="distribution.leave_out",
        label="Leave out of commission",
        run=leave_out,
        permission=_CHANGE,
        done="%(count)s products are left out in your draft. Publish it under Distribution.",
        icon="ban",
    ),
)
