"""Money is an integer count of fen; rates are integer basis points. No float ever touches either.

Rounding happens in one place, :func:`split_fen` (largest remainder), so parts
always sum to the whole.
"""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

BPS = 10_000
"""Basis points in the whole: 10 000 bps = 100 %."""

FEN_LIMIT = 10**15
"""Largest amount accepted anywhere (ten trillion yuan): far from the edge of a 64-bit column."""

_TYPED = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?")


def split_fen(total_fen: int, weights: Sequence[int]) -> list[int]:
    """Split ``total_fen`` in proportion to ``weights`` so that the parts sum to the total exactly.

    Largest remainder: every part is floored, then the left-over fen go one each to the parts with
    the largest remainders, the earlier part first on a tie. A negative total is the mirror image of
    the positive split. With all weights zero the total is spread evenly.

    Raises:
        ValueError: no weights, or a negative weight.
    """
    if not weights:
        raise ValueError("split_fen needs at least one weight")
    if min(weights) < 0:
        raise ValueError("split_fen takes no negative weight")
    if total_fen < 0:
        return [-part for part in split_fen(-total_fen, weights)]
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1] * len(weights), len(weights)
    parts, remainders = [], []
    for index, weight in enumerate(weights):
        part, remainder = divmod(total_fen * weight, whole)
        parts.append(part)
        remainders.append((-remainder, index))
    for _, index in sorted(remainders)[: total_fen - sum(parts)]:
        parts[index] += 1
    return parts


def share_fen(total_fen: int, part: int, whole: int) -> int:
    """The ``part`` of ``whole`` share of a total, rounded as :func:`split_fen` rounds two parts.

    Raises:
        ValueError: ``part`` outside 0 … ``whole`` or ``whole`` not positive.
    """
    if whole <= 0 or not 0 <= part <= whole:
        raise ValueError("share_fen needs 0 <= part <= whole and whole > 0")
    return split_fen(total_fen, [part, whole - part])[0]


def rate_fen(base_fen: int, rate_bps: int) -> int:
    """``rate_bps`` of ``base_fen``, by largest remainder (half a fen goes to the rated part).

    Raises:
        ValueError: a rate outside 0 … 10 000 bps.
    """
    return share_fen(base_fen, rate_bps, BPS)


class AmountTooLarge(ValueError):
    """An amount past :data:`FEN_LIMIT`."""


def parse_yuan(text: str) -> int:
    """Fen of an amount typed in yuan, such as ``"12"``, ``"12.5"`` or ``"¥1,234.50"``.

    A comma stands before three digits only: ``"12,5"`` is meant as 12.5 and must not become 125.

    Raises:
        AmountTooLarge: past :data:`FEN_LIMIT`.
        ValueError: not a number, or more than two decimals.
    """
    typed = text.strip().lstrip("¥￥").strip().replace("，", ",")
    if not _TYPED.fullmatch(typed):
        raise ValueError(f"not an amount: {text!r}")
    cleaned = typed.replace(",", "")
    try:
        fen = Decimal(cleaned) * 100
    except InvalidOperation:
        raise ValueError(f"not an amount: {text!r}") from None
    if not fen.is_finite() or fen != fen.to_integral_value():
        raise ValueError(f"not an amount in whole fen: {text!r}")
    if abs(fen) > FEN_LIMIT:
        raise AmountTooLarge(f"amount out of range: {text!r}")
    return int(fen)


def format_yuan(fen: int) -> str:
    """An amount in yuan with two decimals and no symbol or grouping: ``-1234`` → ``"-12.34"``."""
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), 100)
    return f"{sign}{yuan}.{rest:02d}"
