"""Events on their way out: written in the transaction that makes the fact true.

``announce`` adds the row; the relay (``core.worker``) fans it out into one delivery per enabled
subscriber and runs each in a transaction of its own. The delivery row is the receipt: it moves from
pending to done in the same transaction as the handler's effects, so an effect happens once.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db.base import Base
from core.db.engine import ANNOUNCED
from core.db.prepared import Prepared
from core.kernel.clock import now
from core.kernel.events import Event, to_payload
from core.kernel.ids import new_id

SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class DeliveryState(StrEnum):
    """Life of one delivery: pending until the handler commits, parked after too many failures."""

    PENDING = "pending"
    DONE = "done"
    PARKED = "parked"


class OutboxEvent(Base):
    """One fact, in commit order as far as ``seq`` can tell."""

    __tablename__ = "outbox_event"

    seq: Mapped[int] = mapped_column(SEQUENCE, primary_key=True, autoincrement=True)
    id: Mapped[UUID] = mapped_column(unique=True, default=new_id)
    name: Mapped[str] = mapped_column(sa.String(64))
    version: Mapped[int] = mapped_column(sa.Integer())
    aggregate: Mapped[str] = mapped_column(sa.String(80))
    payload: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    dispatched_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "ix_outbox_event_waiting",
            "seq",
            sqlite_where=sa.text("dispatched_at IS NULL"),
            postgresql_where=sa.text("dispatched_at IS NULL"),
        ),
    )


class EventDelivery(Base):
    """One fact for one plugin; once done, the receipt that keeps it from happening again."""

    __tablename__ = "event_delivery"

    event_seq: Mapped[int] = mapped_column(
        sa.ForeignKey("outbox_event.seq", ondelete="CASCADE"), primary_key=True
    )
    plugin: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    aggregate: Mapped[str] = mapped_column(sa.String(80))
    state: Mapped[str] = mapped_column(sa.String(16), default=DeliveryState.PENDING)
    tries: Mapped[int] = mapped_column(sa.Integer(), default=0)
    next_try_at: Mapped[datetime]
    error: Mapped[str | None] = mapped_column(sa.Text())
    done_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "ix_event_delivery_open",
            "plugin",
            "aggregate",
            "event_seq",
            sqlite_where=sa.text("state <> 'done'"),
            postgresql_where=sa.text("state <> 'done'"),
        ),
        sa.Index(
            "ix_event_delivery_due",
            "plugin",
            "event_seq",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        ),
    )


_outbox_insert = Prepared(
    sa.insert(OutboxEvent.__table__),  # type: ignore[arg-type]
    ("id", "name", "version", "aggregate", "payload", "at"),
)


def announce(session: Session, *events: Event) -> None:
    """Write facts to the outbox, in the caller's transaction."""
    at = now()
    _outbox_insert.many(
        session,
        [
            {
                "id": new_id(),
                "name": event.name,
                "version": event.version,
                "aggregate": event.aggregate_key,
                "payload": to_payload(event),
                "at": at,
            }
            for event in events
        ],
    )
    session.info[ANNOUNCED] = True
