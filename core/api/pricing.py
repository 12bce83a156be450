"""The price pipeline as plain values: what a rule sees and what it answers. No database types.

A rule (``core.api.contributions.PriceRule``) returns adjustments, never a price. Rules run by
(stage, key); the trunk keeps every step as a trace and refuses a line below zero.
"""

from core.pricing.rules import lower_price
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
    "PricedLine",
    "Quote",
    "QuoteLine",
    "QuoteRequest",
    "Stage",
    "TraceStep",
    "lower_price",
]
