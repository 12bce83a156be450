"""Tables: gifts to wrap, products that can be wrapped, and money moved by hand."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.api.db import Base, Fen


class GiftProduct(Base):
    """A product that can be wrapped."""

    __tablename__ = "plugin_by_hand_product"

    product_id: Mapped[UUID] = mapped_column(sa.ForeignKey("product.id"), primary_key=True)


class Gift(Base):
    """An order that its buyer wants wrapped, with the words on the card; empty after tidying."""

    __tablename__ = "plugin_by_hand_gift"

    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("shop_order.id"), primary_key=True)
    order_no: Mapped[str] = mapped_column(sa.String(32))
    member_id: Mapped[UUID] = mapped_column(index=True)
    words: Mapped[str] = mapped_column(sa.String(200))
    asked_at: Mapped[datetime]
    wrapped_at: Mapped[datetime | None] = mapped_column(index=True)


class Transfer(Base):
    """Money that a shopper sends by bank; ``arrived_at`` is when staff saw it."""

    __tablename__ = "plugin_by_hand_transfer"

    payment_no: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    amount_fen: Mapped[Fen]
    subject: Mapped[str] = mapped_column(sa.String(80))
    return_url: Mapped[str] = mapped_column(sa.String(300))
    slip: Mapped[str] = mapped_column(sa.String(80), default="")
    started_at: Mapped[datetime]
    arrived_at: Mapped[datetime | None]


class Sending(Base):
    """Money that staff send by bank: a refund or a payout, once under its number."""

    __tablename__ = "plugin_by_hand_sending"

    number: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(8))  # refund, payout
    amount_fen: Mapped[Fen]
    account: Mapped[dict[str, Any]]
    asked_at: Mapped[datetime]
    sent_at: Mapped[datetime | None] = mapped_column(index=True)
