"""Stock as other rooms and the admin see it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class StockView:
    """Pieces of one SKU. ``low_at``: from how many available pieces down it counts as low."""

    sku_id: UUID
    on_hand: int
    allocated: int
    low_at: int

    @property
    def available(self) -> int:
        """Pieces that can still be sold."""
        return self.on_hand - self.allocated

    @property
    def is_sold_out(self) -> bool:
        """Whether none is left to sell."""
        return self.available <= 0

    @property
    def is_low(self) -> bool:
        """Whether some are left, but few."""
        return 0 < self.available <= self.low_at


@dataclass(frozen=True)
class MovementView:
    """One booked change of what is on hand. ``quantity`` is signed."""

    id: UUID
    sku_id: UUID
    kind: str
    quantity: int
    reference: str
    actor: str
    at: datetime


@dataclass(frozen=True)
class StockReport:
    """What a check of all stock found; ``faults`` are sentences, each naming a SKU."""

    sku_count: int
    movement_count: int
    faults: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults
