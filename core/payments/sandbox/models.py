"""The sandbox gateway's own tables: what a gateway would keep on its side, and used nonces."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, Fen, IdColumn


class SandboxPayment(Base):
    """A payment that a shop asked the sandbox to collect."""

    __tablename__ = "sandbox_payment"

    id: Mapped[IdColumn]
    token: Mapped[str] = mapped_column(sa.String(48), unique=True)  # address of the cashier page
    payment_no: Mapped[str] = mapped_column(sa.String(32), unique=True)
    gateway_ref: Mapped[str] = mapped_column(sa.String(32), unique=True)
    subject: Mapped[str] = mapped_column(sa.String(120))
    amount_fen: Mapped[Fen]
    paid_fen: Mapped[Fen] = mapped_column(default=0)
    refunded_fen: Mapped[Fen] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(sa.String(16), default="waiting")
    notify_url: Mapped[str] = mapped_column(sa.String(500))
    return_url: Mapped[str] = mapped_column(sa.String(500))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    due_at: Mapped[datetime | None]  # when a delayed payment is paid
    refund_mode: Mapped[str] = mapped_column(sa.String(16), default="at_once")
    payer: Mapped[str] = mapped_column(sa.String(64), default="", server_default="")

    __table_args__ = (
        sa.Index(
            "ix_sandbox_payment_waiting",
            "expires_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
    )


class SandboxRefund(Base):
    """Money that the sandbox gives back."""

    __tablename__ = "sandbox_refund"

    id: Mapped[IdColumn]
    refund_no: Mapped[str] = mapped_column(sa.String(32), unique=True)
    payment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("sandbox_payment.id"), index=True)
    gateway_ref: Mapped[str] = mapped_column(sa.String(32), unique=True)
    amount_fen: Mapped[Fen]
    asked_count: Mapped[int] = mapped_column(sa.Integer(), default=1)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class SandboxCallback(Base):
    """A callback to deliver; each delivery is signed anew."""

    __tablename__ = "sandbox_callback"

    id: Mapped[IdColumn]
    payment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("sandbox_payment.id"), index=True)
    body: Mapped[dict[str, Any]]
    is_forged: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(sa.String(16), default="pending")  # delivered, given_up
    tries: Mapped[int] = mapped_column(sa.Integer(), default=0)
    next_try_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.Index(
            "ix_sandbox_callback_due",
            "next_try_at",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        ),
    )


class SandboxNonce(Base):
    """A nonce that was used; ``side`` is ``server`` (requests) or ``client`` (callbacks).

    ``used_s`` counts seconds since 1970 by the machine's clock, like the messages' own timestamps.
    """

    __tablename__ = "sandbox_nonce"

    side: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    nonce: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    used_s: Mapped[int] = mapped_column(index=True)
