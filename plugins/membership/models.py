"""Tables of membership."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.api.db import Base, Fen, IdColumn


class TierRow(Base):
    """A step of the ladder; ``rank`` 1 is the lowest. Never deleted: history names it.

    A tier that was taken out has the rank of the highest that asks for no more; 0: there is none.

    ``spent_fen``, ``bought_count`` and ``order_count`` are other ways to reach it than the growth
    threshold; ``None``: not one. ``retired_at``: taken out of the ladder; a job moves its members.
    """

    __tablename__ = "plugin_membership_tier"

    id: Mapped[IdColumn]
    rank: Mapped[int] = mapped_column(sa.SmallInteger())
    name_zh: Mapped[str] = mapped_column(sa.String(20))
    name_en: Mapped[str] = mapped_column(sa.String(40))
    threshold: Mapped[int]
    spent_fen: Mapped[int | None]
    bought_count: Mapped[int | None]
    order_count: Mapped[int | None]
    colour: Mapped[str] = mapped_column(sa.String(7))
    icon: Mapped[str] = mapped_column(sa.String(24))
    validity_days: Mapped[int] = mapped_column(sa.Integer())
    changed_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class Standing(Base):
    """Where a member stands; there is a row from the first growth or tier on.

    ``floor_tier_id``: what the last review, or staff, left them; growth that is taken back does not
    lower them below it. ``valid_until`` is ``None`` where nothing can be lost. A locked tier is
    changed by staff only. ``warned_for``: the end of validity they were warned of.
    """

    __tablename__ = "plugin_membership_standing"

    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    tier_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("plugin_membership_tier.id"))
    floor_tier_id: Mapped[UUID | None]
    since_at: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    is_locked: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    lock_reason: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    warned_for: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("ix_plugin_membership_standing_due", "valid_until", "member_id"),
        sa.Index("ix_plugin_membership_standing_tier", "tier_id", "member_id"),
    )


class TierEvent(Base):
    """A member's tier changed, and why; ``None`` is no tier.

    ``reason``: growth, refund, adjustment, review, ladder, staff. ``note``: what staff wrote.
    ``old_valid_until``: the end that the old tier had, back in force when this rise is undone.
    """

    __tablename__ = "plugin_membership_tier_event"

    id: Mapped[IdColumn]
    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"), index=True)
    old_tier_id: Mapped[UUID | None]
    new_tier_id: Mapped[UUID | None]
    old_valid_until: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.String(16))
    growth: Mapped[int]
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    actor: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(index=True)


class Entry(Base):
    """One change of a member's growth value, in words; the ledger holds the same amount.

    ``kind``: order, refund, task, adjustment, expiry. ``key`` is that of the ledger's journal.
    ``subject``: the task, or nothing.
    """

    __tablename__ = "plugin_membership_entry"

    id: Mapped[IdColumn]
    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"))
    key: Mapped[str] = mapped_column(sa.String(160), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    amount: Mapped[int]
    subject: Mapped[str] = mapped_column(sa.String(24), default="")
    order_no: Mapped[str] = mapped_column(sa.String(32), default="")
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    actor: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime]

    __table_args__ = (
        sa.Index("ix_plugin_membership_entry_member", "member_id", "id"),
        sa.Index("ix_plugin_membership_entry_at", "at", "id"),
    )


class OrderGrowth(Base):
    """What one order line gives: worked out when it is paid, booked when it counts.

    ``growth`` never changes; ``taken`` grows with what is refunded of the line. Nothing of it is in
    the ledger until ``counted_at``. ``quantity`` and ``paid_fen`` are what was bought, ``returned``
    and ``refunded_fen`` what went back of it.
    """

    __tablename__ = "plugin_membership_order_growth"

    order_line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), primary_key=True)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("shop_order.id"), index=True)
    order_no: Mapped[str] = mapped_column(sa.String(32))
    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"))
    quantity: Mapped[int] = mapped_column(sa.Integer())
    returned: Mapped[int] = mapped_column(sa.Integer(), default=0)
    paid_fen: Mapped[Fen]
    refunded_fen: Mapped[Fen] = mapped_column(default=0)
    growth: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    paid_at: Mapped[datetime]
    counted_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("ix_plugin_membership_order_growth_member", "member_id", "counted_at"),
        sa.Index(
            "ix_plugin_membership_order_growth_open",
            "order_id",
            sqlite_where=sa.text("counted_at IS NULL"),
            postgresql_where=sa.text("counted_at IS NULL"),
        ),
        sa.CheckConstraint("growth >= 0 AND taken >= 0 AND taken <= growth", name="sane_growth"),
    )


class TaskDone(Base):
    """A member did a growth task: once ever (``subject`` is empty), or once for each subject.

    ``subject`` of a daily task starts with ``day``, a day of the store's calendar. ``order_no``:
    the order that did the task; gone with it when all of it is refunded.
    """

    __tablename__ = "plugin_membership_task"

    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    task: Mapped[str] = mapped_column(sa.String(24), primary_key=True)
    subject: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    day: Mapped[date | None] = mapped_column(sa.Date())
    order_no: Mapped[str] = mapped_column(sa.String(32), default="")
    growth: Mapped[int]
    at: Mapped[datetime]


class Benefit(Base):
    """A line of the benefit catalogue.

    ``kind``: service, offer, activity, goods, alliance. ``effect``: what the shop does by itself
    (growth_multiplier, free_freight, member_price), or nothing: staff honours it.
    """

    __tablename__ = "plugin_membership_benefit"

    id: Mapped[IdColumn]
    position: Mapped[int] = mapped_column(sa.SmallInteger())
    kind: Mapped[str] = mapped_column(sa.String(16))
    effect: Mapped[str] = mapped_column(sa.String(24), default="")
    name_zh: Mapped[str] = mapped_column(sa.String(20))
    name_en: Mapped[str] = mapped_column(sa.String(40))
    text_zh: Mapped[str] = mapped_column(sa.String(200), default="")
    text_en: Mapped[str] = mapped_column(sa.String(200), default="")
    icon: Mapped[str] = mapped_column(sa.String(24))
    is_active: Mapped[bool] = mapped_column(default=True, server_default=sa.true())


class TierBenefit(Base):
    """A benefit that a tier has; ``value`` in the unit of its effect, or ``None``.

    growth_multiplier: basis points (12000: 1.2 times). free_freight: from goods of so many fen.
    """

    __tablename__ = "plugin_membership_tier_benefit"

    tier_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("plugin_membership_tier.id"), primary_key=True
    )
    benefit_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("plugin_membership_benefit.id"), primary_key=True
    )
    value: Mapped[int | None]
    note_zh: Mapped[str] = mapped_column(sa.String(20), default="")
    note_en: Mapped[str] = mapped_column(sa.String(40), default="")


class Document(Base):
    """A stored document: ``rules`` in force, or the ``ladder`` that is drafted and not in force."""

    __tablename__ = "plugin_membership_document"

    name: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    body: Mapped[dict[str, Any]]
    actor: Mapped[str] = mapped_column(sa.String(64))
    changed_at: Mapped[datetime]


class Mark(Base):
    """How far recurring work has come; a row per ``name``. ``cursor`` is empty at the start."""

    __tablename__ = "plugin_membership_mark"

    name: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    cursor: Mapped[str] = mapped_column(sa.String(64), default="")
    at: Mapped[datetime]
