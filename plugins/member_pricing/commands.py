"""Command line of member prices: something to look at in a demo."""

from collections.abc import Sequence
from typing import Any

from core.api.catalog import admin_product_ids
from core.api.contributions import Command, JobContext
from plugins.member_pricing.rules import ALL, RETURNING, Audience, Price, PriceKind, Terms
from plugins.member_pricing.services.editing import Change, Target, change_prices
from plugins.membership.api import tiers

PRODUCTS = 12
STEP_BPS = 300


def demo(context: JobContext, _arguments: Sequence[str]) -> dict[str, Any]:
    """Prices for some products: three percent less with each tier, and one each for the others.

    Changes nothing where there are prices already.
    """
    with context.write() as session:
        ladder = [tier for tier in tiers(session) if tier.rank > 1]
        products = admin_product_ids(session, state="on_sale", limit=PRODUCTS)
        changes = [
            Change(Target(product), Audience.tier(tier.id), _off(STEP_BPS * place), version=0)
            for product in products
            for place, tier in enumerate(ladder, start=1)
        ]
        for product, audience in zip(products, (ALL, RETURNING), strict=False):
            changes.append(Change(Target(product), audience, _off(STEP_BPS // 3), version=0))
        done = change_prices(session, changes, actor="demo", actor_name="Demo")
    return {"products": len(products), "prices": done.count}


def _off(bps: int) -> Terms:
    return Terms(Price(PriceKind.BPS, bps))


DEMO = Command("demo", "Give some products member prices, for a demo store.", demo)
