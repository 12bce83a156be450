"""Tables of figures: what came of each poster, by day."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.api.db import Base, Fen


class Tally(Base):
    """What a member's poster brought on one day of the store's zone; a row comes with the first.

    A poster here is a share: one member, one template, one product or the shop; its prices and
    versions are counted together. ``scanner_count`` are people who scanned it for the first time.
    Refunds stand on the day of their order, so that a day's orders and refunds belong together.
    """

    __tablename__ = "plugin_poster_tally"

    share_id: Mapped[UUID] = mapped_column(sa.ForeignKey("share_link.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    template_id: Mapped[UUID]
    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"))
    shown_count: Mapped[int] = mapped_column(default=0)
    scan_count: Mapped[int] = mapped_column(default=0)
    scanner_count: Mapped[int] = mapped_column(default=0)
    registered_count: Mapped[int] = mapped_column(default=0)
    order_count: Mapped[int] = mapped_column(default=0)
    order_fen: Mapped[Fen] = mapped_column(default=0)
    refunded_count: Mapped[int] = mapped_column(default=0)
    refunded_fen: Mapped[Fen] = mapped_column(default=0)

    __table_args__ = (
        sa.Index("ix_plugin_poster_tally_day", "day", "template_id"),
        sa.Index("ix_plugin_poster_tally_member", "member_id", "day"),
    )


class Scanner(Base):
    """A browser that scanned a poster, once for ever: people are counted once."""

    __tablename__ = "plugin_poster_scanner"

    share_id: Mapped[UUID] = mapped_column(sa.ForeignKey("share_link.id"), primary_key=True)
    visitor: Mapped[str] = mapped_column(sa.String(40), primary_key=True)


class PosterOrder(Base):
    """A paid order that came by a poster; ``day`` is where it stands in the tallies."""

    __tablename__ = "plugin_poster_order"

    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("shop_order.id"), primary_key=True)
    share_id: Mapped[UUID] = mapped_column(sa.ForeignKey("share_link.id"))
    day: Mapped[date]
