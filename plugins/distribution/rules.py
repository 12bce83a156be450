"""The arithmetic of commissions: pure, integer fen and basis points."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.api.errors import InvalidInput
from core.api.money import BPS, share_fen, split_fen

MAX_DEPTH = 3
"""Uplines beyond the third earn nothing; no setting can raise it."""


class Joining(StrEnum):
    """How members become distributors.

    ``EVERYONE``: every member earns without asking. ``OPEN``: whoever asks is active at once.
    ``APPLICATION``: staff reviews each wish. ``DESIGNATED``: staff names them, nobody can ask.
    """

    EVERYONE = "everyone"
    OPEN = "open"
    APPLICATION = "application"
    DESIGNATED = "designated"


@dataclass(frozen=True)
class Plan:
    """Rates of one plan version.

    Args:
        version: number of the version, 1 for the first.
        depth: how many levels are paid, 1 to 3.
        rates_bps: rate per level, level 1 first, as long as ``depth``.
        pool_bps: the sum over levels of one line never exceeds this share of its base.
        joining: how members become distributors.
    """

    version: int
    depth: int
    rates_bps: tuple[int, ...]
    pool_bps: int
    joining: Joining

    @property
    def effective_bps(self) -> tuple[int, ...]:
        """Rate per level as it is paid: where the pool cuts them, the pool's shares, rounded."""
        if sum(self.rates_bps) <= self.pool_bps:
            return self.rates_bps
        return tuple(split_fen(self.pool_bps, self.rates_bps))

    def to_json(self) -> dict[str, Any]:
        """What an order freezes."""
        return {
            "version": self.version,
            "depth": self.depth,
            "rates_bps": list(self.rates_bps),
            "pool_bps": self.pool_bps,
            "joining": str(self.joining),
        }

    @classmethod
    def from_json(cls, frozen: dict[str, Any]) -> "Plan":
        """The plan as an order froze it."""
        return cls(
            version=frozen["version"],
            depth=frozen["depth"],
            rates_bps=tuple(frozen["rates_bps"]),
            pool_bps=frozen["pool_bps"],
            joining=Joining(frozen["joining"]),
        )


def check_plan(depth: int, rates_bps: Sequence[int], pool_bps: int) -> None:
    """Refuse a plan that could pay more than a line brought in.

    Raises:
        InvalidInput: naming the field that is wrong.
    """
    if not 1 <= depth <= MAX_DEPTH:
        raise InvalidInput("distribution.depth", "The depth is 1, 2 or 3 levels.", field="depth")
    if len(rates_bps) != depth:
        raise InvalidInput("distribution.rates", "Each level needs a rate.", field="depth")
    for level, rate in enumerate(rates_bps, 1):
        if not 0 <= rate <= BPS:
            raise InvalidInput(
                "distribution.rates", "A rate is from 0 to 100 percent.", field=f"rate{level}"
            )
    if not 0 < pool_bps <= BPS:
        raise InvalidInput(
            "distribution.pool", "The pool is more than 0 and at most 100 percent.", field="pool"
        )


def line_commissions(base_fen: int, plan: Plan) -> list[int]:
    """Commission of each level for one line, level 1 first, whether or not somebody earns it.

    Rounded by largest remainder together with what stays with the merchant. When the rates exceed
    the pool they are cut in proportion. The parts never sum to more than the base.
    """
    if base_fen <= 0:
        return [0] * plan.depth
    whole = sum(plan.rates_bps)
    if whole <= plan.pool_bps:
        return split_fen(base_fen, [*plan.rates_bps, BPS - whole])[: plan.depth]
    pool_fen = share_fen(base_fen, plan.pool_bps, BPS)
    return split_fen(pool_fen, plan.rates_bps)


def estimate_fen(paid_fen: int, plan: Plan) -> int:
    """What the direct referrer would earn on a line that costs ``paid_fen``."""
    return line_commissions(paid_fen, plan)[0]


@dataclass(frozen=True)
class ExampleRow:
    """A level of a worked example: its rate, the rate after the pool's cut, its earnings."""

    level: int
    rate_bps: int
    effective_bps: int
    amount_fen: int


@dataclass(frozen=True)
class Example:
    """What a plan makes of one line: each level's commission and what stays with the store, in fen.

    ``is_cut``: the pool gives less than the rates together ask for.
    """

    base_fen: int
    rows: tuple[ExampleRow, ...]
    is_cut: bool
    pool_bps: int

    @property
    def paid_out_fen(self) -> int:
        """All levels together."""
        return sum(row.amount_fen for row in self.rows)

    @property
    def rates_bps(self) -> int:
        """The rates of all levels, added up."""
        return sum(row.rate_bps for row in self.rows)

    @property
    def left_fen(self) -> int:
        """What stays with the store."""
        return self.base_fen - self.paid_out_fen


def worked_example(plan: Plan, base_fen: int) -> Example:
    """How a plan splits a line for which ``base_fen`` was paid."""
    amounts = line_commissions(base_fen, plan)
    rows = tuple(
        ExampleRow(level, *row)
        for level, row in enumerate(
            zip(plan.rates_bps, plan.effective_bps, amounts, strict=True), 1
        )
    )
    return Example(base_fen, rows, sum(plan.rates_bps) > plan.pool_bps, plan.pool_bps)


def reversed_fen(amount_fen: int, line_refunded_fen: int, line_paid_fen: int) -> int:
    """How much of a commission is reversed once ``line_refunded_fen`` of its line went back.

    Computed from the running total, so any number of partial refunds ends exactly at the amount.
    """
    if line_paid_fen <= 0:
        return 0
    return share_fen(amount_fen, min(line_refunded_fen, line_paid_fen), line_paid_fen)
