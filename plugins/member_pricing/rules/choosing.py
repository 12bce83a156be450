"""Which of several prices counts for somebody, and which ones they could have.

For one audience the price of the SKU counts before that of the whole product. Of the audiences that
somebody belongs to, the one with the lowest price counts; of two that come to the same, the higher
tier's is told.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from core.api.values import dataclass
from plugins.member_pricing.rules.audiences import Audience, Person, Step, includes
from plugins.member_pricing.rules.prices import Terms


@dataclass(frozen=True)
class MemberPrice:
    """A price as it is kept. ``sku_id`` ``None``: for all SKUs that have none of their own.

    ``step``: the audience's tier; ``None`` for others, and for tiers that left the ladder.
    """

    product_id: UUID
    sku_id: UUID | None
    audience: Audience
    terms: Terms
    step: Step | None = None

    @property
    def rank(self) -> int:
        """Of the audience's tier; 0 for others."""
        return self.step.rank if self.step else 0


@dataclass(frozen=True)
class Won:
    """A price that counts, and what it makes of one piece."""

    price: MemberPrice
    unit_fen: int


Locked = Won
"""A price that somebody could have."""


def in_force(
    prices: Iterable[MemberPrice], sku_id: UUID, product_id: UUID, at: datetime
) -> Iterator[MemberPrice]:
    """One price for each audience: the SKU's own, else its product's, while their windows hold."""
    known: dict[str, MemberPrice] = {}
    for price in prices:
        if price.product_id != product_id or price.sku_id not in (None, sku_id):
            continue
        if not price.terms.holds(at):
            continue
        other = known.get(price.audience.key)
        if other is None or other.sku_id is None:
            known[price.audience.key] = price
    yield from known.values()


def best_for(
    prices: Iterable[MemberPrice],
    person: Person,
    sku_id: UUID,
    product_id: UUID,
    list_fen: int,
    at: datetime,
) -> Won | None:
    """The price of a SKU for somebody; ``None`` when none is below the list price."""
    found = [
        Won(price, unit_fen)
        for price in in_force(prices, sku_id, product_id, at)
        if includes(price.audience, price.step, person)
        and (unit_fen := price.terms.price.unit_fen(list_fen)) < list_fen
    ]
    return min(found, key=lambda won: (won.unit_fen, -won.price.rank), default=None)


def locked_for(
    prices: Iterable[MemberPrice],
    person: Person,
    sku_id: UUID,
    product_id: UUID,
    list_fen: int,
    at: datetime,
    *,
    below_fen: int,
) -> Sequence[Locked]:
    """Prices that somebody does not have but could, the nearest audience first.

    Of audiences that are harder to reach, those stay that are cheaper than all before them.

    Args:
        prices: of the product, any audience's.
        person: who looks.
        sku_id: which SKU.
        product_id: of which product.
        list_fen: its list price.
        at: when.
        below_fen: what they pay without; dearer prices are no invitation.
    """
    found = [
        Locked(price, price.terms.price.unit_fen(list_fen))
        for price in in_force(prices, sku_id, product_id, at)
        if not includes(price.audience, price.step, person) and _can_be_reached(price)
    ]
    kept: list[Locked] = []
    for won in sorted(found, key=lambda each: (each.price.rank, each.unit_fen)):
        if won.unit_fen < below_fen:
            kept.append(won)
            below_fen = won.unit_fen
    return kept


def _can_be_reached(price: MemberPrice) -> bool:
    """A tier that left the ladder cannot."""
    return price.step is not None or price.audience.id is None
