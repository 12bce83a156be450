"""Orders as those see them who follow them from outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.media.types import PictureView
from core.orders.rules import options_text


@dataclass(frozen=True)
class LineProgress:
    """How much of what was paid for a line went back, in fen, and how many pieces.

    ``paid_fen`` never changes.
    """

    line_id: UUID
    refunded_fen: int
    paid_fen: int
    returned: int


@dataclass(frozen=True)
class OrderProgress:
    """When an order was received and settled (``None``: not yet), and its lines' refunds."""

    order_id: UUID
    received_at: datetime | None
    settled_at: datetime | None
    lines: tuple[LineProgress, ...]


@dataclass(frozen=True)
class LineLabel:
    """What was sold on an order line, as it was called then."""

    line_id: UUID
    title: str
    options: Mapping[str, str]
    quantity: int
    picture: PictureView | None

    @property
    def options_text(self) -> str:
        """Chosen options in one line."""
        return options_text(self.options)
