"""Tables of stock. What can still be sold is ``on_hand - allocated``."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, IdColumn


class StockLevel(Base):
    """Pieces of a SKU on the shelf and how many of them are promised to open orders."""

    __tablename__ = "stock_level"

    sku_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("sku.id", ondelete="CASCADE"), primary_key=True
    )
    on_hand: Mapped[int] = mapped_column(sa.Integer(), default=0)
    allocated: Mapped[int] = mapped_column(sa.Integer(), default=0)
    low_at: Mapped[int] = mapped_column(sa.Integer(), default=10)

    __table_args__ = (
        sa.CheckConstraint("allocated >= 0 AND on_hand >= allocated", name="never_oversold"),
    )


class StockHold(Base):
    """Pieces promised to one order until it is paid, cancelled or expires."""

    __tablename__ = "stock_hold"

    reference: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # order id
    sku_id: Mapped[UUID] = mapped_column(sa.ForeignKey("sku.id"), primary_key=True)
    quantity: Mapped[int] = mapped_column(sa.Integer())
    state: Mapped[str] = mapped_column(sa.String(16), default="held")  # held, taken, released
    expires_at: Mapped[datetime]


class StockMovement(Base):
    """One change of ``on_hand``, booked once under its key."""

    __tablename__ = "stock_movement"

    id: Mapped[IdColumn]
    key: Mapped[str] = mapped_column(sa.String(160), unique=True)
    sku_id: Mapped[UUID] = mapped_column(sa.ForeignKey("sku.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(16))  # sold, returned, received, adjusted, imported
    quantity: Mapped[int] = mapped_column(sa.Integer())
    reference: Mapped[str] = mapped_column(sa.String(80))
    actor: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime]
