"""Fan tasks as the merchant reads them: tasks, takers, fans, rewards; in pages and for files."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.catalog import Page
from core.api.values import dataclass
from plugins.poster.models import Fan, FanTask, Reward, TaskEntry
from plugins.poster.rules.tasks import FanState, RewardState
from plugins.poster.services.tasks import Task

CHUNK = 500
_TASK: Any = FanTask.__table__
_ENTRY: Any = TaskEntry.__table__
_FAN: Any = Fan.__table__
_REWARD: Any = Reward.__table__


@dataclass(frozen=True)
class TaskRow:
    """A task with what came of it so far."""

    task: Task
    takers: int = 0
    fans: Mapping[str, int] = field(default_factory=dict)
    waiting: int = 0  # rewards that are held or to be handed over


@dataclass(frozen=True)
class Taker:
    """Somebody who takes part, with their fans and rewards by state."""

    member_id: UUID
    joined_at: datetime
    is_active: bool
    fans: Mapping[str, int]
    rewards: Mapping[str, int]


@dataclass(frozen=True)
class FanRow:
    """A fan, whose, and where they stand."""

    fan_id: UUID
    holder_id: UUID
    state: str
    reason: str
    doubts: tuple[str, ...]
    arrived_at: datetime
    counted_at: datetime | None
    due_at: datetime | None
    decided_at: datetime | None


@dataclass(frozen=True)
class RewardRow:
    """A reward, of whom, in which task."""

    id: UUID
    task_id: UUID
    holder_id: UUID
    step: int
    kind: str
    amount_fen: int
    text_zh: str
    text_en: str
    state: str
    reasons: tuple[str, ...]
    actor: str
    note: str
    at: datetime
    decided_at: datetime | None


def list_tasks(
    session: Session, *, state: str = "", page: int = 1, per_page: int = 25
) -> Page[TaskRow]:
    """Tasks, the newest first, with what came of them; five statements."""
    chosen = sa.select(_TASK)
    if state:
        chosen = chosen.where(_TASK.c.state == state)
    rows, total = _page_of(session, chosen, _TASK.c.created_at.desc(), _TASK.c.id, page, per_page)
    ids = [row.id for row in rows]
    takers = _counts(session, _ENTRY.c.task_id, None, ids)
    fans = _counts(session, _FAN.c.task_id, _FAN.c.state, ids)
    waiting = _counts(session, _REWARD.c.task_id, _REWARD.c.state, ids)
    items = tuple(
        TaskRow(
            Task.of(row),
            takers[row.id].get("", 0),
            fans[row.id],
            sum(waiting[row.id].get(each, 0) for each in (RewardState.HELD, RewardState.DUE)),
        )
        for row in rows
    )
    return Page(items, total, page, per_page)


def state_counts(session: Session) -> dict[str, int]:
    """Tasks by state; one statement."""
    rows = session.execute(sa.select(_TASK.c.state, sa.func.count()).group_by(_TASK.c.state))
    return {row[0]: row[1] for row in rows}


def figures(session: Session, task_id: UUID) -> TaskRow:
    """One task with what came of it; four statements.

    Raises:
        NoResultFound: there is none; ask ``tasks.task_of`` first.
    """
    row = session.execute(sa.select(_TASK).where(_TASK.c.id == task_id)).one()
    rewards = _counts(session, _REWARD.c.task_id, _REWARD.c.state, [task_id])[task_id]
    return TaskRow(
        Task.of(row),
        _counts(session, _ENTRY.c.task_id, None, [task_id])[task_id].get("", 0),
        _counts(session, _FAN.c.task_id, _FAN.c.state, [task_id])[task_id],
        sum(rewards.get(each, 0) for each in (RewardState.HELD, RewardState.DUE)),
    )


def list_takers(session: Session, task_id: UUID, *, page: int, per_page: int) -> Page[Taker]:
    """Who takes part, the newest first; four statements."""
    chosen = sa.select(_ENTRY).where(_ENTRY.c.task_id == task_id)
    order = _ENTRY.c.joined_at.desc()
    rows, total = _page_of(session, chosen, order, _ENTRY.c.member_id, page, per_page)
    ids = [row.member_id for row in rows]
    fans = _counts(session, _FAN.c.holder_id, _FAN.c.state, ids, _FAN.c.task_id == task_id)
    rewards = _counts(
        session, _REWARD.c.holder_id, _REWARD.c.state, ids, _REWARD.c.task_id == task_id
    )
    items = tuple(
        Taker(
            row.member_id,
            row.joined_at,
            row.is_active,
            fans[row.member_id],
            rewards[row.member_id],
        )
        for row in rows
    )
    return Page(items, total, page, per_page)


def list_fans(
    session: Session,
    task_id: UUID,
    *,
    state: str = "",
    holder_id: UUID | None = None,
    page: int,
    per_page: int,
) -> Page[FanRow]:
    """Fans of a task, the newest first; two statements."""
    chosen = _fans(task_id, state, holder_id)
    order = _FAN.c.arrived_at.desc()
    rows, total = _page_of(session, chosen, order, _FAN.c.fan_id, page, per_page)
    return Page(tuple(_fan(row) for row in rows), total, page, per_page)


def export_fans(session: Session, task_id: UUID) -> Iterator[Sequence[FanRow]]:
    """All fans of a task, the newest accounts first, some hundred at a time; a statement each."""
    query = _fans(task_id, "", None).order_by(_FAN.c.fan_id.desc()).limit(CHUNK)
    rows = session.execute(query).all()
    while rows:
        yield [_fan(row) for row in rows]
        rows = session.execute(query.where(_FAN.c.fan_id < rows[-1].fan_id)).all()


def list_rewards(
    session: Session, states: Sequence[str], *, page: int, per_page: int
) -> Page[RewardRow]:
    """Rewards in these states, those that have waited longest first; two statements."""
    chosen = sa.select(_REWARD).where(_REWARD.c.state.in_(list(states)))
    is_open = set(states) <= {RewardState.HELD, RewardState.DUE, RewardState.UNFUNDED}
    order = _REWARD.c.at if is_open else _REWARD.c.decided_at.desc()
    rows, total = _page_of(session, chosen, order, _REWARD.c.id, page, per_page)
    return Page(tuple(_reward(row) for row in rows), total, page, per_page)


def reward_counts(session: Session) -> dict[str, int]:
    """Rewards by state; one statement."""
    rows = session.execute(sa.select(_REWARD.c.state, sa.func.count()).group_by(_REWARD.c.state))
    return {row[0]: row[1] for row in rows}


def _fans(task_id: UUID, state: str, holder_id: UUID | None) -> Any:
    chosen = sa.select(_FAN).where(_FAN.c.task_id == task_id)
    if state in set(FanState):
        chosen = chosen.where(_FAN.c.state == state)
    return chosen.where(_FAN.c.holder_id == holder_id) if holder_id else chosen


def _fan(row: Any) -> FanRow:
    return FanRow(
        row.fan_id,
        row.holder_id,
        row.state,
        row.reason,
        tuple(row.doubts),
        row.arrived_at,
        row.counted_at,
        row.due_at,
        row.decided_at,
    )


def _reward(row: Any) -> RewardRow:
    return RewardRow(
        row.id,
        row.task_id,
        row.holder_id,
        row.step,
        row.kind,
        int(row.amount_fen),
        row.text_zh,
        row.text_en,
        row.state,
        tuple(row.reasons),
        row.actor,
        row.note,
        row.at,
        row.decided_at,
    )


def _page_of(
    session: Session, chosen: Any, order: Any, key: Any, page: int, per_page: int
) -> tuple[Sequence[Any], int]:
    total = session.scalar(sa.select(sa.func.count()).select_from(chosen.subquery())) or 0
    rows = session.execute(
        chosen.order_by(order, key).limit(per_page).offset((page - 1) * per_page)
    ).all()
    return rows, int(total)


def _counts(
    session: Session, key: Any, state: Any, ids: Sequence[UUID], *narrowing: Any
) -> Mapping[UUID, dict[str, int]]:
    """How many rows each of these keys has, by state (``""`` without one)."""
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    if ids:
        columns = [key] if state is None else [key, state]
        for row in session.execute(
            sa.select(*columns, sa.func.count()).where(key.in_(ids), *narrowing).group_by(*columns)
        ):
            found[row[0]]["" if state is None else row[1]] = row[-1]
    return found
