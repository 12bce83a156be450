"""Fan tasks as the merchant makes them: draft, open, closed; with the legal acknowledgement."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.db import new_id
from core.api.errors import Conflict, InvalidInput, NotFound, Rejected
from core.api.text import squeeze
from core.api.values import dataclass
from plugins.poster.models import FanTask
from plugins.poster.rules.tasks import TaskRules, TaskState, check_rules, from_json, to_json
from plugins.poster.services.task_budget import budget_left, lock_task, set_budget, spent_of
from plugins.poster.services.task_notice import acknowledge, subjects_of

NAME_LIMIT = 60
_TASK: Any = FanTask.__table__


@dataclass(frozen=True)
class Task:
    """A fan task with its rules."""

    id: UUID
    name_zh: str
    name_en: str
    state: str
    starts_at: datetime
    ends_at: datetime
    rules: TaskRules
    revision: int
    created_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None

    @classmethod
    def of(cls, row: Any) -> "Task":
        """The task of a row."""
        return cls(
            row.id,
            row.name_zh,
            row.name_en,
            row.state,
            row.starts_at,
            row.ends_at,
            from_json(row.rules),
            row.revision,
            row.created_at,
            row.opened_at,
            row.closed_at,
        )

    def name(self, locale: str) -> str:
        """Its name for readers of this locale; the only one where a language has none."""
        mine, other = (
            (self.name_en, self.name_zh)
            if locale.startswith("en")
            else (self.name_zh, self.name_en)
        )
        return mine or other

    @property
    def is_draft(self) -> bool:
        """Whether it was never opened, so that its rules can be changed."""
        return self.state == TaskState.DRAFT

    @property
    def shown_state(self) -> str:
        """Its state as staff reads it: ``soon`` and ``over`` are open ones outside their days."""
        if self.state != TaskState.OPEN:
            return self.state
        at = now()
        return "soon" if at < self.starts_at else "over" if at >= self.ends_at else self.state

    @property
    def last_at(self) -> datetime:
        """An instant of its last day; ``ends_at`` is the midnight after it."""
        return self.ends_at - timedelta(microseconds=1)

    def is_running(self, at: datetime) -> bool:
        """Whether members can take part and fans count."""
        return self.state == TaskState.OPEN and self.starts_at <= at < self.ends_at


@dataclass(frozen=True)
class TaskForm:
    """What the merchant typed."""

    name_zh: str
    name_en: str
    starts_at: datetime
    ends_at: datetime
    rules: TaskRules
    budget_fen: int


def task_of(session: Session, task_id: UUID) -> Task:
    """A task; one statement.

    Raises:
        NotFound: there is none.
    """
    row = session.execute(sa.select(_TASK).where(_TASK.c.id == task_id)).one_or_none()
    if row is None:
        raise unknown()
    return Task.of(row)


def unknown() -> NotFound:
    """There is no such task."""
    return NotFound("poster.task_unknown", "There is no such task.")


def tasks_among(session: Session, task_ids: Collection[UUID]) -> dict[UUID, Task]:
    """These tasks by id; one statement."""
    rows = session.execute(sa.select(_TASK).where(_TASK.c.id.in_(set(task_ids))))
    return {row.id: Task.of(row) for row in rows}


def create_task(session: Session, form: TaskForm, *, actor: str) -> UUID:
    """Make a draft with its budget.

    Raises:
        InvalidInput: names, days, rules or budget out of range.
    """
    values = _checked(form)
    task_id, at = new_id(), now()
    session.execute(
        sa.insert(_TASK).values(
            id=task_id,
            state=TaskState.DRAFT,
            rules=to_json(form.rules),
            revision=1,
            actor=actor,
            created_at=at,
            changed_at=at,
            **values,
        )
    )
    set_budget(session, lock_task(session, task_id), form.budget_fen, actor=actor)
    return task_id


def change_task(
    session: Session, task_id: UUID, form: TaskForm, *, seen_revision: int, actor: str
) -> None:
    """Change a draft as a whole; of a task that was opened, its names, its end and its budget.

    Raises:
        NotFound: there is none.
        InvalidInput: names, days, rules or budget out of range.
        Rejected: rules of a task that was opened; a budget below what is spent.
        Conflict: somebody changed it meanwhile.
    """
    row = _locked(session, task_id, seen_revision)
    if row.state != TaskState.DRAFT and (
        form.rules != from_json(row.rules) or form.starts_at != row.starts_at
    ):
        raise Rejected(
            "poster.task_opened",
            "This task was opened: what it promises stays. Close it and make another one.",
        )
    _write(session, row, actor, rules=to_json(form.rules), **_checked(form))
    set_budget(session, lock_task(session, task_id), form.budget_fen, actor=actor)


def open_task(
    session: Session,
    task_id: UUID,
    *,
    seen_revision: int,
    actor: str,
    actor_name: str,
    acknowledged: Collection[str] = (),
) -> None:
    """Open a draft, or a task that was closed, to members.

    Args:
        session: unit of work.
        task_id: which.
        seen_revision: of the page it is opened from.
        actor: who opens it, as logs name them.
        actor_name: their name, for the acknowledgement.
        acknowledged: subjects of the legal notice that they have just confirmed.

    Raises:
        NotFound: there is none.
        Rejected: its time is over, or the legal notice has not been confirmed.
        Conflict: it is open, or somebody changed it meanwhile.
    """
    row = _locked(session, task_id, seen_revision)
    if row.state == TaskState.OPEN:
        raise Conflict("poster.task_open", "This task is open already.")
    if row.ends_at <= now():
        raise Rejected(
            "poster.task_over", "Its time is over; choose a later end first.", field="ends"
        )
    acknowledge(
        session,
        subjects_of(from_json(row.rules)),
        acknowledged,
        actor=actor,
        actor_name=actor_name,
    )
    _write(
        session,
        row,
        actor,
        state=TaskState.OPEN,
        opened_at=row.opened_at or now(),
        closed_at=None,
    )


def close_task(session: Session, task_id: UUID, *, seen_revision: int, actor: str) -> None:
    """Count no more new fans. Those who are pending still become final and bring what was promised.

    Raises:
        NotFound: there is none.
        Conflict: it is not open, or somebody changed it meanwhile.
    """
    row = _locked(session, task_id, seen_revision)
    if row.state != TaskState.OPEN:
        raise Conflict("poster.task_closed", "This task is not open.")
    _write(session, row, actor, state=TaskState.CLOSED, closed_at=now())


def budget_of(session: Session, task_id: UUID) -> tuple[int, int]:
    """A task's whole budget and what is spent of it, in fen; two statements."""
    spent = spent_of(session, [task_id])[task_id]
    return spent + budget_left(session, task_id), spent


def _checked(form: TaskForm) -> dict[str, Any]:
    zh, en = squeeze(form.name_zh), squeeze(form.name_en)
    if not zh:
        raise InvalidInput("poster.task_name", "Give the task a name.", field="name_zh")
    if max(len(zh), len(en)) > NAME_LIMIT:
        raise InvalidInput("poster.task_name", "Please use at most 60 characters.", field="name_zh")
    if form.ends_at <= form.starts_at:
        raise InvalidInput("poster.task_days", "A task ends after it starts.", field="ends")
    check_rules(form.rules)
    return {
        "name_zh": zh,
        "name_en": en,
        "starts_at": form.starts_at,
        "ends_at": form.ends_at,
    }


def _locked(session: Session, task_id: UUID, seen_revision: int) -> Any:
    row = lock_task(session, task_id)
    if row is None:
        raise unknown()
    if row.revision != seen_revision:
        raise Conflict(
            "poster.task_overtaken",
            "Somebody else changed this task meanwhile. Have a look at it and try again.",
        )
    return row


def _write(session: Session, row: Any, actor: str, **values: Any) -> None:
    session.execute(
        sa.update(_TASK)
        .where(_TASK.c.id == row.id)
        .values(revision=row.revision + 1, actor=actor, changed_at=now(), **values)
    )
