"""Prices as people type them, one cell a price: ``254.6``, ``-10``, ``5%`` or ``95折``."""

import re
import unicodedata

from core.api.errors import InvalidInput
from core.api.money import AmountTooLarge, format_yuan, parse_yuan
from plugins.member_pricing.rules.prices import Price, PriceKind, Terms, check_terms

_FOLD = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,2})?)\s*\u6298")
_PERCENT = re.compile(r"-?\s*(?P<number>\d+(?:\.\d{1,2})?)\s*%")


def read_price(text: str) -> Price | None:
    """A price from a cell; ``None`` for an empty one.

    ``254.6`` is a fixed price, ``-10`` ten yuan off, ``5%`` (or ``-5%``) five percent off, ``95折``
    and ``9.5折`` the same as Chinese shops say it.

    Raises:
        InvalidInput: not understood, or giving goods away.
    """
    typed = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    if not typed:
        return None
    try:
        price = _read(typed)
    except AmountTooLarge:
        raise InvalidInput(
            "member_pricing.large", "This amount is too large.", field="value"
        ) from None
    except ValueError:
        raise InvalidInput(
            "member_pricing.cell",
            "Write 88 for a price, -10 for ten yuan off, or 5%% for five percent off.",
            field="value",
        ) from None
    check_terms(Terms(price))
    return price


def _read(typed: str) -> Price:
    fold = _FOLD.fullmatch(typed)
    if fold:
        tenths = parse_yuan(fold["number"])  # hundredths of what was typed
        if tenths == 1000:
            raise ValueError("ten tenths are the whole price; nobody means a tenth by it")
        paid_bps = tenths * 10 if tenths < 1000 else tenths
        return Price(PriceKind.BPS, 10_000 - paid_bps)
    percent = _PERCENT.fullmatch(typed)
    if percent:
        return Price(PriceKind.BPS, parse_yuan(percent["number"]))
    if typed.startswith("-"):
        return Price(PriceKind.LESS, parse_yuan(typed[1:]))
    return Price(PriceKind.FIXED, parse_yuan(typed))


def price_text(price: Price | None) -> str:
    """A price as :func:`read_price` reads it; empty for none."""
    if price is None:
        return ""
    number = format_yuan(price.value)
    if price.kind == PriceKind.BPS:
        return f"-{number.rstrip('0').rstrip('.')}%"
    return number if price.kind == PriceKind.FIXED else f"-{number}"
