"""Tables of the welcome offer."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.api.db import Base, Fen


class OfferUse(Base):
    """A paid order that used the offer; its primary key counts it once."""

    __tablename__ = "plugin_welcome_offer_use"

    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("shop_order.id"), primary_key=True)
    amount_fen: Mapped[Fen]
    paid_at: Mapped[datetime] = mapped_column(index=True)


class OfferDay(Base):
    """How often the offer was used on a calendar day of the store; written by the daily job."""

    __tablename__ = "plugin_welcome_offer_day"

    day: Mapped[date] = mapped_column(sa.Date(), primary_key=True)
    orders: Mapped[int] = mapped_column(sa.Integer())
    amount_fen: Mapped[Fen]
