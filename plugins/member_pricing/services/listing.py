"""Prices as the merchant's pages list them: who may have one, what has one, what is wrong."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.catalog import SkuName, skus_of
from core.api.values import dataclass
from plugins.member_pricing.models import LeftOut, PriceRow
from plugins.member_pricing.rules import ALL, RETURNING, Audience, Price, Step
from plugins.member_pricing.services.editing import Kept, parts, prices_of
from plugins.membership.api import Tier, ladder_part, tiers

_PRICE: Any = PriceRow.__table__
_LEFT_OUT: Any = LeftOut.__table__
_LADDER = ladder_part()
Key = tuple[UUID, str]


@dataclass(frozen=True)
class Column:
    """An audience that prices can be given to, with its tier."""

    audience: Audience
    tier: Tier | None = None

    @property
    def key(self) -> str:
        """As forms name it."""
        return self.audience.key

    @property
    def step(self) -> Step | None:
        """Its tier as prices see it."""
        tier = self.tier
        return Step(tier.rank, tier.name_zh, tier.name_en) if tier else None


def columns(session: Session) -> Sequence[Column]:
    """All members, returning customers, then the tiers from the lowest up. One statement."""
    found = [Column(Audience.tier(tier.id), tier) for tier in tiers(session)]
    return [Column(ALL), Column(RETURNING), *found]


def with_price(audience: Audience | None = None) -> sa.Select[UUID]:
    """A selection of the products that have a price, of one audience or of any.

    Prices of tiers that left the ladder do not count: they lie idle, and no page shows them.
    """
    chosen = sa.select(_PRICE.c.product_id)
    if audience is not None:
        return chosen.where(_PRICE.c.audience == audience.key)
    in_force = sa.select(_LADDER.c.id)
    return chosen.where(sa.or_(_PRICE.c.tier_id.is_(None), _PRICE.c.tier_id.in_(in_force)))


def all_left_out() -> sa.Select[UUID]:
    """A selection of the products that are left out."""
    return sa.select(_LEFT_OUT.c.product_id)


def warned(session: Session, *, limit: int) -> sa.Select[UUID]:
    """A selection of products with a price that is not below the list price, or below cost.

    Prices are worked out here; ``limit`` products at most are found.
    """
    found: list[UUID] = []
    known = {column.key for column in columns(session)}
    priced = session.scalars(with_price().distinct().order_by(_PRICE.c.product_id)).all()
    for some in parts(priced):
        prices = {key: kept for key, kept in prices_of(session, some).items() if key[1] in known}
        for product_id, skus in by_product(session, some).items():
            if any(faults(prices, skus)):
                found.append(product_id)
    return with_price().where(_PRICE.c.product_id.in_(found[:limit]))


def by_product(session: Session, product_ids: Iterable[UUID]) -> Mapping[UUID, list[SkuName]]:
    """SKUs of some products, by product."""
    found: dict[UUID, list[SkuName]] = {each: [] for each in product_ids}
    for sku in skus_of(session, list(found)):
        found[sku.product_id].append(sku)
    return found


def faults(prices: Mapping[Key, Kept], skus: Sequence[SkuName]) -> Iterable[tuple[Key, str]]:
    """Prices of a product that help nobody or lose money, by what is wrong: one fault a price."""
    for key, kept in prices.items():
        meant = [sku for sku in skus if applies(prices, kept, sku)]
        fault = fault_of(kept.terms.price, meant)
        if fault:
            yield key, fault


def applies(prices: Mapping[Key, Kept], kept: Kept, sku: SkuName) -> bool:
    """Whether a price counts for a SKU: its own, or its product's where it has none."""
    if kept.target.sku_id is not None:
        return kept.target.sku_id == sku.id
    return kept.target.product_id == sku.product_id and (sku.id, kept.audience.key) not in prices


def fault_of(price: Price, skus: Iterable[SkuName]) -> str:
    """What is wrong with a price for some SKUs; empty when nothing is."""
    units = [(price.unit_fen(sku.price_fen), sku) for sku in skus]
    if any(sku.cost_fen > 0 and unit < sku.cost_fen for unit, sku in units):
        return "below_cost"
    if units and all(unit >= sku.price_fen for unit, sku in units):
        return "not_lower"
    return ""


def coverage(session: Session) -> Mapping[str, int]:
    """How many products have a price, by the key of the audience. One statement."""
    rows = session.execute(
        sa.select(_PRICE.c.audience, sa.func.count(sa.distinct(_PRICE.c.product_id))).group_by(
            _PRICE.c.audience
        )
    )
    return {row[0]: int(row[1]) for row in rows}
