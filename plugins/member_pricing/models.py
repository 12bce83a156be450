"""Tables of member prices."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.api.db import Base, IdColumn

_PRODUCT = "product.id"


class PriceRow(Base):
    """What one audience pays for a SKU, or for every SKU of a product that has no own row.

    ``target_id`` is the SKU, or the product. ``audience`` is its key; ``tier_id`` the tier in it.
    ``value``: fen, or basis points off for ``kind`` bps. ``version`` is the turn in which it
    was written, so no two states of a price have the same.
    """

    __tablename__ = "plugin_member_pricing_price"

    id: Mapped[IdColumn]
    product_id: Mapped[UUID] = mapped_column(sa.ForeignKey(_PRODUCT, ondelete="CASCADE"))
    sku_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("sku.id", ondelete="CASCADE"), index=True
    )
    target_id: Mapped[UUID]
    audience: Mapped[str] = mapped_column(sa.String(48))
    tier_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(sa.String(8))
    value: Mapped[int]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    version: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(sa.String(64))

    __table_args__ = (
        sa.UniqueConstraint(
            "target_id", "audience", name="uq_plugin_member_pricing_price_target_audience"
        ),
        sa.Index("ix_plugin_member_pricing_price_product", "product_id"),
        sa.CheckConstraint("value > 0", name="value_above_zero"),
    )


class LeftOut(Base):
    """A product that is sold to everybody at the same price; its member prices lie idle."""

    __tablename__ = "plugin_member_pricing_left_out"

    product_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey(_PRODUCT, ondelete="CASCADE"), primary_key=True
    )
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(sa.String(64))


class Act(Base):
    """Something that staff did with prices at once: ``kind`` edit, bulk, import or undo."""

    __tablename__ = "plugin_member_pricing_act"

    id: Mapped[IdColumn]
    kind: Mapped[str] = mapped_column(sa.String(8))
    count: Mapped[int] = mapped_column(sa.Integer())
    actor: Mapped[str] = mapped_column(sa.String(64))
    actor_name: Mapped[str] = mapped_column(sa.String(80), default="")
    at: Mapped[datetime] = mapped_column(index=True)
    undone_by: Mapped[UUID | None]


class PriceChange(Base):
    """One price before and after an act; ``None``: there was, or is, none."""

    __tablename__ = "plugin_member_pricing_change"

    id: Mapped[IdColumn]
    act_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("plugin_member_pricing_act.id", name="fk_plugin_member_pricing_change_act"),
        index=True,
    )
    product_id: Mapped[UUID] = mapped_column(sa.ForeignKey(_PRODUCT, ondelete="CASCADE"))
    sku_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("sku.id", ondelete="CASCADE"), index=True
    )
    audience: Mapped[str] = mapped_column(sa.String(48))
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]

    __table_args__ = (sa.Index("ix_plugin_member_pricing_change_product", "product_id", "id"),)


class Turn(Base):
    """The one row that whoever changes prices locks first, so that they take turns."""

    __tablename__ = "plugin_member_pricing_turn"

    id: Mapped[int] = mapped_column(sa.SmallInteger(), primary_key=True, autoincrement=False)
    number: Mapped[int]
