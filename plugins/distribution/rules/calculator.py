"""What a basket pays to whom, and what the store keeps: the arithmetic of accrual, laid open."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from core.api.money import BPS
from core.api.values import dataclass
from plugins.distribution.rules.amounts import (
    SELF_LEVEL,
    LineSold,
    base_fen,
    line_shares,
    saving_fen,
)
from plugins.distribution.rules.programme import Found, Programme, SelfPurchase

Who = TypeVar("Who", bound=Hashable)


@dataclass(frozen=True)
class Person:
    """Somebody of the chain, or the buyer. ``is_active``: may earn on new orders."""

    is_active: bool
    grade_id: UUID | None = None


@dataclass(frozen=True)
class Earned:
    """What one level gets of a line.

    Args:
        level: 1 to 3; 0 is the buyer's own extra line.
        rate: basis points, or fen a piece.
        wanted_fen: before the pool's cut.
        amount_fen: after it; nothing of it is paid when ``is_paid`` is false.
        is_paid: somebody who may earn stands there.
        is_buyer: it is the buyer's own.
    """

    level: int
    rate: int
    wanted_fen: int
    amount_fen: int
    is_paid: bool
    is_buyer: bool


@dataclass(frozen=True)
class LineOutcome:
    """A line of the basket, worked out.

    ``sold`` is what it is after an instant saving of ``saved_fen``.
    """

    sold: LineSold
    found: Found
    saved_fen: int
    base_fen: int
    earned: tuple[Earned, ...]

    @property
    def paid_out_fen(self) -> int:
        """Commissions that somebody earns."""
        return sum(each.amount_fen for each in self.earned if each.is_paid)

    @property
    def cut_fen(self) -> int:
        """What the pool, or the base itself, cut off over all levels."""
        return sum(each.wanted_fen - each.amount_fen for each in self.earned)

    @property
    def kept_fen(self) -> int:
        """What stays with the store after commissions and the goods' cost; may be below zero."""
        return self.sold.paid_fen - self.paid_out_fen - self.sold.cost_fen


def earning_levels(
    programme: Programme,
    chain: Sequence[Who],
    active: Collection[Who],
    buyer: Who,
    *,
    is_own: bool,
) -> dict[int, Who]:
    """Who earns, by level.

    Args:
        programme: of the order.
        chain: the buyer's uplines, level 1 first.
        active: those who may earn, the buyer among them if they may.
        buyer: who orders.
        is_own: the buyer was an active distributor at placement, so that their own order counts.
    """
    mode = programme.self_purchase if is_own else SelfPurchase.OFF
    line = [buyer, *chain] if mode == SelfPurchase.SHIFT else list(chain)
    if programme.is_compressed:
        line = [who for who in line if who in active]
    earning = {level: who for level, who in enumerate(line[: programme.depth], 1) if who in active}
    if mode == SelfPurchase.EXTRA and buyer in active:
        earning[SELF_LEVEL] = buyer
    return earning


def calculate(
    programme: Programme,
    lines: Sequence[tuple[LineSold, Found]],
    chain: Sequence[Person | None],
    buyer: Person,
) -> list[LineOutcome]:
    """Work a basket out.

    Args:
        programme: draft or in force.
        lines: what is sold, and where the programme pays on it.
        chain: uplines, level 1 first; ``None`` where the chain ends.
        buyer: active when they are a distributor.
    """
    uplines: dict[int, Person] = {}
    for place, person in enumerate(chain, 1):
        if person is None:
            break
        uplines[place] = person
    everybody: Mapping[int, Person] = {0: buyer, **uplines}
    active = [place for place, person in everybody.items() if person.is_active]
    earning = earning_levels(programme, list(uplines), active, 0, is_own=buyer.is_active)
    grades = {level: everybody[place].grade_id for level, place in earning.items()}
    saves = buyer.is_active and programme.self_purchase == SelfPurchase.SAVING
    outcomes = []
    for sold, found in lines:
        saved = saving_fen(sold, found, buyer.grade_id) if saves else 0
        left = sold._replace(paid_fen=sold.paid_fen - saved)
        outcomes.append(
            LineOutcome(
                sold=left,
                found=found,
                saved_fen=saved,
                base_fen=base_fen(left, found.plan.base),
                earned=_earned(programme, left, found, grades, earning),
            )
        )
    return outcomes


def _earned(
    programme: Programme,
    sold: LineSold,
    found: Found,
    grades: Mapping[int, UUID | None],
    earning: Mapping[int, int],
) -> tuple[Earned, ...]:
    has_extra = SELF_LEVEL in earning
    shares = line_shares(sold, found, depth=programme.depth, grades=grades, has_extra=has_extra)
    uncapped = found._replace(plan=replace(found.plan, pool_bps=BPS, rules=()))
    wanted = line_shares(sold, uncapped, depth=programme.depth, grades=grades, has_extra=has_extra)
    return tuple(
        Earned(
            level=share.level,
            rate=share.rate,
            wanted_fen=wish.amount_fen,
            amount_fen=share.amount_fen,
            is_paid=share.level in earning,
            is_buyer=earning.get(share.level) == 0,
        )
        for share, wish in zip(shares, wanted, strict=True)
    )
