"""Facts of stock."""

from dataclasses import dataclass
from uuid import UUID

from core.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class StockReturned(Event):
    """A SKU that was sold out can be bought again; ``available`` pieces at that moment.

    Not fired when stock that was not used up grows.
    """

    aggregate = "sku_id"
    sku_id: UUID
    available: int
