"""Facts of orders. Every amount in fen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class LineFact:
    """An order line as facts carry it. ``paid_fen``: after all discounts, without freight.

    Args:
        category_id: of the product at placement; ``None``: it stood on no shelf.
        paid_fen: for all pieces of the line.
        cost_fen: what they cost the store, as its SKU said at placement.
    """

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
    """An order was placed and its stock held; it is not paid yet. ``total_fen`` with freight.

    Not fired for a repeated submit of the same cart, nor when placement is refused.

    Args:
        order_no: what people call the order; public.
        total_fen: to be paid, freight included.
    """

    aggregate = "order_id"
    order_id: UUID
    order_no: str
    member_id: UUID
    total_fen: int
    placed_at: datetime


@dataclass(frozen=True, kw_only=True)
class OrderPaid(Event):
    """An order was paid in full. Fires once an order, whichever gateway told it first.

    ``goods_fen`` after all discounts, ``plan_versions`` what plugins froze at placement, by plugin.
    Not fired for wrong sums, dead orders and second payments: that money goes to suspense.

    Args:
        goods_fen: of all lines, after all discounts, without freight.
        total_fen: goods and freight.
        chain: uplines as frozen at placement, up to three, the direct referrer first.
        plan_versions: what each plugin froze, by the plugin's name.
    """

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
    """An unpaid order was cancelled by somebody or expired; its stock is free again.

    Not fired for paid orders: these end by a refund (``OrderRefunded``).

    Args:
        reason: as somebody typed it, or the trunk's English sentence for an expired one.
    """

    aggregate = "order_id"
    order_id: UUID
    order_no: str
    member_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class OrderShipped(Event):
    """The first parcel of an order left. Fires once an order, not for further parcels."""

    aggregate = "order_id"
    order_id: UUID
    order_no: str
    member_id: UUID
    carrier: str
    tracking_no: str


@dataclass(frozen=True, kw_only=True)
class OrderReceived(Event):
    """The shopper confirmed receipt, or the time for it ran out. Fires once an order.

    Not fired for an order that was fully refunded before.

    Args:
        aftersale_until: until when the shopper may ask for money back.
    """

    aggregate = "order_id"
    order_id: UUID
    order_no: str
    member_id: UUID
    received_at: datetime
    aftersale_until: datetime


@dataclass(frozen=True, kw_only=True)
class OrderSettled(Event):
    """The after-sale window passed with no after-sale open; what was earned on it stays.

    Fires once an order, from a job, up to a minute late. Not fired while an after-sale is open, nor
    for an order that was fully refunded before.
    """

    aggregate = "order_id"
    order_id: UUID
    order_no: str
    member_id: UUID
    settled_at: datetime


@dataclass(frozen=True, kw_only=True)
class LineRefund:
    """What went back of one line. The totals are the line's after this refund.

    Args:
        quantity: pieces that this refund is for.
        amount_fen: of this refund.
        line_refunded_fen: of this and all refunds before.
        line_paid_fen: what was paid for the line at first.
    """

    line_id: UUID
    quantity: int
    amount_fen: int
    line_refunded_fen: int
    line_paid_fen: int


@dataclass(frozen=True, kw_only=True)
class OrderRefunded(Event):
    """Money of an after-sale went back through the gateway. Fires once an after-sale.

    ``amount_fen`` is goods and freight together; ``is_full`` when nothing of the order is left. Not
    fired when an after-sale is agreed to (the gateway has to confirm), nor for money in suspense.
    """

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
    """A shopper or staff asked for money back; settlement of the order waits while it is open.

    ``amount_fen`` is what was asked for. Not fired when the request is refused at once.
    """

    aggregate = "order_id"
    order_id: UUID
    order_no: str
    member_id: UUID
    after_sale_id: UUID
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class AfterSaleClosed(Event):
    """An after-sale ended: ``outcome`` is ``refunded``, ``rejected`` or ``withdrawn``.

    Fires once an after-sale. Not fired while the refund is still on its way.
    """

    aggregate = "order_id"
    order_id: UUID
    order_no: str
    member_id: UUID
    after_sale_id: UUID
    outcome: str
