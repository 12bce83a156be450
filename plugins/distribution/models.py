"""Tables of distribution."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.api.db import Base, Fen, IdColumn


class PlanVersion(Base):
    """One version of the commission plan; the newest is the one in force. Never edited."""

    __tablename__ = "plugin_distribution_plan_version"

    id: Mapped[IdColumn]
    version: Mapped[int] = mapped_column(sa.Integer(), unique=True)
    depth: Mapped[int] = mapped_column(sa.Integer())
    rate1_bps: Mapped[int] = mapped_column(sa.Integer())
    rate2_bps: Mapped[int] = mapped_column(sa.Integer(), default=0)
    rate3_bps: Mapped[int] = mapped_column(sa.Integer(), default=0)
    pool_bps: Mapped[int] = mapped_column(sa.Integer())
    joining: Mapped[str] = mapped_column(sa.String(16))
    actor: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]


class Acknowledgement(Base):
    """A named staff member confirmed having read the legal notice on three levels."""

    __tablename__ = "plugin_distribution_acknowledgement"

    id: Mapped[IdColumn]
    subject: Mapped[str] = mapped_column(sa.String(32))  # depth_3
    text_version: Mapped[str] = mapped_column(sa.String(16))
    actor: Mapped[str] = mapped_column(sa.String(64))
    actor_name: Mapped[str] = mapped_column(sa.String(60))
    at: Mapped[datetime]


class Distributor(Base):
    """A member who may earn. ``state``: applied, active, frozen, rejected, left.

    ``note`` is what they wrote with their application. ``rules_version`` names the rules they
    agreed to; empty for those whom staff designated.
    """

    __tablename__ = "plugin_distribution_distributor"

    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    state: Mapped[str] = mapped_column(sa.String(16))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    rules_version: Mapped[str] = mapped_column(sa.String(16), default="")
    actor: Mapped[str] = mapped_column(sa.String(64))
    joined_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_plugin_distribution_distributor_state", "state", "changed_at"),)


class Commission(Base):
    """What one upline earns on one order line, with everything that explains it.

    ``amount_fen`` never changes; ``reversed_fen`` grows with what was refunded of the line, which
    ``refunded_fen`` repeats. ``state`` follows the goods: pending (paid), frozen (received),
    available (settled).
    """

    __tablename__ = "plugin_distribution_commission"

    id: Mapped[IdColumn]
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("shop_order.id"), index=True)
    order_no: Mapped[str] = mapped_column(sa.String(32), index=True)
    order_line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"))
    product_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    beneficiary_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"))
    level: Mapped[int] = mapped_column(sa.SmallInteger())
    base_fen: Mapped[Fen]
    refunded_fen: Mapped[Fen] = mapped_column(default=0)
    rate_bps: Mapped[int] = mapped_column(sa.Integer())
    amount_fen: Mapped[Fen]
    reversed_fen: Mapped[Fen] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(sa.String(16))
    plan_version: Mapped[int] = mapped_column(sa.Integer())
    accrued_at: Mapped[datetime] = mapped_column(index=True)
    frozen_at: Mapped[datetime | None]
    available_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("order_line_id", "level"),
        sa.Index("ix_plugin_distribution_commission_earned", "beneficiary_id", "accrued_at"),
        sa.Index("ix_plugin_distribution_commission_open", "state", "order_id"),
        sa.CheckConstraint(
            "amount_fen >= 0 AND reversed_fen >= 0 AND reversed_fen <= amount_fen",
            name="sane_amounts",
        ),
    )


class Mark(Base):
    """How far recurring work has come; a row per ``name``."""

    __tablename__ = "plugin_distribution_mark"

    name: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    at: Mapped[datetime]
