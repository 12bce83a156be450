"""How numbers are read: amounts, rates, counts and phones, the same in every language and zone."""

from collections.abc import Callable
from typing import Any

from core.kernel.money import format_yuan


def money(fen: int) -> str:
    """An amount as people read it: ``123450`` → ``¥1,234.50``, ``-5`` → ``-¥0.05``."""
    yuan, _, rest = format_yuan(abs(fen)).partition(".")
    return f"{'-' if fen < 0 else ''}¥{int(yuan):,}.{rest}"


def signed_money(fen: int) -> str:
    """A change of an amount: ``500`` → ``+¥5.00``, ``-5`` → ``-¥0.05``, ``0`` → ``¥0.00``."""
    return f"{'+' if fen > 0 else ''}{money(fen)}"


def signed_yuan(fen: int) -> str:
    """The same without symbol: ``500`` → ``+5.00``, ``-123450`` → ``-1,234.50``."""
    return signed_money(fen).replace("¥", "")


def yuan(fen: int) -> str:
    """An amount for form fields: no symbol, no grouping."""
    return format_yuan(fen)


def short_yuan(fen: int) -> str:
    """An exact amount without symbol, its fen only where there are some: ``99``, ``1,099.50``."""
    return money(fen).replace("¥", "").removesuffix(".00")


def number(value: int) -> str:
    """A whole number with thousands separated."""
    return f"{value:,}"


def signed(value: int) -> str:
    """A change of a whole number: ``1200`` → ``+1,200``, ``-3`` → ``-3``."""
    return f"{value:+,}"


def phone(text: str) -> str:
    """A phone number as people read it: ``+8613800001234`` → ``138 0000 1234``."""
    own = text.removeprefix("+86")
    if own != text and len(own) == 11:
        return f"{own[:3]} {own[3:7]} {own[7:]}"
    return text


def percent(bps: int) -> str:
    """Basis points as a percentage without needless zeros: ``1050`` → ``10.5%``."""
    return f"{bps / 100:.2f}".rstrip("0").rstrip(".") + "%"


FILTERS: dict[str, Callable[[Any], str]] = {
    "money": money,
    "signed_money": signed_money,
    "signed_yuan": signed_yuan,
    "yuan": yuan,
    "short_yuan": short_yuan,
    "number": number,
    "signed": signed,
    "percent": percent,
    "phone": phone,
}
"""Under these names in templates."""
