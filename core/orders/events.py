"""Facts of orders. Every amount in fen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class LineFact:
    """An order line as facts carry it. ``paid_fen``: after all discounts, without freight."""

    line_id: UUID
    product_id: UUID
    sku_id: UUID
    category_id: UUID | None
    quantity: int
    paid_fen: int
    cost_fen: int


@dataclass(frozen=True, kw_only=True)
class ChainLink:
    """One upline as frozen at placement; ``level`` 1 is the direct referrer."""

    level: int
    member_id: UUID


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(Event):
    """An order was placed and its stock held. Not fired for a repeated submit of the same cart."""

    aggregate = "order_id"
    order_id: UUID
    order_no: str
    member_id: UUID
    total_fen: int
    placed_at: datetime


@dataclass(frozen=True, kw_only=True)
class OrderPaid(Event):
    """An order was paid in full, once. Not fired for wrong sums, dead orders, second payments."""

    aggregate = "order_id"
    order_id: UUID
    order_no: str
    member_id: UUID
    goods_fen: int
    freight_fen: int
    total_fen: int
    lines: tuple[LineFact, ...]
    chain: tuple[ChainLink, ...]
    plan_versions: dict[str, Any]
    placed_at: datetime
    paid_at: datetime


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Event):
    """An unpaid order was cancelled by somebody or expired; its stock is free again."""

    aggregate = "order_id"
    order_id: UUID
    order_no: str
    member_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class OrderShipped(Event):
    """The parcel left."""

    aggregate = "order_id"
    order_id: UUID
    order_no: str
    member_id: UUID
    carrier: str
    tracking_no: str


@dataclass(frozen=True, kw_only=True)
class OrderReceived(Event):
    """The shopper confirmed receipt, or the time for it ran out. Not fired when fully refunded."""

    aggregate = "order_id"
    order_id: UUID
    order_no: str
    member_id: UUID
    received_at: datetime
    aftersale_until: datetime


@dataclass(frozen=True, kw_only=True)
class OrderSettled(Event):
    """The after-sale window passed with no after-sale open. Fires once an order."""

    aggregate = "order_id"
    order_id: UUID
    order_no: str
    member_id: UUID
    settled_at: datetime


@dataclass(frozen=True, kw_only=True)
class LineRefund:
    """What went back of one line. The totals are the line's after this refund."""

    line_id: UUID
    quantity: int
    amount_fen: int
    line_refunded_fen: int
    line_paid_fen: int


@dataclass(frozen=True, kw_only=True)
class OrderRefunded(Event):
    """Money of an after-sale went back through the gateway. Fires once an after-sale."""

    aggregate = "order_id"
    order_id: UUID
    order_no: str
    member_id: UUID
    after_sale_id: UUID
    amount_fen: int
    freight_fen: int
    lines: tuple[LineRefund, ...]
    is_full: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class AfterSaleOpened(Event):
    """A shopper asked for money back; settlement of the order waits while it is open."""

    aggregate = "order_id"
    order_id: UUID
    order_no: str
    member_id: UUID
    after_sale_id: UUID
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class AfterSaleClosed(Event):
    """An after-sale ended: refunded, rejected or withdrawn."""

    aggregate = "order_id"
    order_id: UUID
    order_no: str
    member_id: UUID
    after_sale_id: UUID
    outcome: str
