"""Tables of money leaving. Any room or plugin may ask for a payout from an account it owns."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, Fen, IdColumn


class Payout(Base):
    """A member's request to be paid from a spendable account.

    The requested amount leaves ``source_kind`` for the reserved account at once; ``net_fen`` is
    what arrives after fee and tax.
    """

    __tablename__ = "payout"

    id: Mapped[IdColumn]
    payout_no: Mapped[str] = mapped_column(sa.String(32), unique=True)
    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"), index=True)
    request_key: Mapped[str] = mapped_column(sa.String(64))
    source_kind: Mapped[str] = mapped_column(sa.String(48))  # ledger account kind
    channel: Mapped[str] = mapped_column(sa.String(48))  # wallet, or a plugin's
    amount_fen: Mapped[Fen]
    fee_fen: Mapped[Fen] = mapped_column(default=0)
    tax_fen: Mapped[Fen] = mapped_column(default=0)
    net_fen: Mapped[Fen]
    account: Mapped[dict[str, Any]] = mapped_column(default=dict)  # name, number: channel's fields
    state: Mapped[str] = mapped_column(sa.String(24), default="requested")
    requested_by: Mapped[str] = mapped_column(sa.String(64))  # member:<uuid>, staff:<uuid>
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    reviewer: Mapped[str] = mapped_column(sa.String(64), default="")
    channel_ref: Mapped[str | None] = mapped_column(sa.String(80))
    tries: Mapped[int] = mapped_column(sa.Integer(), default=0)
    next_try_at: Mapped[datetime | None]
    requested_at: Mapped[datetime]
    reviewed_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    batch_id: Mapped[UUID | None]  # the file it was last written to, until it is sent again
    confirm_url: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")
    expires_at: Mapped[datetime | None]  # after that the recipient can no longer confirm

    __table_args__ = (
        sa.UniqueConstraint("member_id", "request_key"),
        sa.CheckConstraint("amount_fen > 0 AND net_fen >= 0", name="sane_amounts"),
        sa.Index("ix_payout_state", "state", "id"),
        sa.Index(
            "ix_payout_due",
            "next_try_at",
            sqlite_where=sa.text("next_try_at IS NOT NULL"),
            postgresql_where=sa.text("next_try_at IS NOT NULL"),
        ),
    )


class PayoutStep(Base):
    """One step in the life of a payout, with who took it and why; the member reads them all."""

    __tablename__ = "payout_step"

    id: Mapped[IdColumn]
    payout_id: Mapped[UUID] = mapped_column(sa.ForeignKey("payout.id"), index=True)
    state: Mapped[str] = mapped_column(sa.String(24))
    actor: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    at: Mapped[datetime]


class PayoutBatch(Base):
    """A file of payouts that staff pay by hand; made once, it can be fetched again as it was."""

    __tablename__ = "payout_batch"

    id: Mapped[IdColumn]
    batch_no: Mapped[str] = mapped_column(sa.String(32), unique=True)
    channel: Mapped[str] = mapped_column(sa.String(48))
    locale: Mapped[str] = mapped_column(sa.String(16))  # language of the file's first line
    payout_count: Mapped[int] = mapped_column(sa.Integer())
    net_fen: Mapped[Fen]
    made_by: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[datetime]


class PayoutBatchLine(Base):
    """A payout in a batch, with what became of it there; a retry stands in another batch."""

    __tablename__ = "payout_batch_line"

    batch_id: Mapped[UUID] = mapped_column(sa.ForeignKey("payout_batch.id"), primary_key=True)
    payout_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("payout.id"), primary_key=True, index=True
    )
    outcome: Mapped[str] = mapped_column(sa.String(16), default="")  # empty, paid or failed
    note: Mapped[str] = mapped_column(sa.String(200), default="")  # the reference, or why it failed
    told_at: Mapped[datetime | None]
