"""Orders as pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.media.types import PictureView
from core.orders.rules import options_text
from core.orders.states import (
    FulfilmentState,
    OrderState,
    OrderStatus,
    PaymentState,
    status_label,
)
from core.orders.types.after_sales import AfterSaleView
from core.pricing.types import TraceStep


@dataclass(frozen=True)
class AddressView:
    """Where a parcel goes, as frozen on the order."""

    name: str
    phone: str
    province: str
    city: str
    district: str
    detail: str
    postcode: str = ""

    @property
    def line(self) -> str:
        """Province to door in one line, as Chinese parcels carry it."""
        return f"{self.province}{self.city}{self.district}{self.detail}"


@dataclass(frozen=True)
class OrderLineView:
    """A line of an order with what was really paid for it.

    ``left_quantity`` and ``left_fen`` are what an after-sale may still ask for.
    """

    line_id: UUID
    product_id: UUID
    sku_id: UUID
    slug: str
    title: str
    options: Mapping[str, str]
    picture_id: UUID | None
    picture: PictureView | None
    quantity: int
    unit_price_fen: int
    discount_fen: int
    paid_fen: int
    refunded_quantity: int
    refunded_fen: int
    left_quantity: int
    left_fen: int
    sku_code: str = ""

    @property
    def options_text(self) -> str:
        """Chosen options in one line."""
        return options_text(self.options)

    @property
    def list_fen(self) -> int:
        """List price of the line."""
        return self.unit_price_fen * self.quantity


@dataclass(frozen=True)
class TimelineEntry:
    """One entry of the order's story; ``message`` is a catalogue entry filled by ``params``."""

    source: str
    kind: str
    message: str
    params: Mapping[str, Any]
    actor: str
    at: datetime


@dataclass(frozen=True)
class ShipmentView:
    """A parcel."""

    carrier: str
    tracking_no: str
    actor: str
    at: datetime


@dataclass(frozen=True)
class OrderSummary:
    """An order in a list: its state, its total, its first lines."""

    order_id: UUID
    order_no: str
    member_id: UUID
    nickname: str
    phone: str
    status: OrderStatus
    state: OrderState
    payment_state: PaymentState
    fulfilment_state: FulfilmentState
    total_fen: int
    refunded_fen: int
    pieces: int
    lines: tuple[OrderLineView, ...]
    receiver: str
    placed_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    has_open_after_sale: bool

    @property
    def label(self) -> str:
        """Catalogue entry of the status."""
        return status_label(self.status)


@dataclass(frozen=True)
class OrderView:
    """Everything about one order that its owner or staff may read.

    ``trace`` is the frozen price story; ``chain`` the frozen uplines, level 1 first (staff only:
    empty when read as the shopper). ``can_*`` are what its owner may do at the moment of reading.
    """

    order_id: UUID
    order_no: str
    member_id: UUID
    status: OrderStatus
    state: OrderState
    payment_state: PaymentState
    fulfilment_state: FulfilmentState
    lines: tuple[OrderLineView, ...]
    goods_fen: int
    discount_fen: int
    freight_fen: int
    total_fen: int
    paid_fen: int
    refunded_fen: int
    address: AddressView
    note: str
    trace: tuple[TraceStep, ...]
    chain: tuple[tuple[int, UUID], ...]
    timeline: tuple[TimelineEntry, ...]
    shipments: tuple[ShipmentView, ...]
    after_sales: tuple[AfterSaleView, ...]
    placed_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    received_at: datetime | None
    aftersale_until: datetime | None
    settled_at: datetime | None
    closed_at: datetime | None
    close_reason: str
    can_pay: bool
    can_cancel: bool
    can_receive: bool
    can_ask_refund: bool

    @property
    def label(self) -> str:
        """Catalogue entry of the status."""
        return status_label(self.status)

    @property
    def list_fen(self) -> int:
        """Goods at list price."""
        return self.goods_fen + self.discount_fen

    @property
    def pieces(self) -> int:
        """Pieces ordered."""
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True)
class OrderFilter:
    """What admin looks for. Empty fields do not narrow; ``since`` and ``until`` are UTC instants.

    ``query`` matches an order number or after-sale number, a phone, a nickname, the receiver's name
    or a line's title.
    """

    query: str = ""
    status: OrderStatus | None = None
    has_open_after_sale: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    member_id: UUID | None = None


@dataclass(frozen=True)
class PackingSlip:
    """What is printed and laid in the parcel: no prices of other orders, no internal notes."""

    order_id: UUID
    order_no: str
    shop_name: str
    address: AddressView
    lines: tuple[OrderLineView, ...]
    pieces: int
    goods_fen: int
    discount_fen: int
    freight_fen: int
    total_fen: int
    note: str
    placed_at: datetime
    printed_at: datetime
