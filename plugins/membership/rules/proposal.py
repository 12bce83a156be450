"""Thresholds from what members really brought in: choose shares, get the ladder that makes them.

Equal contributions are never torn apart, so a share is met as nearly as ties allow. Thresholds are
rounded to numbers a person can remember, and rise strictly.
"""

from bisect import bisect_left
from collections.abc import Sequence

from core.api.errors import InvalidInput
from core.api.money import BPS
from core.api.values import dataclass

TIERS_MOST = 10
_STEPS = (10, 12, 15, 20, 25, 30, 40, 50, 60, 80)
"""Leading digits of friendly numbers."""


@dataclass(frozen=True)
class Proposed:
    """One tier of a proposal.

    Args:
        threshold: from which contribution on; 0 for the lowest.
        share_bps: what was wished for.
        members: how many would be in it.
        exact: the threshold before it was rounded.
    """

    threshold: int
    share_bps: int
    members: int
    exact: int


def check_shares(shares_bps: Sequence[int]) -> None:
    """Refuse shares that make no ladder.

    Raises:
        InvalidInput: fewer than two, too many, one that is 0, or a sum other than 100 %.
    """
    if not 2 <= len(shares_bps) <= TIERS_MOST:
        raise InvalidInput(
            "membership.shares", "Give the shares of two to ten tiers.", field="shares"
        )
    if min(shares_bps) <= 0 or sum(shares_bps) != BPS:
        raise InvalidInput(
            "membership.shares_sum",
            "The shares must be above 0 and add up to 100 %%.",
            field="shares",
        )


def propose(contributions: Sequence[int], shares_bps: Sequence[int]) -> list[Proposed]:
    """Thresholds under which the members spread over tiers as nearly as possible to the shares.

    Args:
        contributions: growth (or fen, or whatever is to be the measure) of each member, 0 or more.
        shares_bps: wished share of each tier, the lowest first; they sum to 10 000.

    Raises:
        InvalidInput: shares that make no ladder, or fewer different contributions than tiers.
    """
    check_shares(shares_bps)
    ordered = sorted(max(each, 0) for each in contributions)
    levels = sorted(set(ordered))
    cuts = [0]
    wanted = 0
    for place, share in enumerate(shares_bps[:-1], start=1):
        wanted += share
        cuts.append(_cut(ordered, levels, wanted, least=cuts[-1], left=len(shares_bps) - place))
    exact = [0, *(levels[cut] for cut in cuts[1:])]
    allowed = len(ordered) * min(min(shares_bps) // 4, BPS // 100) // BPS
    rounded = _friendly(ordered, exact, levels, cuts, allowed)
    counts = spread(ordered, rounded)
    return [
        Proposed(threshold, share, members, each)
        for threshold, share, members, each in zip(rounded, shares_bps, counts, exact, strict=True)
    ]


def _cut(
    ordered: Sequence[int], levels: Sequence[int], wanted_bps: int, *, least: int, left: int
) -> int:
    """Index into ``levels`` of the threshold that leaves nearest to the wanted share below it.

    ``least``: index of the threshold before; ``left``: tiers that still need one of their own.
    """
    first, last = least + 1, len(levels) - left
    if first > last:
        raise InvalidInput(
            "membership.too_alike",
            "The members' contributions are too alike for so many tiers; take fewer.",
            field="shares",
        )
    target = len(ordered) * wanted_bps

    def miss(index: int) -> int:
        return abs(bisect_left(ordered, levels[index]) * BPS - target)

    low, high = first, last  # the count below a threshold never falls, so the miss has one valley
    while low < high:
        middle = (low + high) // 2
        if bisect_left(ordered, levels[middle]) * BPS < target:
            low = middle + 1
        else:
            high = middle
    return min((each for each in (low - 1, low) if first <= each <= last), key=miss)


def _friendly(
    ordered: Sequence[int],
    exact: Sequence[int],
    levels: Sequence[int],
    cuts: Sequence[int],
    allowed: int,
) -> list[int]:
    """Each threshold as a number that can be remembered, still strictly rising."""
    rounded = [0]
    for place, value in enumerate(exact[1:], start=1):
        below = max(levels[cuts[place] - 1], rounded[-1])
        inside = [each for each in _friendly_numbers(value) if each > below]
        if inside:  # nobody changes sides by any of these
            rounded.append(max(inside, key=lambda each: (-len(str(each).rstrip("0")), each)))
        else:
            rounded.append(_nearly(ordered, value, rounded[-1], allowed))
    return rounded


def _nearly(ordered: Sequence[int], value: int, before: int, allowed: int) -> int:
    """A threshold with few significant digits by which at most ``allowed`` members change sides."""
    at = bisect_left(ordered, value)
    for digits in range(2, len(str(value))):
        unit: int = 10 ** (len(str(value)) - digits)
        candidates = (value // unit * unit, (value // unit + 1) * unit)
        moved = {each: abs(bisect_left(ordered, each) - at) for each in candidates if each > before}
        best = min(moved, key=lambda each: moved[each], default=None)
        if best is not None and moved[best] <= allowed:
            return best
    return max(value, before + 1)


def _friendly_numbers(most: int) -> list[int]:
    """Those up to ``most``: 1, 2, 3 … 10, 12, 15, 20 … 100, 120, 150 and so on."""
    found, unit = list(range(1, min(most, 9) + 1)), 1
    while unit * 10 <= most:
        found += [step * unit for step in _STEPS if step * unit <= most]
        unit *= 10
    return found


def spread(ordered: Sequence[int], thresholds: Sequence[int]) -> list[int]:
    """How many of the ascending contributions fall into each tier of a ladder that starts at 0."""
    starts = [bisect_left(ordered, each) for each in thresholds]
    ends = [*starts[1:], len(ordered)]
    return [end - start for start, end in zip(starts, ends, strict=True)]


@dataclass(frozen=True)
class Moves:
    """What a ladder would do to the members of another: counts, and who goes from where to where.

    ``table[old][new]`` counts members by the place of their tier; place 0 is no tier.
    """

    up: int
    down: int
    same: int
    table: tuple[tuple[int, ...], ...]


def moves(
    contributions: Sequence[int], old: Sequence[int], new: Sequence[int], places: Sequence[int] = ()
) -> Moves:
    """Compare ladders member by member.

    Args:
        contributions: of each member.
        old: thresholds in force, ascending; empty: no ladder.
        new: thresholds proposed, ascending.
        places: where each member stands today: 1 is the lowest tier, 0 none; by ``old`` if missing.
    """
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    up = down = 0
    for index, contribution in enumerate(contributions):
        before = places[index] if places else _place(contribution, old)
        after = _place(contribution, new)
        table[before][after] += 1
        up += after > before
        down += after < before
    same = len(contributions) - up - down
    return Moves(up, down, same, tuple(tuple(row) for row in table))


def _place(contribution: int, thresholds: Sequence[int]) -> int:
    return sum(1 for each in thresholds if each <= contribution)
