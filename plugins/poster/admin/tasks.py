"""Fan tasks in admin: all of them, one with its takers and fans, fans as a file."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from core.api.csv import csv_download, csv_line
from core.api.i18n import gettext as _
from core.api.members import names_of
from core.api.web import audit, reader, staff, writing
from plugins.poster.admin.task_page import (
    FAN_LABELS,
    PER_PAGE,
    REASONS,
    page_number,
    show_page,
    task_id_or_404,
    uuid_or_none,
)
from plugins.poster.rules.task_doubts import Suspicion
from plugins.poster.rules.tasks import FanState, TaskState
from plugins.poster.services import task_lists, tasks
from plugins.poster.services.task_budget import spent_of
from plugins.poster.services.task_notice import (
    NOTICE_VERSION,
    acknowledgements,
    has_acknowledged,
    subjects_of,
)


def show() -> str:
    """All tasks, the newest first."""
    session, state = reader(), request.args.get("state", "")
    state = state if state in set(TaskState) else ""
    found = task_lists.list_tasks(session, state=state, page=page_number(), per_page=PER_PAGE)
    return show_page(
        "tasks.html",
        page=found,
        spent=spent_of(session, [row.task.id for row in found.items]),
        counts=task_lists.state_counts(session),
        waiting=task_lists.reward_counts(session),
        state=state,
    )


def show_one(task_id: str) -> str:
    """One task."""
    return detail(task_id_or_404(task_id))


def detail(key: UUID, *, errors: Sequence[str] = ()) -> str:
    """One task with its figures, and its takers or its fans."""
    session = reader()
    task = tasks.task_of(session, key)
    budget, spent = tasks.budget_of(session, key)
    is_fans = request.args.get("list") == "fans"
    state, holder = request.args.get("state", ""), uuid_or_none(request.args.get("member", ""))
    page = _people(session, key, is_fans=is_fans, state=state, holder=holder)
    ids = {holder} if holder else set()
    for row in page.items:
        ids |= {row.fan_id, row.holder_id} if is_fans else {row.member_id}
    actor = staff().actor
    return show_page(
        "task.html",
        row=task_lists.figures(session, key),
        task=task,
        budget=budget,
        spent=spent,
        page=page,
        is_fans=is_fans,
        state=state,
        holder=holder,
        names=names_of(session, ids),
        missing=[
            each for each in subjects_of(task.rules) if not has_acknowledged(session, actor, each)
        ]
        if task.state != TaskState.OPEN
        else [],
        notice_version=NOTICE_VERSION,
        confirmed=acknowledgements(session, 10),
        errors=list(errors),
    )


def _people(session: Session, key: UUID, *, is_fans: bool, state: str, holder: UUID | None) -> Any:
    if is_fans:
        return task_lists.list_fans(
            session, key, state=state, holder_id=holder, page=page_number(), per_page=PER_PAGE
        )
    return task_lists.list_takers(session, key, page=page_number(), per_page=PER_PAGE)


def download(task_id: str) -> Any:
    """All fans of a task as CSV; the download is written into the audit log."""
    key = task_id_or_404(task_id)
    session = reader()
    task = tasks.task_of(session, key)
    with writing() as writer:
        audit(writer, "poster.task.export", "fan_task", task.id)
    return csv_download("fans.csv", _lines(session, key))


def _lines(session: Session, key: UUID) -> Iterator[str]:
    yield csv_line(
        [
            _("Member"),
            _("Member number"),
            _("Fan"),
            _("Fan number"),
            _("State"),
            _("Doubts"),
            _("Came at (UTC)"),
            _("Counted at (UTC)"),
            _("Window ends at (UTC)"),
            _("Decided at (UTC)"),
        ]
    )
    for chunk in task_lists.export_fans(session, key):
        names = names_of(session, {row.fan_id for row in chunk} | {row.holder_id for row in chunk})
        for row in chunk:
            times = (row.arrived_at, row.counted_at, row.due_at, row.decided_at)
            yield csv_line(
                [
                    names.get(row.holder_id, ""),
                    row.holder_id,
                    names.get(row.fan_id, ""),
                    row.fan_id,
                    str(FAN_LABELS[FanState(row.state)]),
                    " ".join(str(REASONS[Suspicion(each)]) for each in row.doubts),
                    *(f"{at:%Y-%m-%d %H:%M:%S}" if at else "" for at in times),
                ]
            )
