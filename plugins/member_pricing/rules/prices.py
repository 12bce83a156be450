"""One price for one audience: how it is given, what it comes to, and from when until when."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from core.api.errors import InvalidInput
from core.api.money import FEN_LIMIT, rate_fen
from core.api.values import dataclass

MOST_BPS = 9_999


class PriceKind(StrEnum):
    """How a price is given: a fixed one, fen off the list price, or basis points off it."""

    FIXED = "fixed"
    LESS = "less"
    BPS = "bps"


@dataclass(frozen=True)
class Price:
    """``value`` in fen, or in basis points for ``BPS``."""

    kind: PriceKind
    value: int

    def unit_fen(self, list_fen: int) -> int:
        """What one piece costs at this price.

        A reduction never gives a piece away: it leaves one fen of what costs anything. Rounded as
        the store rounds everywhere, half a fen to the reduction. May be above the list price.
        """
        if self.kind == PriceKind.FIXED:
            return self.value
        off = self.value if self.kind == PriceKind.LESS else rate_fen(list_fen, self.value)
        return max(list_fen - off, min(list_fen, 1))


@dataclass(frozen=True)
class Terms:
    """A price with its window: from ``starts_at`` to before ``ends_at``; ``None`` is open."""

    price: Price
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether the window is open at an instant."""
        return (self.starts_at is None or self.starts_at <= at) and not self.is_over(at)

    def is_over(self, at: datetime) -> bool:
        """Whether the window has closed."""
        return self.ends_at is not None and self.ends_at <= at

    def to_json(self) -> dict[str, Any]:
        """As the history keeps it."""
        return {
            "kind": str(self.price.kind),
            "value": self.price.value,
            "starts_at": self.starts_at.isoformat() if self.starts_at else None,
            "ends_at": self.ends_at.isoformat() if self.ends_at else None,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Terms":
        """What :meth:`to_json` made."""
        starts, ends = (
            datetime.fromisoformat(kept[name]) if kept[name] else None
            for name in ("starts_at", "ends_at")
        )
        return cls(Price(PriceKind(kept["kind"]), kept["value"]), starts, ends)


def check_terms(terms: Terms) -> None:
    """Refuse a price that gives goods away or a window that is never open.

    Raises:
        InvalidInput: naming the field.
    """
    kind, value = terms.price.kind, terms.price.value
    if value < 1:
        raise InvalidInput("member_pricing.value", "Give a number above 0.", field="value")
    if kind == PriceKind.BPS and value > MOST_BPS:
        raise InvalidInput(
            "member_pricing.percent", "A discount must be below 100 %%.", field="value"
        )
    if value > FEN_LIMIT:
        raise InvalidInput("member_pricing.large", "This amount is too large.", field="value")
    if terms.starts_at and terms.ends_at and terms.ends_at <= terms.starts_at:
        raise InvalidInput(
            "member_pricing.window", "The last day must not be before the first.", field="until"
        )
