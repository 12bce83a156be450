"""The log of every notice the store sent or tried to send."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, IdColumn


class Message(Base):
    """One notice to one recipient by one channel."""

    __tablename__ = "message"

    id: Mapped[IdColumn]
    key: Mapped[str] = mapped_column(sa.String(160), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(8))  # sms, email, push
    channel: Mapped[str] = mapped_column(sa.String(48), default="")  # who sent it: sandbox_sms, …
    recipient: Mapped[str] = mapped_column(sa.String(254), index=True)
    member_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("member.id"), index=True)
    template: Mapped[str] = mapped_column(sa.String(64))
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    body: Mapped[str] = mapped_column(sa.Text())
    state: Mapped[str] = mapped_column(sa.String(16), default="queued")  # queued, sent, failed
    failure: Mapped[str] = mapped_column(sa.String(200), default="")
    tries: Mapped[int] = mapped_column(sa.Integer(), default=0)
    next_try_at: Mapped[datetime]  # while queued; a running try pushes it ahead as its lease
    is_secret: Mapped[bool] = mapped_column(default=False)  # body is blotted out once sent
    created_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "ix_message_due",
            "next_try_at",
            sqlite_where=sa.text("state = 'queued'"),
            postgresql_where=sa.text("state = 'queued'"),
        ),
    )
