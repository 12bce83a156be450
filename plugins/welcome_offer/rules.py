"""What the offer does to a basket. Plain integers of fen."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.api.errors import InvalidInput
from core.api.pricing import Adjustment, Draft, Quote
from core.api.values import dataclass

KEY = "welcome_offer.first_order"
LABEL = "Welcome offer for the first order"


@dataclass(frozen=True)
class Offer:
    """``amount_fen`` off goods of at least ``from_fen``."""

    amount_fen: int
    from_fen: int

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Offer":
        """The offer as the merchant set it."""
        return cls(settings["amount_fen"], settings["from_fen"])


def check_settings(settings: Mapping[str, Any]) -> None:
    """Refuse an offer that would give goods away.

    Raises:
        InvalidInput: naming the setting.
    """
    offer = Offer.of(settings)
    if offer.amount_fen <= 0:
        raise InvalidInput(
            "welcome_offer.amount", "The reduction must be above 0.", field="amount_fen"
        )
    if offer.from_fen <= offer.amount_fen:
        raise InvalidInput(
            "welcome_offer.from",
            "The threshold must be higher than the reduction.",
            field="from_fen",
        )


def adjust(offer: Offer, draft: Draft, is_first: bool) -> Sequence[Adjustment]:
    """The reduction, spread over the basket by the trunk; none for others and for less goods."""
    if not is_first or draft.goods_fen < offer.from_fen:
        return ()
    return (Adjustment(-offer.amount_fen, LABEL),)


def used_fen(quote: Quote) -> int:
    """What the offer took off a priced basket, read from its trace."""
    return sum(step.before_fen - step.after_fen for step in quote.trace if step.rule == KEY)
