"""Tables of distribution."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.api.db import Base, Fen, IdColumn


class ProgrammeVersion(Base):
    """One version of the programme; the newest is the one in force. Never edited.

    ``body`` is the document of :func:`plugins.distribution.rules.to_json`; ``summary`` is what the
    one who published it wrote about the change.
    """

    __tablename__ = "plugin_distribution_programme"

    id: Mapped[IdColumn]
    version: Mapped[int] = mapped_column(sa.Integer(), unique=True)
    body: Mapped[dict[str, Any]]
    summary: Mapped[str] = mapped_column(sa.String(200), default="")
    actor: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]


class ProgrammeDraft(Base):
    """What a staff member has changed and not published yet; gone once it is.

    ``body`` is a whole programme, made from version ``base_version``. ``picked`` are products,
    chosen in the product list, that wait to be put into a plan.
    """

    __tablename__ = "plugin_distribution_draft"

    actor: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    base_version: Mapped[int] = mapped_column(sa.Integer())
    body: Mapped[dict[str, Any]]
    picked: Mapped[list[str]] = mapped_column(sa.JSON())
    changed_at: Mapped[datetime]


class Acknowledgement(Base):
    """A named staff member confirmed having read the legal notice on three levels."""

    __tablename__ = "plugin_distribution_acknowledgement"

    id: Mapped[IdColumn]
    subject: Mapped[str] = mapped_column(sa.String(32))  # depth_3
    text_version: Mapped[str] = mapped_column(sa.String(16))
    actor: Mapped[str] = mapped_column(sa.String(64))
    actor_name: Mapped[str] = mapped_column(sa.String(60))
    at: Mapped[datetime]


class Distributor(Base):
    """A member who may earn. ``state``: applied, active, frozen, rejected, left.

    ``real_name`` and ``note`` are what they wrote with their application. ``rules_version`` names
    the rules they agreed to; empty for those whom staff designated. ``reason``: why they are frozen
    or were refused; kept until staff makes them active, without which they do not come back.
    ``is_unranked``: they asked to be left out of the ranking. A locked grade is changed by staff
    only; ``graded_at`` is when it changed last.
    """

    __tablename__ = "plugin_distribution_distributor"

    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    state: Mapped[str] = mapped_column(sa.String(16))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    real_name: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    rules_version: Mapped[str] = mapped_column(sa.String(16), default="")
    actor: Mapped[str] = mapped_column(sa.String(64))
    joined_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    grade_id: Mapped[UUID | None]
    graded_at: Mapped[datetime | None]
    is_grade_locked: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    is_unranked: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    __table_args__ = (
        sa.Index("ix_plugin_distribution_distributor_state", "state", "changed_at"),
        sa.Index("ix_plugin_distribution_distributor_joined", "joined_at"),
        sa.Index("ix_plugin_distribution_distributor_changed", "changed_at", "member_id"),
        sa.Index(  # those whom the ranking leaves out
            "ix_plugin_distribution_distributor_unranked",
            "member_id",
            sqlite_where=sa.text("state != 'active' OR is_unranked"),
            postgresql_where=sa.text("state != 'active' OR is_unranked"),
        ),
    )


class GradeEvent(Base):
    """A distributor's grade changed: by what was measured, or by staff; ``None`` is no grade.

    ``is_locked`` says that staff locked it or set it free, which may leave the grade as it was;
    ``None``: neither.
    """

    __tablename__ = "plugin_distribution_grade_event"

    id: Mapped[IdColumn]
    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"), index=True)
    old_grade_id: Mapped[UUID | None]
    new_grade_id: Mapped[UUID | None]
    programme_version: Mapped[int] = mapped_column(sa.Integer())  # names both grades
    actor: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    at: Mapped[datetime]
    is_locked: Mapped[bool | None]


class Commission(Base):
    """What one upline earns on one order line, with everything that explains it.

    ``amount_fen`` never changes; ``reversed_fen`` grows with what was refunded of the line, which
    ``refunded_fen`` repeats. ``state`` follows the goods: pending (paid), frozen (received),
    available (settled). ``due_at`` is set when the order settled and cleared when the money has
    moved; one that is held waits for a person's decision.

    It explains itself: ``rate_bps`` of ``base_fen`` (``kind`` bps), or ``rate_bps`` fen for each of
    ``quantity`` pieces (``kind`` fixed), found at ``scope`` of the plan ``plan_id`` in the
    programme ``plan_version``, for a beneficiary of grade ``grade_id``. Level 0 is the buyer's own.
    """

    __tablename__ = "plugin_distribution_commission"

    id: Mapped[IdColumn]
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("shop_order.id"), index=True)
    order_no: Mapped[str] = mapped_column(sa.String(32), index=True)
    order_line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"))
    product_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    beneficiary_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"))
    level: Mapped[int] = mapped_column(sa.SmallInteger())
    base_fen: Mapped[Fen]
    refunded_fen: Mapped[Fen] = mapped_column(default=0)
    rate_bps: Mapped[int] = mapped_column(sa.Integer())
    amount_fen: Mapped[Fen]
    reversed_fen: Mapped[Fen] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(sa.String(16))
    plan_version: Mapped[int] = mapped_column(sa.Integer())
    accrued_at: Mapped[datetime] = mapped_column(index=True)
    frozen_at: Mapped[datetime | None]
    available_at: Mapped[datetime | None]
    line_paid_fen: Mapped[Fen] = mapped_column(default=0, server_default="0")
    kind: Mapped[str] = mapped_column(sa.String(8), default="bps", server_default="bps")
    quantity: Mapped[int] = mapped_column(sa.Integer(), default=1, server_default="1")
    scope: Mapped[str] = mapped_column(sa.String(8), default="plan", server_default="plan")
    plan_id: Mapped[UUID | None]
    grade_id: Mapped[UUID | None]
    due_at: Mapped[datetime | None]
    is_held: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    checked_at: Mapped[datetime | None]  # the watch has looked at it

    __table_args__ = (
        sa.UniqueConstraint("order_line_id", "level"),
        sa.Index(
            "ix_plugin_distribution_commission_unchecked",
            "id",
            sqlite_where=sa.text("checked_at IS NULL"),
            postgresql_where=sa.text("checked_at IS NULL"),
        ),
        sa.Index(  # settlement takes each beneficiary's together: fewer legs, fewer accounts
            "ix_plugin_distribution_commission_due",
            "beneficiary_id",
            "id",
            sqlite_where=sa.text("due_at IS NOT NULL AND is_held = 0 AND checked_at IS NOT NULL"),
            postgresql_where=sa.text(
                "due_at IS NOT NULL AND NOT is_held AND checked_at IS NOT NULL"
            ),
        ),
        sa.Index("ix_plugin_distribution_commission_earned", "beneficiary_id", "accrued_at"),
        sa.Index(
            "ix_plugin_distribution_commission_held",
            "accrued_at",
            sqlite_where=sa.text("is_held = 1"),
            postgresql_where=sa.text("is_held"),
        ),
        sa.Index(  # what waits for settlement, held or not, is counted from the index alone
            "ix_plugin_distribution_commission_waiting",
            "is_held",
            "due_at",
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        ),
        sa.Index("ix_plugin_distribution_commission_open", "state", "order_id"),
        sa.Index(
            "ix_plugin_distribution_commission_settled",
            "state",
            "accrued_at",
            sqlite_where=sa.text("state = 'available'"),
            postgresql_where=sa.text("state = 'available'"),
        ),
        sa.Index(
            "ix_plugin_distribution_commission_reversed",
            "accrued_at",
            sqlite_where=sa.text("reversed_fen > 0"),
            postgresql_where=sa.text("reversed_fen > 0"),
        ),
        sa.CheckConstraint(
            "amount_fen >= 0 AND reversed_fen >= 0 AND reversed_fen <= amount_fen",
            name="sane_amounts",
        ),
    )


class Hold(Base):
    """Why the commissions of one order wait for a person before they are settled.

    ``reason``: phone, device, browser, address, account (the beneficiary seems to be the buyer),
    burst, loop. ``evidence``: what it rests on, see ``rules.fraud``; empty of what was held before
    it was kept. ``state``: open, released, rejected.
    """

    __tablename__ = "plugin_distribution_hold"

    id: Mapped[IdColumn]
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("shop_order.id"))
    beneficiary_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(16))
    evidence: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(sa.String(16), default="open")
    actor: Mapped[str] = mapped_column(sa.String(64), default="")
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("order_id", "beneficiary_id", "reason"),
        sa.Index("ix_plugin_distribution_hold_state", "state", "at"),
    )


class Mark(Base):
    """How far recurring work has come; a row per ``name``."""

    __tablename__ = "plugin_distribution_mark"

    name: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    at: Mapped[datetime]


class TotalChange(Base):
    """What an order or a refund changed for one distributor, until it is added to the totals.

    Only inserted, in the transaction of the commission, so that orders of one upline do not wait
    for each other; the job ``distribution.totals`` adds it up and deletes it. It counts for the
    time at which the commission was earned. ``sold_fen`` stands on one row of each order or refund.
    """

    __tablename__ = "plugin_distribution_total_change"

    id: Mapped[IdColumn]
    member_id: Mapped[UUID]
    accrued_at: Mapped[datetime]
    earned_fen: Mapped[Fen]
    orders: Mapped[int] = mapped_column(sa.Integer())
    sold_fen: Mapped[Fen]


class DayTotal(Base):
    """What all distributors earned on a day of the store, and what was paid for it; net, fen."""

    __tablename__ = "plugin_distribution_day_total"

    day_on: Mapped[date] = mapped_column(primary_key=True)
    earned_fen: Mapped[Fen]
    sold_fen: Mapped[Fen]


class MonthTotal(Base):
    """What one distributor earned in a month of the store, net of refunds, and in how many orders.

    ``month_on`` is the first day.
    """

    __tablename__ = "plugin_distribution_month_total"

    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    month_on: Mapped[date] = mapped_column(primary_key=True)
    earned_fen: Mapped[Fen]
    orders: Mapped[int] = mapped_column(sa.Integer())

    __table_args__ = (
        sa.Index("ix_plugin_distribution_month_total_rank", "month_on", "earned_fen", "member_id"),
    )


class Figures(Base):
    """Figures that are worked out now and then and kept, with when; a row per ``name``.

    ``name`` is ``overview:`` and a number of days, or ``zone``: whose days and months the totals
    are of.
    """

    __tablename__ = "plugin_distribution_figures"

    name: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    at: Mapped[datetime]
    body: Mapped[dict[str, Any]]
