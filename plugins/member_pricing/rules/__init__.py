"""What a member price is, whom it is for, and which of several counts. Pure."""

from plugins.member_pricing.rules.audiences import (
    ALL,
    RETURNING,
    Audience,
    AudienceKind,
    Person,
    Step,
    includes,
)
from plugins.member_pricing.rules.choosing import Locked, MemberPrice, Won, best_for, locked_for
from plugins.member_pricing.rules.prices import Price, PriceKind, Terms, check_terms
from plugins.member_pricing.rules.pricing import KEY, Offers, adjust
from plugins.member_pricing.rules.reading import price_text, read_price

__all__ = [
    "ALL",
    "KEY",
    "RETURNING",
    "Audience",
    "AudienceKind",
    "Locked",
    "MemberPrice",
    "Offers",
    "Person",
    "Price",
    "PriceKind",
    "Step",
    "Terms",
    "Won",
    "adjust",
    "best_for",
    "check_terms",
    "includes",
    "locked_for",
    "price_text",
    "read_price",
]
