"""The quote as plain data without any database type, so that pure rules may use it.

Everything here is also found in ``core.pricing.types``, which adds the descriptor of a rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID


class Stage(IntEnum):
    """Where a rule stands in the pipeline; rules run by (stage, key).

    WALLET and POINTS are means of payment: they lower what is asked, not what the line is worth.
    """

    MEMBER = 10
    PROMOTION = 20
    COUPON = 30
    FREIGHT = 40
    POINTS = 50
    WALLET = 60


class QuoteLine(NamedTuple):
    """One SKU × quantity at list price, before any rule."""

    sku_id: UUID
    product_id: UUID
    category_id: UUID | None
    quantity: int
    unit_price_fen: int
    cost_fen: int = 0
    weight_g: int = 0

    @property
    def list_fen(self) -> int:
        """List price of the whole line."""
        return self.unit_price_fen * self.quantity


class QuoteRequest(NamedTuple):
    """Everything rules may look at. ``member_id`` is ``None`` for a guest.

    ``province`` is known from checkout on; ``choices`` holds what the shopper picked for a rule,
    by rule key (a coupon code, say): text only, to be checked by the rule.
    """

    lines: tuple[QuoteLine, ...]
    member_id: UUID | None
    at: datetime
    province: str | None = None
    choices: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Adjustment:
    """One signed change: negative lowers. ``line`` is an index, or ``None`` for the whole order.

    An order-wide amount is spread over the lines by largest remainder on what they cost now
    (in the FREIGHT stage it changes the freight and touches no line). ``params`` fill the places of
    ``label``: keys ending in ``_fen`` are shown as money, ``{"zh": …, "en": …}`` in the reader's
    language, whenever the order is looked at.
    """

    amount_fen: int
    label: str  # catalogue entry
    line: int | None = None
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TraceStep:
    """One adjustment as applied to one line (``None``: freight): what it was, what it became."""

    stage: str
    rule: str
    label: str
    params: dict[str, Any]
    line: int | None
    before_fen: int
    after_fen: int


@dataclass(frozen=True)
class Draft:
    """What a rule sees: the request, what lines and freight cost after earlier rules, and why."""

    request: QuoteRequest
    line_fen: tuple[int, ...]
    freight_fen: int
    trace: tuple[TraceStep, ...] = ()

    @property
    def goods_fen(self) -> int:
        """Sum of the lines as they stand."""
        return sum(self.line_fen)


@dataclass(frozen=True)
class PricedLine:
    """A line with its discount and what is asked for it."""

    line: QuoteLine
    discount_fen: int
    total_fen: int


@dataclass(frozen=True)
class Quote:
    """A priced basket; what the order freezes."""

    lines: tuple[PricedLine, ...]
    freight_fen: int
    trace: tuple[TraceStep, ...]

    @property
    def list_fen(self) -> int:
        """Goods at list price."""
        return sum(priced.line.list_fen for priced in self.lines)

    @property
    def goods_fen(self) -> int:
        """Goods after every discount, without freight."""
        return sum(priced.total_fen for priced in self.lines)

    @property
    def discount_fen(self) -> int:
        """What rules took off the goods (positive)."""
        return self.list_fen - self.goods_fen

    @property
    def total_fen(self) -> int:
        """What is asked: goods and freight."""
        return self.goods_fen + self.freight_fen
