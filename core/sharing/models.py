"""Tables of sharing. The referral edge is stored; uplines two and three are kept beside it."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, IdColumn


class ShareLink(Base):
    """One act of sharing: a member, a page, a channel, an unguessable token and a short code."""

    __tablename__ = "share_link"

    id: Mapped[IdColumn]
    token: Mapped[str] = mapped_column(sa.String(24), unique=True)
    code: Mapped[str | None] = mapped_column(sa.String(16))  # upper case; every link has one
    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"))
    target_kind: Mapped[str] = mapped_column(sa.String(16))  # product, store, activity
    target: Mapped[str] = mapped_column(sa.String(160))  # product id, "" for the store
    channel: Mapped[str] = mapped_column(sa.String(16), default="link")  # link, qr, poster
    campaign: Mapped[str] = mapped_column(sa.String(64), default="")
    visit_count: Mapped[int] = mapped_column(default=0)  # by the link
    scan_count: Mapped[int] = mapped_column(default=0, server_default="0")  # by the code
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.Index("ix_share_link_code", "code", unique=True),
        sa.UniqueConstraint("member_id", "target_kind", "target", "channel", "campaign"),
    )


class ShareVisit(Base):
    """A person opening a share link on a day; robots and previews leave no row.

    Of several people who share a browser each has a row, and the first is counted.
    """

    __tablename__ = "share_visit"

    id: Mapped[IdColumn]
    share_id: Mapped[UUID] = mapped_column(sa.ForeignKey("share_link.id"))
    visitor: Mapped[str] = mapped_column(sa.String(40))  # cookie of the browser
    member_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("member.id"))
    kind: Mapped[str] = mapped_column(sa.String(8), default="visit")  # visit, scan
    day: Mapped[date]
    at: Mapped[datetime]  # the last opening on that day
    is_counted: Mapped[bool] = mapped_column(default=True, server_default=sa.true())

    __table_args__ = (
        sa.Index(
            "uq_share_visit_counted",
            "share_id",
            "visitor",
            "day",
            "kind",
            unique=True,
            sqlite_where=sa.text("is_counted"),
            postgresql_where=sa.text("is_counted"),
        ),
        sa.Index("ix_share_visit_visitor", "visitor", "at"),
        sa.Index("ix_share_visit_member", "member_id", "at"),
    )


class ShareAction(Base):
    """What followed from a share: a registration or an order, each recorded once."""

    __tablename__ = "share_action"

    id: Mapped[IdColumn]
    share_id: Mapped[UUID] = mapped_column(sa.ForeignKey("share_link.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(16))  # registered, ordered
    reference: Mapped[str] = mapped_column(sa.String(64))  # member id, order number
    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"), index=True)
    at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("kind", "reference"),)


class Referral(Base):
    """Member → referrer. ``upline2_id`` and ``upline3_id`` are derived and kept by the services."""

    __tablename__ = "referral"

    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    referrer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"))
    upline2_id: Mapped[UUID | None]
    upline3_id: Mapped[UUID | None]
    share_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("share_link.id"))
    is_locked: Mapped[bool] = mapped_column(default=False)
    bound_at: Mapped[datetime]
    protected_until: Mapped[datetime | None]  # NULL: for life

    __table_args__ = (
        sa.CheckConstraint("member_id <> referrer_id", name="not_oneself"),
        sa.Index("ix_referral_level1", "referrer_id", "bound_at"),
        sa.Index("ix_referral_level2", "upline2_id", "bound_at"),
        sa.Index("ix_referral_level3", "upline3_id", "bound_at"),
        sa.Index("ix_referral_protected_until", "protected_until"),
        sa.Index(  # below those above whom nobody stands
            "ix_referral_below_top",
            "upline2_id",
            "referrer_id",
            sqlite_where=sa.text("upline2_id IS NULL"),
            postgresql_where=sa.text("upline2_id IS NULL"),
        ),
    )


class ReferralTeam(Base):
    """How many members stand below one, by level; kept with every change of an edge."""

    __tablename__ = "referral_team"

    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    level1_count: Mapped[int] = mapped_column(default=0)
    level2_count: Mapped[int] = mapped_column(default=0)
    level3_count: Mapped[int] = mapped_column(default=0)


class ReferralEvent(Base):
    """Every bind, renewal, expiry and transfer, with who did it and why."""

    __tablename__ = "referral_event"

    id: Mapped[IdColumn]
    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(16))  # bound, renewed, expired, …
    old_referrer_id: Mapped[UUID | None]
    new_referrer_id: Mapped[UUID | None]
    share_id: Mapped[UUID | None]
    actor: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    at: Mapped[datetime]

    __table_args__ = (
        sa.Index(
            "ix_referral_event_bound",
            "new_referrer_id",
            "at",
            sqlite_where=sa.text("kind = 'bound'"),
            postgresql_where=sa.text("kind = 'bound'"),
        ),
    )
