"""The same price for many products at once: what would change, before it does."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.catalog import SkuName
from core.api.values import dataclass
from plugins.member_pricing.rules import Audience, Terms
from plugins.member_pricing.services.editing import Change, Kept, Target, prices_of
from plugins.member_pricing.services.listing import Key, applies, by_product, fault_of


@dataclass(frozen=True)
class Many:
    """What is wanted of many products.

    Args:
        audiences: whose prices.
        terms: the price of each product as a whole; ``None`` takes it away.
        takes_own: whether prices of single SKUs go, so that the product's counts for all of them.
    """

    audiences: tuple[Audience, ...]
    terms: Terms | None
    takes_own: bool


@dataclass(frozen=True)
class Forecast:
    """What would come of it. ``faulty``: products whose price would help nobody or lose money."""

    changes: tuple[Change, ...]
    products: int
    skus: int
    new: int
    replaced: int
    removed: int
    own_left: int
    faulty: Mapping[str, int]


def forecast(session: Session, product_ids: Sequence[UUID], many: Many) -> Forecast:
    """Work out every change; two statements for each five hundred products."""
    prices, skus = prices_of(session, product_ids), by_product(session, product_ids)
    audiences = {audience.key: audience for audience in many.audiences}
    changes: list[Change] = []
    for product_id in product_ids:
        target = Target(product_id)
        changes += [Change(target, audience, many.terms) for audience in many.audiences]
    own = [
        kept
        for kept in prices.values()
        if kept.target.sku_id is not None and kept.audience.key in audiences
    ]
    if many.takes_own:
        changes += [Change(kept.target, kept.audience, None) for kept in own]
    real = [each for each in changes if _differs(each, prices.get(each.key))]
    return Forecast(
        changes=tuple(real),
        products=len(product_ids),
        skus=sum(map(len, skus.values())),
        new=sum(1 for each in real if each.terms and each.key not in prices),
        replaced=sum(1 for each in real if each.terms and each.key in prices),
        removed=sum(1 for each in real if each.terms is None),
        own_left=0 if many.takes_own else len(own),
        faulty=_faulty(product_ids, many, prices, skus),
    )


def _differs(change: Change, kept: Kept | None) -> bool:
    return change.terms != (kept.terms if kept else None)


def _faulty(
    product_ids: Sequence[UUID],
    many: Many,
    prices: Mapping[Key, Kept],
    skus: Mapping[UUID, Sequence[SkuName]],
) -> Mapping[str, int]:
    found = {"below_cost": 0, "not_lower": 0}
    if many.terms is None:
        return found
    left = {} if many.takes_own else prices
    for product_id in product_ids:
        faults = set()
        for audience in many.audiences:
            kept = Kept(Target(product_id), audience, many.terms, 0)
            meant = [sku for sku in skus[product_id] if applies(left, kept, sku)]
            faults.add(fault_of(many.terms.price, meant))
        for fault in faults - {""}:
            found[fault] += 1
    return found
