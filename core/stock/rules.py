"""Words and small decisions of stock."""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from core.kernel.errors import Rejected

MOST_PIECES = 1_000_000_000
"""Largest count of pieces of one SKU."""


class HoldState(StrEnum):
    """Life of a hold: held until the order is paid (taken) or dies (released)."""

    HELD = "held"
    TAKEN = "taken"
    RELEASED = "released"


class MovementKind(StrEnum):
    """Why what is on hand changed."""

    SOLD = "sold"
    RETURNED = "returned"
    RECEIVED = "received"
    ADJUSTED = "adjusted"
    IMPORTED = "imported"


def checked_wants(wants: Mapping[UUID, int]) -> list[tuple[UUID, int]]:
    """Pieces by SKU in ascending id, the order in which every lock is taken.

    Raises:
        Rejected: nothing is wanted, or a quantity is not positive.
    """
    if not wants:
        raise Rejected("stock.nothing", "Nothing was chosen.")
    if min(wants.values()) < 1 or max(wants.values()) > MOST_PIECES:
        raise Rejected("stock.quantity", "The quantity must be at least 1.")
    return sorted(wants.items())


def movement_key(key: str, sku_id: UUID) -> str:
    """Key under which one SKU's part of a change is booked once."""
    return f"{key}:{sku_id.hex}"
