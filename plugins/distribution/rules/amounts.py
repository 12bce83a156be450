"""The arithmetic of commissions: pure, integer fen and basis points."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from core.api.money import BPS, share_fen, split_fen
from core.api.values import dataclass
from plugins.distribution.rules.programme import Base, Found, Programme, RateKind

SELF_LEVEL = 0
"""Level of what a buyer gets as an extra line on an order of their own."""
_ESTIMATES_KEPT = 10_000


class LineSold(NamedTuple):
    """A line as commissions see it, for all its pieces, after all discounts, without freight.

    A tuple, since estimates are kept by it: every card of a list looks for its own.
    """

    paid_fen: int
    cost_fen: int
    quantity: int


@dataclass(frozen=True)
class Share:
    """What one level gets of a line. ``rate`` in basis points, or fen a piece."""

    level: int
    rate: int
    amount_fen: int


def base_fen(line: LineSold, base: Base) -> int:
    """What a plan's rates are of."""
    if base == Base.PROFIT:
        return max(0, line.paid_fen - line.cost_fen)
    return max(0, line.paid_fen)


def split_line(
    base: int, quantity: int, kind: RateKind, numbers: Sequence[int], pool_bps: int
) -> list[int]:
    """Fen for each of some rates on one line.

    Basis points are rounded by largest remainder together with what stays with the merchant. When
    all together exceed the pool they are cut in proportion. The parts never sum to more than the
    base.

    Args:
        base: fen the rates are of.
        quantity: pieces, for rates that are fen a piece.
        kind: of the numbers.
        numbers: a rate for each level.
        pool_bps: share of the base that all together may reach.
    """
    if base <= 0 or not any(numbers):
        return [0] * len(numbers)
    pool = share_fen(base, pool_bps, BPS)
    if kind == RateKind.FIXED:
        wanted = [number * quantity for number in numbers]
        return wanted if sum(wanted) <= pool else split_fen(pool, wanted)
    whole = sum(numbers)
    if whole <= pool_bps:
        return split_fen(base, [*numbers, BPS - whole])[: len(numbers)]
    return split_fen(pool, numbers)


def line_shares(
    line: LineSold,
    found: Found,
    *,
    depth: int,
    grades: Mapping[int, UUID | None],
    has_extra: bool = False,
) -> list[Share]:
    """What each level gets on a line, level 1 first, whether or not somebody earns it.

    Args:
        line: what was sold.
        found: where its rate comes from.
        depth: levels that are paid.
        grades: level → grade of the one who stands there; level 0 is the buyer.
        has_extra: the buyer gets level 1 of their own besides, as level 0, first of the answer.
    """
    if found.rate is None:
        return []
    levels = ([SELF_LEVEL] if has_extra else []) + list(range(1, depth + 1))
    numbers = [found.rate.at(level or 1, grades.get(level)) for level in levels]
    amounts = split_line(
        base_fen(line, found.plan.base),
        line.quantity,
        found.rate.kind,
        numbers,
        found.plan.pool_bps,
    )
    return [Share(*share) for share in zip(levels, numbers, amounts, strict=True)]


def saving_fen(line: LineSold, found: Found, grade_id: UUID | None) -> int:
    """What a distributor saves on a line of their own: level 1, off the price."""
    shares = line_shares(line, found, depth=1, grades={1: grade_id})
    return shares[0].amount_fen if shares else 0


def estimate_fen(line: LineSold, programme: Programme, found: Found, grade_id: UUID | None) -> int:
    """Level 1 of a line at the rate found for it: what its direct referrer would earn."""
    known = programme.estimates
    key = (found.plan.id, found.scope, found.target_id, grade_id, line)
    amount = known.get(key)
    if amount is None:
        if len(known) >= _ESTIMATES_KEPT:
            known.clear()
        shares = line_shares(line, found, depth=programme.depth, grades={1: grade_id})
        amount = known[key] = shares[0].amount_fen if shares else 0
    return amount


def reversed_fen(amount_fen: int, line_refunded_fen: int, line_paid_fen: int) -> int:
    """How much of a commission is reversed once ``line_refunded_fen`` of its line went back.

    Computed from the running total, so any number of partial refunds ends exactly at the amount.
    """
    if line_paid_fen <= 0:
        return 0
    return share_fen(amount_fen, min(line_refunded_fen, line_paid_fen), line_paid_fen)
