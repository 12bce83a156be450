"""Which tier a member has, has lost, or comes to. Tiers compare by their growth threshold.

That way a tier that was taken out of the ladder still has its place among the others.
"""

from collections.abc import Sequence

from core.api.values import dataclass
from plugins.membership.rules.programme import ReviewRule
from plugins.membership.types import Tier

Ladder = Sequence[Tier]
"""Tiers in force, the lowest first; thresholds rise strictly."""


@dataclass(frozen=True)
class Measures:
    """What a member has to show.

    Args:
        growth: balance of growth value; below zero while more was taken back than is left.
        spent_fen: paid for goods and kept, within the rules' window.
        bought_count: pieces bought and kept.
        order_count: orders of which something was kept; a gift alone is nothing.
    """

    growth: int = 0
    spent_fen: int = 0
    bought_count: int = 0
    order_count: int = 0


def needs_spending(ladder: Ladder) -> bool:
    """Whether any tier can be reached otherwise than by growth."""
    return any(
        wanted is not None
        for tier in ladder
        for wanted in (tier.spent_fen, tier.bought_count, tier.order_count)
    )


def is_reached(tier: Tier, measures: Measures) -> bool:
    """Whether somebody fulfils one of a tier's conditions. A threshold of 0 is always fulfilled."""
    if tier.threshold <= max(measures.growth, 0):
        return True
    others = (
        (tier.spent_fen, measures.spent_fen),
        (tier.bought_count, measures.bought_count),
        (tier.order_count, measures.order_count),
    )
    return any(wanted is not None and has >= wanted for wanted, has in others)


def reached(ladder: Ladder, measures: Measures) -> Tier | None:
    """The highest tier that somebody fulfils a condition of."""
    return next((tier for tier in reversed(ladder) if is_reached(tier, measures)), None)


def is_above(one: Tier | None, other: Tier | None) -> bool:
    """Whether one tier stands higher; no tier is lower than any."""
    return one is not None and (other is None or one.threshold > other.threshold)


def higher(one: Tier | None, other: Tier | None) -> Tier | None:
    """The higher of two."""
    return one if is_above(one, other) else other


def below(ladder: Ladder, tier: Tier) -> Tier | None:
    """The next lower tier; ``None`` below the lowest."""
    return next((each for each in reversed(ladder) if each.threshold < tier.threshold), None)


def successor(ladder: Ladder, tier: Tier | None) -> Tier | None:
    """What a tier is in the ladder in force: itself, or the highest that asks for no more."""
    if tier is None:
        return None
    same = next((each for each in ladder if each.id == tier.id), None)
    return same or next(
        (each for each in reversed(ladder) if each.threshold <= tier.threshold), None
    )


def after_growth(ladder: Ladder, current: Tier | None, measures: Measures) -> Tier | None:
    """The tier once growth was given: a higher one at once, never a lower one."""
    return higher(reached(ladder, measures), current)


def after_loss(
    ladder: Ladder, current: Tier | None, floor: Tier | None, measures: Measures
) -> Tier | None:
    """The tier once growth was taken back: what they still reach, but not below ``floor``.

    ``floor`` is what their last review left them: what was theirs before stays until the next one.
    """
    left = higher(reached(ladder, measures), successor(ladder, floor))
    return left if is_above(current, left) else higher(left, current)


def after_review(
    ladder: Ladder, current: Tier | None, measures: Measures, rule: ReviewRule
) -> Tier | None:
    """The tier after the end of validity: what they reach, or by the rule for who lost theirs."""
    best = reached(ladder, measures)
    if current is None or not is_above(current, best):
        return best
    if rule == ReviewRule.KEEP:
        return current
    if rule == ReviewRule.STEP_DOWN:
        return higher(best, below(ladder, current))
    return best


def expiring(growth: int, expiry_bps: int) -> int:
    """How much of a balance expires at a review: its share, rounded down; of a debt nothing."""
    return max(growth, 0) * expiry_bps // 10_000


@dataclass(frozen=True)
class Progress:
    """How far somebody is from the next tier.

    Args:
        tier: the one they have.
        following: the next; ``None`` at the top and where there is no ladder.
        growth: theirs, 0 at least.
        missing: growth up to ``following``.
        permille: of the way from their tier's threshold to the next one's; 1000 at the top.
    """

    tier: Tier | None
    following: Tier | None
    growth: int
    missing: int
    permille: int


def progress(ladder: Ladder, tier: Tier | None, growth: int) -> Progress:
    """How far somebody is, by growth; other conditions are told apart from it."""
    shown = max(growth, 0)
    following = next((each for each in ladder if is_above(each, tier)), None)
    if following is None:
        return Progress(tier, None, shown, 0, 1000 if tier else 0)
    start = tier.threshold if tier else 0
    span = following.threshold - start
    done = min(max(shown - start, 0), span)
    return Progress(
        tier, following, shown, max(following.threshold - growth, 0), done * 1000 // max(span, 1)
    )
