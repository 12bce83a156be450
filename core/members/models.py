"""Tables of shoppers and of signing in (staff sessions live in the same session table)."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, IdColumn


class Member(Base):
    """A shopper with an account. Erasing empties the personal columns and keeps the row."""

    __tablename__ = "member"

    id: Mapped[IdColumn]
    phone: Mapped[str | None] = mapped_column(sa.String(20), unique=True)  # E.164
    email: Mapped[str | None] = mapped_column(sa.String(254), unique=True)  # lower case
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    nickname: Mapped[str] = mapped_column(sa.String(40), default="")
    avatar_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("media.id"))
    birthday_on: Mapped[date | None]
    locale: Mapped[str] = mapped_column(sa.String(16), default="zh_Hans_CN")
    state: Mapped[str] = mapped_column(sa.String(16), default="active")  # active, blocked, erased
    source_key: Mapped[str | None] = mapped_column(sa.String(80), unique=True)  # imports and replay
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]


class AuthSession(Base):
    """A signed-in browser of a member or of staff; deleting or revoking the row signs it out."""

    __tablename__ = "auth_session"

    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    realm: Mapped[str] = mapped_column(sa.String(8))  # member, staff
    subject_id: Mapped[UUID] = mapped_column(index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    user_agent: Mapped[str] = mapped_column(sa.String(200), default="")
    ip: Mapped[str] = mapped_column(sa.String(45), default="")


class VerificationCode(Base):
    """A one-time code sent to a phone or mailbox; only its hash is kept."""

    __tablename__ = "verification_code"

    id: Mapped[IdColumn]
    channel: Mapped[str] = mapped_column(sa.String(8))  # sms, email
    target: Mapped[str] = mapped_column(sa.String(254), index=True)
    purpose: Mapped[str] = mapped_column(sa.String(16))  # sign_in, bind, reset
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(sa.Integer(), default=0)


class Address(Base):
    """Where a member wants parcels."""

    __tablename__ = "address"

    id: Mapped[IdColumn]
    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(40))
    phone: Mapped[str] = mapped_column(sa.String(20))
    province: Mapped[str] = mapped_column(sa.String(40))
    city: Mapped[str] = mapped_column(sa.String(40))
    district: Mapped[str] = mapped_column(sa.String(40), default="")
    detail: Mapped[str] = mapped_column(sa.String(200))
    postcode: Mapped[str] = mapped_column(sa.String(10), default="")
    is_default: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.Index(
            "uq_address_default",
            "member_id",
            unique=True,
            sqlite_where=sa.text("is_default"),
            postgresql_where=sa.text("is_default"),
        ),
    )


class Consent(Base):
    """A yes or no of a member, per purpose and channel, with the text version it answered."""

    __tablename__ = "consent"

    id: Mapped[IdColumn]
    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"), index=True)
    purpose: Mapped[str] = mapped_column(sa.String(32))  # terms, privacy, marketing
    channel: Mapped[str] = mapped_column(sa.String(16), default="")  # sms, email, "" = any
    version: Mapped[str] = mapped_column(sa.String(16))
    is_granted: Mapped[bool]
    source: Mapped[str] = mapped_column(sa.String(32))
    at: Mapped[datetime]


class Follow(Base):
    """Whether a member follows the shop in a channel; ``changed_at``: since when it is so."""

    __tablename__ = "member_follow"

    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    is_following: Mapped[bool]
    changed_at: Mapped[datetime]
