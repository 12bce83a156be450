"""Grades of distributors and what they ask for."""

from enum import StrEnum
from uuid import UUID

from core.api.values import dataclass


class Measure(StrEnum):
    """What a grade asks for. Sales in fen, settled and net of refunds; heads are members."""

    OWN_SALES = "own_sales"
    DIRECT_SALES = "direct_sales"
    TEAM_SALES = "team_sales"
    DIRECT_HEADS = "direct_heads"
    TEAM_HEADS = "team_heads"
    EARNED = "earned"


@dataclass(frozen=True)
class Condition:
    """One thing that a grade asks for: at least so much of a measure."""

    measure: Measure
    at_least: int


@dataclass(frozen=True)
class Grade:
    """A grade of distributors; a higher ``rank`` is better.

    Args:
        id: stays the same from version to version.
        name: as distributors read it.
        rank: 1 for the lowest; those without a grade stand below all.
        needs_all: whether all conditions must hold, or any one.
        conditions: none: staff gives the grade by hand.
    """

    id: UUID
    name: str
    rank: int
    needs_all: bool = True
    conditions: tuple[Condition, ...] = ()
