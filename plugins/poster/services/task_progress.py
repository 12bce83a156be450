"""How far members have come in fan tasks, for the phone."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.values import dataclass
from plugins.poster.models import Fan, FanTask, Reward, TaskEntry
from plugins.poster.rules.tasks import FanState, RewardState, TaskState
from plugins.poster.services.tasks import Task

MOST_TASKS = 50
_TASK: Any = FanTask.__table__
_ENTRY: Any = TaskEntry.__table__
_FAN: Any = Fan.__table__
_REWARD: Any = Reward.__table__
_REACHED = frozenset({RewardState.GRANTED, RewardState.DUE, RewardState.UNFUNDED})


@dataclass(frozen=True)
class FanView:
    """A fan as their taker sees them; the name is masked where it is shown."""

    member_id: UUID
    state: str
    arrived_at: datetime
    due_at: datetime | None


@dataclass(frozen=True)
class StepReward:
    """What came of a step: its state, and what staff wrote when they decided."""

    state: str
    note: str


@dataclass(frozen=True)
class Progress:
    """A task, and how far one member has come in it; ``joined_at`` ``None``: they do not take part.

    ``last_due_at``: when the last pending fan's window is over.
    """

    task: Task
    joined_at: datetime | None = None
    share_token: str = ""
    share_code: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    last_due_at: datetime | None = None
    rewards: Mapping[int, StepReward] = field(default_factory=dict)

    @property
    def final(self) -> int:
        """Fans who count for good."""
        return self.counts.get(FanState.FINAL, 0)

    @property
    def pending(self) -> int:
        """Fans whose window is not over."""
        return self.counts.get(FanState.PENDING, 0)

    @property
    def status(self) -> str:
        """Where the member stands, in one word.

        ``soon`` (has not begun), ``open`` (may take part), ``missed`` (over, never took part),
        ``held``, ``rejected`` (the last thing decided), ``done`` (every step reached), ``waiting``
        (over, fans pending), ``expired`` (over), ``taking`` (under way).
        """
        task, at = self.task, now()
        states = {each.state for each in self.rewards.values()}
        if self.joined_at is None:
            if task.is_running(at):
                return "open"
            is_coming = task.state == TaskState.OPEN and at < task.starts_at
            return "soon" if is_coming else "missed"
        if RewardState.HELD in states:
            return "held"
        if len(self.rewards) == len(task.rules.steps):
            return "done" if states <= _REACHED else "rejected"
        if not task.is_running(at):
            return "waiting" if self.pending else "expired"
        return "taking"


def progress_list(session: Session, member_id: UUID) -> list[Progress]:
    """Tasks that are open, the soonest to end first, then a member's own that are over.

    Three statements.
    """
    is_open = sa.and_(_TASK.c.state == TaskState.OPEN, _TASK.c.ends_at > now())
    rows = session.execute(
        _mine(member_id)
        .where(
            sa.or_(is_open, _ENTRY.c.member_id.is_not(None)),
        )
        .order_by(
            is_open.desc(),
            sa.case((is_open, _TASK.c.ends_at)),
            _TASK.c.ends_at.desc(),
            _TASK.c.id.desc(),
        )
        .limit(MOST_TASKS)
    ).all()
    joined = [row.id for row in rows if row.joined_at is not None]
    return _filled(session, member_id, rows, joined)


def progress_of(session: Session, member_id: UUID, task_id: UUID) -> Progress | None:
    """One task and how far a member has come; ``None``: none they may see. Three statements."""
    rows = session.execute(
        _mine(member_id).where(_TASK.c.id == task_id, _TASK.c.state != TaskState.DRAFT)
    ).all()
    if not rows or (rows[0].state == TaskState.CLOSED and rows[0].joined_at is None):
        return None
    return _filled(session, member_id, rows, [task_id])[0]


def fans_of(session: Session, member_id: UUID, task_id: UUID, limit: int) -> Sequence[FanView]:
    """A taker's newest fans in a task; one statement."""
    rows = session.execute(
        sa.select(_FAN.c.fan_id, _FAN.c.state, _FAN.c.arrived_at, _FAN.c.due_at)
        .where(_FAN.c.holder_id == member_id, _FAN.c.task_id == task_id)
        .order_by(_FAN.c.arrived_at.desc(), _FAN.c.fan_id.desc())
        .limit(limit)
    )
    return [FanView(*row) for row in rows]


def way_in(session: Session, member_id: UUID) -> int | None:
    """How many open tasks a member takes part in; ``None``: there is none to see, old or new.

    One statement, for the member centre.
    """
    is_open = sa.and_(_TASK.c.state == TaskState.OPEN, _TASK.c.ends_at > now())
    taken = (
        sa.select(sa.func.count())
        .select_from(_ENTRY.join(_TASK, _TASK.c.id == _ENTRY.c.task_id))
        .where(_ENTRY.c.member_id == member_id, is_open)
        .scalar_subquery()
    )
    has_any = sa.or_(sa.exists().where(_ENTRY.c.member_id == member_id), sa.exists().where(is_open))
    count, is_there = session.execute(sa.select(taken, has_any)).one()
    return int(count) if is_there else None


def _mine(member_id: UUID) -> Any:
    return (
        sa.select(_TASK, _ENTRY.c.joined_at, _ENTRY.c.share_token, _ENTRY.c.share_code)
        .select_from(_TASK)
        .outerjoin(_ENTRY, sa.and_(_ENTRY.c.task_id == _TASK.c.id, _ENTRY.c.member_id == member_id))
    )


def _filled(
    session: Session, member_id: UUID, rows: Sequence[Any], joined: Collection[UUID]
) -> list[Progress]:
    counts: dict[UUID, dict[str, int]] = defaultdict(dict)
    due: dict[UUID, datetime] = {}
    rewards: dict[UUID, dict[int, StepReward]] = defaultdict(dict)
    if joined:
        for row in session.execute(
            sa.select(
                _FAN.c.task_id,
                _FAN.c.state,
                sa.func.count().label("fans"),
                sa.func.max(_FAN.c.due_at, type_=_FAN.c.due_at.type).label("due_at"),
            )
            .where(_FAN.c.holder_id == member_id, _FAN.c.task_id.in_(joined))
            .group_by(_FAN.c.task_id, _FAN.c.state)
        ):
            counts[row.task_id][row.state] = row.fans
            if row.state == FanState.PENDING:
                due[row.task_id] = row.due_at
        for row in session.execute(
            sa.select(_REWARD.c.task_id, _REWARD.c.step, _REWARD.c.state, _REWARD.c.note).where(
                _REWARD.c.holder_id == member_id, _REWARD.c.task_id.in_(joined)
            )
        ):
            rewards[row.task_id][row.step] = StepReward(row.state, row.note)
    return [
        Progress(
            Task.of(row),
            row.joined_at,
            row.share_token or "",
            row.share_code or "",
            counts[row.id],
            due.get(row.id),
            rewards[row.id],
        )
        for row in rows
    ]
