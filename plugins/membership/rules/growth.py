"""What an order gives, and what a refund takes back of it. Growth is whole; nothing is lost."""

from collections.abc import Sequence

from core.api.money import BPS, share_fen, split_fen

_FEN_A_YUAN = 100
_HUNDREDTHS = 100


def order_growth(paid_fen: Sequence[int], rate: int, multiplier_bps: int = BPS) -> list[int]:
    """Growth of each line of an order: the order's, floored once, split by largest remainder.

    Args:
        paid_fen: what was paid for each line, without freight.
        rate: growth a yuan, in hundredths.
        multiplier_bps: of the buyer's tier; 10 000: once.
    """
    total = sum(paid_fen) * rate * multiplier_bps // (_FEN_A_YUAN * _HUNDREDTHS * BPS)
    return split_fen(total, paid_fen) if paid_fen else []


def taken_back(growth: int, refunded_fen: int, paid_fen: int) -> int:
    """How much of a line's growth is gone once so much of its money went back; all at the end.

    Grows with what is refunded and is all of it when all money went back, so that what several
    refunds take adds up to what was given.
    """
    if paid_fen <= 0:
        return 0
    return share_fen(growth, min(refunded_fen, paid_fen), paid_fen)
