"""Worked examples of a programme, for those who decide on it and those who earn by it."""

from uuid import UUID

from core.api.money import split_fen
from core.api.values import dataclass
from plugins.distribution.rules.amounts import LineSold, line_shares
from plugins.distribution.rules.programme import Found, Programme, RateKind, Scope


@dataclass(frozen=True)
class ExampleRow:
    """A level of a worked example: its rate, the rate after the pool's cut, its earnings.

    Both rates in basis points, or in fen a piece for fixed sums.
    """

    level: int
    rate: int
    effective: int
    amount_fen: int


@dataclass(frozen=True)
class Example:
    """What the default plan makes of one piece: each level's commission, and what is left, in fen.

    ``is_cut``: the pool gives less than the rates together ask for.
    """

    base_fen: int
    is_fixed: bool
    rows: tuple[ExampleRow, ...]
    is_cut: bool
    pool_bps: int

    @property
    def paid_out_fen(self) -> int:
        """All levels together."""
        return sum(row.amount_fen for row in self.rows)

    @property
    def left_fen(self) -> int:
        """What stays with the store."""
        return self.base_fen - self.paid_out_fen

    @property
    def rates(self) -> int:
        """The rates of all levels, added up."""
        return sum(row.rate for row in self.rows)


def worked_example(programme: Programme, base_fen: int) -> Example:
    """How the default plan splits one piece for which ``base_fen`` was paid, cost left aside."""
    plan = programme.default_plan
    found = Found(plan, Scope.PLAN, None, plan.rate)
    shares = line_shares(LineSold(base_fen, 0, 1), found, depth=programme.depth, grades={})
    is_fixed = plan.rate.kind == RateKind.FIXED
    paid = [share.amount_fen for share in shares] if is_fixed else effective_bps(programme)
    return Example(
        base_fen=base_fen,
        is_fixed=is_fixed,
        rows=tuple(
            ExampleRow(share.level, share.rate, effective, share.amount_fen)
            for share, effective in zip(shares, paid, strict=True)
        ),
        is_cut=any(share.rate != each for share, each in zip(shares, paid, strict=True)),
        pool_bps=plan.pool_bps,
    )


def effective_bps(programme: Programme, grade_id: UUID | None = None) -> list[int]:
    """The default plan's rate per level as it is paid: where the pool cuts them, its shares.

    Empty for a plan of fixed sums.
    """
    plan = programme.default_plan
    if plan.rate.kind == RateKind.FIXED:
        return []
    rates = [plan.rate.at(level, grade_id) for level in range(1, programme.depth + 1)]
    return rates if sum(rates) <= plan.pool_bps else split_fen(plan.pool_bps, rates)
