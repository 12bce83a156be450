"""Tables of money coming in and going back through gateways."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, Fen, IdColumn


class PaymentAttempt(Base):
    """One try to pay one order at one gateway.

    ``refunded_fen`` counts what is on its way back and what is back, so that no two refunds promise
    the same money. ``next_query_at``: when the gateway is asked next, should its callback be lost.
    ``payer`` is the mark of the account that paid (:func:`core.kernel.marks.account_mark`), where
    the gateway told one; emptied when its member is erased.
    """

    __tablename__ = "payment_attempt"

    id: Mapped[IdColumn]
    payment_no: Mapped[str] = mapped_column(sa.String(32), unique=True)
    # Its type is said, not found by the key: statements on it are built before orders are known.
    order_id: Mapped[UUID] = mapped_column(sa.Uuid(), sa.ForeignKey("shop_order.id"), index=True)
    gateway: Mapped[str] = mapped_column(sa.String(48))
    amount_fen: Mapped[Fen]
    state: Mapped[str] = mapped_column(sa.String(16), default="created")
    gateway_ref: Mapped[str | None] = mapped_column(sa.String(80))
    pay_url: Mapped[str | None] = mapped_column(sa.String(500))
    received_fen: Mapped[Fen] = mapped_column(default=0)
    refunded_fen: Mapped[Fen] = mapped_column(default=0)
    failure: Mapped[str] = mapped_column(sa.String(200), default="")
    payer: Mapped[str] = mapped_column(sa.String(8), server_default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    next_query_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("gateway", "gateway_ref"),
        sa.CheckConstraint("amount_fen > 0 AND received_fen >= 0", name="sane_amounts"),
        sa.CheckConstraint("refunded_fen BETWEEN 0 AND received_fen", name="sane_refund"),
        sa.Index(
            "ix_payment_attempt_query",
            "next_query_at",
            sqlite_where=sa.text("state = 'started'"),
            postgresql_where=sa.text("state = 'started'"),
        ),
    )


class Refund(Base):
    """Money on its way back through the gateway it came by; asked for once under its number."""

    __tablename__ = "refund"

    id: Mapped[IdColumn]
    refund_no: Mapped[str] = mapped_column(sa.String(32), unique=True)
    key: Mapped[str] = mapped_column(sa.String(120), unique=True)  # after_sale:<id>, suspense:<id>
    attempt_id: Mapped[UUID] = mapped_column(sa.ForeignKey("payment_attempt.id"), index=True)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("shop_order.id"), index=True)
    amount_fen: Mapped[Fen]
    reason: Mapped[str] = mapped_column(sa.String(120))
    state: Mapped[str] = mapped_column(sa.String(16), default="pending", index=True)
    gateway_ref: Mapped[str | None] = mapped_column(sa.String(80))
    tries: Mapped[int] = mapped_column(sa.Integer(), default=0)
    next_try_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("amount_fen > 0", name="amount_positive"),
        sa.Index(
            "ix_refund_due",
            "next_try_at",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        ),
    )


class Suspense(Base):
    """Money that arrived and fits no order as it should: booked, alerted, refunded once."""

    __tablename__ = "suspense"

    id: Mapped[IdColumn]
    attempt_id: Mapped[UUID] = mapped_column(sa.ForeignKey("payment_attempt.id"), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(24))  # wrong_amount, dead_order, second_payment
    amount_fen: Mapped[Fen]
    state: Mapped[str] = mapped_column(sa.String(16), default="refunding")  # refunding, refunded
    at: Mapped[datetime]


class GatewayNotice(Base):
    """A callback as it came, with what was made of it; for the merchant's eyes and for replays."""

    __tablename__ = "gateway_notice"

    id: Mapped[IdColumn]
    gateway: Mapped[str] = mapped_column(sa.String(48))
    payment_no: Mapped[str] = mapped_column(sa.String(64), index=True)
    is_genuine: Mapped[bool]
    outcome: Mapped[str] = mapped_column(sa.String(32))
    body: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(index=True)
