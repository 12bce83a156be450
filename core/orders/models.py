"""Tables of carts, orders, parcels and after-sale. States stand on separate axes, stored."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, Fen, IdColumn


class CartLine(Base):
    """One SKU in somebody's bag. ``owner`` is ``member:<uuid>`` or ``guest:<token>``."""

    __tablename__ = "cart_line"

    owner: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    sku_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("sku.id", ondelete="CASCADE"), primary_key=True
    )
    quantity: Mapped[int] = mapped_column(sa.Integer())
    is_selected: Mapped[bool] = mapped_column(default=True)
    added_at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("quantity > 0", name="quantity_positive"),)


class Order(Base):
    """A contract: frozen lines, quote, address and referral chain, and where each axis stands.

    ``chain`` is a list of ``{"level", "member_id"}`` up to three; later transfers never change it.
    ``quote`` is the frozen trace. ``plan_versions`` is what plugins froze under their own name.
    ``binds_at_payment``: placed under the policy ``first_payment``, so paying may bind its member.
    ``open_after_sales`` counts those not answered or not refunded yet: settlement waits for 0, and
    reads it on the row it locks. ``receiver_*`` repeat the address for the merchant's search.
    """

    __tablename__ = "shop_order"

    id: Mapped[IdColumn]
    shop_id: Mapped[int] = mapped_column(sa.Integer(), default=1)
    order_no: Mapped[str] = mapped_column(sa.String(32), unique=True)
    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"))
    request_key: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[str] = mapped_column(sa.String(16), default="placed")
    payment_state: Mapped[str] = mapped_column(sa.String(20), default="pending")
    fulfilment_state: Mapped[str] = mapped_column(sa.String(16), default="pending")
    goods_fen: Mapped[Fen]
    discount_fen: Mapped[Fen]
    freight_fen: Mapped[Fen]
    total_fen: Mapped[Fen]
    paid_fen: Mapped[Fen] = mapped_column(default=0)
    refunded_fen: Mapped[Fen] = mapped_column(default=0)
    address: Mapped[dict[str, Any]]
    receiver_name: Mapped[str] = mapped_column(sa.String(40), default="")
    receiver_phone: Mapped[str] = mapped_column(sa.String(20), default="")
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    quote: Mapped[dict[str, Any]]
    chain: Mapped[list[Any]] = mapped_column(default=list)
    plan_versions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    binds_at_payment: Mapped[bool] = mapped_column(default=False)
    open_after_sales: Mapped[int] = mapped_column(sa.Integer(), default=0)
    placed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    shipped_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    aftersale_until: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    close_reason: Mapped[str] = mapped_column(sa.String(200), default="")

    __table_args__ = (
        sa.UniqueConstraint("member_id", "request_key"),
        sa.Index("ix_shop_order_member", "member_id", "placed_at"),
        sa.Index("ix_shop_order_placed", "placed_at"),
        sa.Index("ix_shop_order_paid", "paid_at"),
        sa.Index("ix_shop_order_unpaid", "payment_state", "state", "expires_at"),
        sa.Index("ix_shop_order_settle", "fulfilment_state", "settled_at", "aftersale_until"),
        sa.CheckConstraint("total_fen >= 0 AND refunded_fen <= paid_fen", name="sane_amounts"),
        sa.CheckConstraint("open_after_sales >= 0", name="sane_after_sales"),
    )


class OrderLine(Base):
    """One SKU × quantity with what was really paid for it after every discount was spread.

    ``paid_fen`` is the line's share of the order's goods total, without freight.
    """

    __tablename__ = "order_line"

    id: Mapped[IdColumn]
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("shop_order.id"), index=True)
    position: Mapped[int] = mapped_column(sa.Integer())
    product_id: Mapped[UUID] = mapped_column(sa.ForeignKey("product.id"), index=True)
    sku_id: Mapped[UUID] = mapped_column(sa.ForeignKey("sku.id"))
    category_id: Mapped[UUID | None]
    title: Mapped[str] = mapped_column(sa.String(160))
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    picture_id: Mapped[UUID | None]
    quantity: Mapped[int] = mapped_column(sa.Integer())
    unit_price_fen: Mapped[Fen]
    discount_fen: Mapped[Fen] = mapped_column(default=0)
    paid_fen: Mapped[Fen]
    cost_fen: Mapped[Fen] = mapped_column(default=0)
    refunded_quantity: Mapped[int] = mapped_column(sa.Integer(), default=0)
    refunded_fen: Mapped[Fen] = mapped_column(default=0)

    __table_args__ = (
        sa.CheckConstraint("quantity > 0 AND refunded_quantity <= quantity", name="sane_quantity"),
        sa.CheckConstraint("refunded_fen <= paid_fen", name="sane_refund"),
    )


class Shipment(Base):
    """A parcel with its tracking number."""

    __tablename__ = "shipment"

    id: Mapped[IdColumn]
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("shop_order.id"), index=True)
    carrier: Mapped[str] = mapped_column(sa.String(40))
    tracking_no: Mapped[str] = mapped_column(sa.String(64))
    actor: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime]


class OrderEntry(Base):
    """One entry of an order's timeline; plugins write here too, under their own name."""

    __tablename__ = "order_entry"

    id: Mapped[IdColumn]
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("shop_order.id"), index=True)
    source: Mapped[str] = mapped_column(sa.String(64), default="core")
    kind: Mapped[str] = mapped_column(sa.String(48))  # placed, paid, shipped, … or plugin's own
    message: Mapped[str] = mapped_column(sa.String(200))  # catalogue entry
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    actor: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime]


class AfterSale(Base):
    """A shopper's wish for money back on lines of one order, and what came of it."""

    __tablename__ = "after_sale"

    id: Mapped[IdColumn]
    after_sale_no: Mapped[str] = mapped_column(sa.String(32), unique=True)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("shop_order.id"), index=True)
    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"), index=True)
    kind: Mapped[str] = mapped_column(
        sa.String(16)
    )  # refund (money only), return (goods come back)
    state: Mapped[str] = mapped_column(sa.String(16), default="requested", index=True)
    reason: Mapped[str] = mapped_column(sa.String(40))
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    answer: Mapped[str] = mapped_column(sa.String(300), default="")
    amount_fen: Mapped[Fen]
    freight_fen: Mapped[Fen] = mapped_column(default=0)
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class AfterSaleLine(Base):
    """How much of an order line goes back. ``quantity`` 0 is a money-only refund of the line."""

    __tablename__ = "after_sale_line"

    after_sale_id: Mapped[UUID] = mapped_column(sa.ForeignKey("after_sale.id"), primary_key=True)
    order_line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), primary_key=True)
    quantity: Mapped[int] = mapped_column(sa.Integer())
    amount_fen: Mapped[Fen]
