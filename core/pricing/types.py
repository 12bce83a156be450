"""What the price pipeline takes and gives: the plain values and the descriptor of a rule."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from core.pricing.values import (
    Adjustment,
    Draft,
    PricedLine,
    Quote,
    QuoteLine,
    QuoteRequest,
    Stage,
    TraceStep,
)

__all__ = [
    "Adjustment",
    "Draft",
    "PriceRule",
    "PricedLine",
    "Quote",
    "QuoteLine",
    "QuoteRequest",
    "Stage",
    "TraceStep",
]


@dataclass(frozen=True)
class PriceRule:
    """A step of the pipeline.

    Args:
        key: ``plugin.name``; orders rules within a stage and names the source in the trace.
        stage: where it runs.
        apply: pure; from the draft and what ``load`` brought to adjustments.
        load: reads what ``apply`` needs, in at most one statement; ``None`` when nothing is needed.
            Where it returns ``None`` the rule has nothing to say, and ``apply`` is not asked.
            Pages that price several baskets at once ask it once, for the lines of all of them.
        configure: for rules that follow their plugin's settings: from these to the rule whose
            ``apply``, ``load`` and ``stacks`` are used instead; asked anew when these change.
        stacks: of a rule of the MEMBER stage: promotions come off on top of its price. Otherwise
            price and promotions are rivals, and each line keeps whichever leaves it cheaper.
        audience: ``member`` rules are not even asked for guests, whose pages are then kept longer.
    """

    key: str
    stage: Stage
    apply: Callable[[Draft, Any], Sequence[Adjustment]]
    load: Callable[[Session, QuoteRequest], Any] | None = None
    configure: Callable[[Mapping[str, Any]], "PriceRule"] | None = None
    stacks: bool = False
    audience: Literal["all", "member"] = "all"

    def is_for(self, member_id: UUID | None) -> bool:
        """Whether the rule is asked about a basket of this member (``None``: of a guest)."""
        return member_id is not None or self.audience == "all"
