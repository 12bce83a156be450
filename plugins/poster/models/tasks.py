"""Tables of fan tasks: what is asked, who takes part, whom they brought, what they got for it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.api.db import Base, Fen, IdColumn


class FanTask(Base):
    """A fan task. ``state``: draft, open, closed. ``rules``: ``rules.tasks.to_json``.

    Its budget lies in the ledger (``services.tasks.budget_owner``). ``revision`` grows with every
    change, so that two people who edit at once do not overwrite each other unseen.
    """

    __tablename__ = "plugin_poster_task"

    id: Mapped[IdColumn]
    name_zh: Mapped[str] = mapped_column(sa.String(60))
    name_en: Mapped[str] = mapped_column(sa.String(60), default="")
    state: Mapped[str] = mapped_column(sa.String(16))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    rules: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(sa.Integer(), default=1)
    actor: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    __table_args__ = (sa.Index("ix_plugin_poster_task_state", "state", "ends_at"),)


class TaskEntry(Base):
    """A member takes part in a task; not ``is_active``: they were erased.

    ``share_token`` and ``share_code``: of their link. ``is_due``: fans became final since their
    steps were looked at.
    """

    __tablename__ = "plugin_poster_entry"

    task_id: Mapped[UUID] = mapped_column(sa.ForeignKey("plugin_poster_task.id"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    share_token: Mapped[str] = mapped_column(sa.String(24))
    share_code: Mapped[str] = mapped_column(sa.String(16), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    is_due: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[datetime]

    __table_args__ = (
        sa.Index("ix_plugin_poster_entry_member", "member_id", "joined_at"),
        sa.Index(
            "ix_plugin_poster_entry_due",
            "task_id",
            "member_id",
            sqlite_where=sa.text("is_due"),
            postgresql_where=sa.text("is_due"),
        ),
    )


class Fan(Base):
    """A new fan: of one taker, in one task, once for ever. ``state``: ``rules.tasks.FanState``.

    ``counted_at`` is when they began to count, ``due_at`` when their window is over. ``channel``:
    where they follow, if the task asks for it. ``reason``: why they count no more. ``doubts``: what
    is suspicious about them, until staff has decided.
    """

    __tablename__ = "plugin_poster_fan"

    fan_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    task_id: Mapped[UUID] = mapped_column(sa.ForeignKey("plugin_poster_task.id"))
    holder_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"))
    state: Mapped[str] = mapped_column(sa.String(16))
    channel: Mapped[str] = mapped_column(sa.String(32), default="")
    reason: Mapped[str] = mapped_column(sa.String(32), default="")
    doubts: Mapped[list[str]] = mapped_column(sa.JSON())
    arrived_at: Mapped[datetime]
    counted_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("ix_plugin_poster_fan_holder", "holder_id", "task_id", "counted_at"),
        sa.Index("ix_plugin_poster_fan_task", "task_id", "arrived_at"),
        sa.Index(
            "ix_plugin_poster_fan_due",
            "due_at",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        ),
    )


class Reward(Base):
    """The benefit of a step that a taker reached, once. ``state``: ``rules.tasks.RewardState``.

    ``step`` counts from 0. ``reasons``: why it was held. ``note`` is what the one who decided
    wrote; the taker reads it when the reward was rejected.
    """

    __tablename__ = "plugin_poster_reward"

    id: Mapped[IdColumn]
    task_id: Mapped[UUID] = mapped_column(sa.ForeignKey("plugin_poster_task.id"))
    holder_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"), index=True)
    step: Mapped[int] = mapped_column(sa.SmallInteger())
    kind: Mapped[str] = mapped_column(sa.String(16))
    amount_fen: Mapped[Fen]
    text_zh: Mapped[str] = mapped_column(sa.String(80), default="")
    text_en: Mapped[str] = mapped_column(sa.String(80), default="")
    state: Mapped[str] = mapped_column(sa.String(16))
    reasons: Mapped[list[str]] = mapped_column(sa.JSON())
    actor: Mapped[str] = mapped_column(sa.String(64), default="")
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("task_id", "holder_id", "step"),
        sa.Index("ix_plugin_poster_reward_state", "state", "at"),
        sa.CheckConstraint("amount_fen >= 0", name="not_negative"),
    )


class Acknowledgement(Base):
    """A named staff member confirmed a legal notice. ``subject``: fan_task, follow_reward."""

    __tablename__ = "plugin_poster_acknowledgement"

    id: Mapped[IdColumn]
    subject: Mapped[str] = mapped_column(sa.String(32))
    text_version: Mapped[str] = mapped_column(sa.String(16))
    actor: Mapped[str] = mapped_column(sa.String(64))
    actor_name: Mapped[str] = mapped_column(sa.String(60))
    at: Mapped[datetime]
