"""Tables of merchant accounts, roles and the audit log."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, IdColumn


class Role(Base):
    """A named set of permissions such as ``order.ship``; ``*`` grants all."""

    __tablename__ = "role"

    id: Mapped[IdColumn]
    key: Mapped[str] = mapped_column(sa.String(32), unique=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    permissions: Mapped[list[Any]] = mapped_column(default=list)
    is_builtin: Mapped[bool] = mapped_column(default=False)


class Staff(Base):
    """Somebody who works in the store."""

    __tablename__ = "staff"

    id: Mapped[IdColumn]
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    name: Mapped[str] = mapped_column(sa.String(40))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    role_id: Mapped[UUID] = mapped_column(sa.ForeignKey("role.id"), index=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str] = mapped_column(sa.String(16), default="zh_Hans_CN")
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]


class AuditEntry(Base):
    """Who did what to which thing, with the values before and after. Never edited."""

    __tablename__ = "audit_entry"

    id: Mapped[IdColumn]
    actor: Mapped[str] = mapped_column(sa.String(64), index=True)  # staff:<uuid>, cli, system
    actor_name: Mapped[str] = mapped_column(sa.String(60), default="")
    action: Mapped[str] = mapped_column(sa.String(64), index=True)  # product.edit
    object_kind: Mapped[str] = mapped_column(sa.String(32))
    object_ref: Mapped[str] = mapped_column(sa.String(80), index=True)
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    ip: Mapped[str] = mapped_column(sa.String(45), default="")
    at: Mapped[datetime] = mapped_column(index=True)
