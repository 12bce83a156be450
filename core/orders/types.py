"""Values that travel between placement, plugins and the edges."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core.pricing.types import PriceRule, Quote


@dataclass(frozen=True)
class PlacementFacts:
    """An order about to be stored, as checks and freezes see it.

    ``chain`` holds (level, member id) of up to three uplines, level 1 first.
    """

    order_id: UUID
    member_id: UUID
    quote: Quote
    chain: tuple[tuple[int, UUID], ...]
    province: str


def _no_check(hook: str, **arguments: Any) -> None:
    """Nobody to ask."""


@dataclass(frozen=True)
class Extensions:
    """What the enabled plugins add to orders, handed in by the edge (``shop.extensions()``).

    Args:
        rules: price rules of plugins; core adds its own.
        check: calls a ``check_*`` hook by name with keyword arguments, raises ``Rejected``.
        freezes: plugin name → what to freeze on the order.
    """

    rules: Sequence[PriceRule] = ()
    check: Callable[..., None] = _no_check
    freezes: Mapping[str, Callable[[Session, PlacementFacts], Any]] = field(default_factory=dict)
