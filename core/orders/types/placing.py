"""Values of placing and paying, and what plugins add to them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
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


@dataclass(frozen=True)
class PlacedOrder:
    """What placement answers. ``is_new`` is false when the same request was placed before.

    An order of 0 fen is paid at once (``is_paid``) and needs no visit to the cashier.
    """

    order_id: UUID
    order_no: str
    total_fen: int
    expires_at: datetime
    is_new: bool
    is_paid: bool = False


class ConfirmVerdict(StrEnum):
    """What became of a payment's result.

    ``CONFIRMED``: the order is paid by this call. ``REPEATED``: it was known already, nothing
    happened. ``SUSPENDED``: money came that does not fit; it goes back. ``FAILED``, ``PENDING``: as
    the gateway says.
    """

    CONFIRMED = "confirmed"
    REPEATED = "repeated"
    SUSPENDED = "suspended"
    FAILED = "failed"
    PENDING = "pending"


@dataclass(frozen=True)
class ConfirmOutcome:
    """The answer of ``finalise.confirm_payment``."""

    verdict: ConfirmVerdict
    order_id: UUID
    order_no: str
    is_paid: bool
