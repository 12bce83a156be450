"""After-sales as pages show them."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from core.kernel.values import dataclass
from core.media.types import PictureView
from core.orders.rules import options_text
from core.orders.states import AfterSaleKind, AfterSaleState, after_sale_label


@dataclass(frozen=True)
class AfterSaleLineView:
    """How much of a line goes back; ``quantity`` 0: money only."""

    line_id: UUID
    title: str
    options: Mapping[str, str]
    picture: PictureView | None
    quantity: int
    amount_fen: int

    @property
    def options_text(self) -> str:
        """Chosen options in one line."""
        return options_text(self.options)


@dataclass(frozen=True)
class AfterSaleView:
    """A wish for money back and where it stands. ``amount_fen`` includes ``freight_fen``."""

    after_sale_id: UUID
    after_sale_no: str
    order_id: UUID
    order_no: str
    member_id: UUID
    nickname: str
    kind: AfterSaleKind
    state: AfterSaleState
    reason: str
    note: str
    answer: str
    amount_fen: int
    freight_fen: int
    lines: tuple[AfterSaleLineView, ...]
    created_at: datetime
    decided_at: datetime | None
    closed_at: datetime | None

    @property
    def label(self) -> str:
        """Catalogue entry of its state."""
        return after_sale_label(self.state)

    @property
    def can_withdraw(self) -> bool:
        """Whether the shopper may still take it back."""
        return self.state == AfterSaleState.REQUESTED

    @property
    def can_decide(self) -> bool:
        """Whether staff has to approve or reject it."""
        return self.state == AfterSaleState.REQUESTED


@dataclass(frozen=True)
class OfferLine:
    """What an after-sale may still ask for on one line, open after-sales already taken off."""

    line_id: UUID
    title: str
    options: Mapping[str, str]
    picture: PictureView | None
    quantity: int
    left_quantity: int
    left_fen: int


@dataclass(frozen=True)
class AfterSaleOffer:
    """What can be asked back of an order: per line, and freight when everything goes back."""

    order_id: UUID
    order_no: str
    lines: tuple[OfferLine, ...]
    left_freight_fen: int
    is_shipped: bool
