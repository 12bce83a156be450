"""Money: whole fen, rates in basis points, one split. No float ever."""

from core.kernel.money import (
    BPS,
    FEN_LIMIT,
    AmountTooLarge,
    format_yuan,
    parse_yuan,
    rate_fen,
    share_fen,
    split_fen,
)

__all__ = [
    "BPS",
    "FEN_LIMIT",
    "AmountTooLarge",
    "format_yuan",
    "parse_yuan",
    "rate_fen",
    "share_fen",
    "split_fen",
]
