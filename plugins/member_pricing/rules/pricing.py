"""The step in the price pipeline: each line of a member's basket at their price."""

from collections.abc import Sequence
from typing import Any

from core.api.pricing import Adjustment, Draft, lower_price
from core.api.values import dataclass
from plugins.member_pricing.rules.audiences import AudienceKind, Person
from plugins.member_pricing.rules.choosing import MemberPrice, Won, best_for

KEY = "member_pricing.price"
LABELS = {
    AudienceKind.ALL: "Member price",
    AudienceKind.RETURNING: "Price for returning customers",
    AudienceKind.TIER: "%(tier)s price",
}
"""Catalogue entries. An order keeps both names of a tier, and reads right in either language."""


@dataclass(frozen=True)
class Offers:
    """Who buys, and the prices of everybody for what is in the basket."""

    person: Person
    prices: tuple[MemberPrice, ...] = ()


def adjust(draft: Draft, offers: Offers | None) -> Sequence[Adjustment]:
    """Bring each line to the best price its buyer has; none is made dearer."""
    if offers is None or not offers.prices:
        return ()
    request = draft.request
    adjustments: list[Adjustment] = []
    for index, line in enumerate(request.lines):
        won = best_for(
            offers.prices,
            offers.person,
            line.sku_id,
            line.product_id,
            line.unit_price_fen,
            request.at,
        )
        if won is not None:
            label, told = told_of(won)
            adjustments += lower_price(draft, index, won.unit_fen, label, **told)
    return adjustments


def told_of(won: Won) -> tuple[str, dict[str, Any]]:
    """What a trace says of a price: its label, and values for the places in it."""
    audience, step = won.price.audience, won.price.step
    told: dict[str, Any] = {"audience": audience.key}
    if step is not None:
        told["tier"] = {"zh": step.name_zh, "en": step.name_en}
    return LABELS[audience.kind], told
