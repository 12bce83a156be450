"""Tables of the ledger: journals and postings are append-only, the database holds that."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, Fen, IdColumn


class LedgerAccount(Base):
    """A pot of one asset that belongs to somebody.

    The id is derived from owner, kind and asset (``core.ledger.rules.account_id``), so the primary
    key keeps an account from being opened twice and a booking never has to look it up.
    ``balance`` is kept only for owned accounts (members); platform accounts leave it NULL, because
    one hot row halves throughput, and are summed from their postings when somebody asks.
    ``guarded`` accounts refuse to go below zero.
    """

    __tablename__ = "ledger_account"

    id: Mapped[UUID] = mapped_column(sa.Uuid(), primary_key=True)
    owner: Mapped[str] = mapped_column(sa.String(48))  # "member:<uuid>" or "platform"
    kind: Mapped[str] = mapped_column(sa.String(48))
    asset: Mapped[str] = mapped_column(sa.String(16), default="CNY")
    balance: Mapped[int | None]
    guarded: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        # Not unique: PostgreSQL raises when an upsert meets a second unique index (see the id).
        sa.Index("ix_ledger_account_owner", "owner", "kind", "asset"),
        sa.CheckConstraint("NOT guarded OR balance >= 0", name="guarded_not_negative"),
    )


class LedgerJournal(Base):
    """A balanced group of postings, booked once under its key."""

    __tablename__ = "ledger_journal"

    id: Mapped[IdColumn]
    key: Mapped[str] = mapped_column(sa.String(160), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(48))
    reference: Mapped[str] = mapped_column(sa.String(80), index=True)
    reverses_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("ledger_journal.id"), unique=True
    )
    actor: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(index=True)


class LedgerPosting(Base):
    """One leg: a signed amount on an account. The legs of a journal sum to zero per asset."""

    __tablename__ = "ledger_posting"

    id: Mapped[IdColumn]
    journal_id: Mapped[UUID] = mapped_column(sa.ForeignKey("ledger_journal.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("ledger_account.id"))
    amount: Mapped[Fen]

    __table_args__ = (
        sa.CheckConstraint("amount <> 0", name="amount_not_zero"),
        sa.Index("ix_ledger_posting_account", "account_id", "id"),  # statements, newest first
    )
