"""Making fan tasks: a new one, changing one, opening it with the legal notice, closing it."""

from collections.abc import Sequence
from typing import Any

from flask import request

from core.api.clock import now
from core.api.errors import ShopError
from core.api.web import audit, notice, reader, staff, store_settings, translate_error, writing
from plugins.poster.admin.task_forms import TaskEditForm
from plugins.poster.admin.task_page import TASKS, go, show_page, task_id_or_404
from plugins.poster.admin.tasks import detail
from plugins.poster.rules.tasks import to_json
from plugins.poster.services import tasks
from plugins.poster.services.task_notice import FAN_TASK, FOLLOW_REWARD, NOTICE_VERSION
from plugins.poster.services.tasks import Task, TaskForm


def new() -> str:
    """A new task as a form."""
    return _page(TaskEditForm.blank(now(), _zone()), None)


def create() -> Any:
    """Keep the new task as a draft."""
    return _save(None)


def edit(task_id: str) -> str:
    """A task as a form."""
    session = reader()
    task = tasks.task_of(session, task_id_or_404(task_id))
    budget, _spent = tasks.budget_of(session, task.id)
    return _page(TaskEditForm.of(task, budget, _zone()), task)


def save(task_id: str) -> Any:
    """Keep what was changed."""
    return _save(tasks.task_of(reader(), task_id_or_404(task_id)))


def _save(task: Task | None) -> Any:
    form = TaskEditForm.typed(request.form, task)
    if not form.validate_all():
        return _page(form, task), 422
    typed, actor = form.form(task, _zone()), staff().actor
    try:
        with writing() as session:
            if task is None:
                key = tasks.create_task(session, typed, actor=actor)
            else:
                key = task.id
                seen = form.seen_revision.data or 0
                tasks.change_task(session, key, typed, seen_revision=seen, actor=actor)
            audit(
                session,
                "poster.task.create" if task is None else "poster.task.change",
                "fan_task",
                key,
                before=_plain(task) if task else None,
                after={**_typed(typed), "budget_fen": typed.budget_fen},
            )
    except ShopError as error:
        return _page(form, task, errors=form.refuse(error)), error.status
    notice("The task is saved.")
    return go(f"{TASKS}/{key}")


def put_open(task_id: str) -> Any:
    """Open a task to members; what was ticked of the legal notice is kept by name."""
    key, person = task_id_or_404(task_id), staff()
    ticked = [each for each in (FAN_TASK, FOLLOW_REWARD) if request.form.get(each)]
    try:
        with writing() as session:
            tasks.open_task(
                session,
                key,
                seen_revision=request.form.get("seen_revision", 0, type=int),
                actor=person.actor,
                actor_name=person.name,
                acknowledged=ticked,
            )
            after: dict[str, Any] = {"state": "open"}
            if ticked:
                after |= {"acknowledged": ticked, "notice_version": NOTICE_VERSION}
            audit(session, "poster.task.open", "fan_task", key, after=after)
    except ShopError as error:
        return _refused(key, error)
    notice("The task is open to members.")
    return go(f"{TASKS}/{key}")


def close(task_id: str) -> Any:
    """Count no more new fans."""
    key = task_id_or_404(task_id)
    try:
        with writing() as session:
            tasks.close_task(
                session,
                key,
                seen_revision=request.form.get("seen_revision", 0, type=int),
                actor=staff().actor,
            )
            audit(session, "poster.task.close", "fan_task", key, after={"state": "closed"})
    except ShopError as error:
        return _refused(key, error)
    notice("The task is closed. Fans who are pending still become final.")
    return go(f"{TASKS}/{key}")


def _refused(key: Any, error: ShopError) -> Any:
    if error.status == 404:
        raise error
    return detail(key, errors=[translate_error(error)]), error.status


def _zone() -> str:
    return store_settings().timezone


def _plain(task: Task) -> dict[str, Any]:
    return _typed(TaskForm(task.name_zh, task.name_en, task.starts_at, task.ends_at, task.rules, 0))


def _typed(form: TaskForm) -> dict[str, Any]:
    return {
        "name_zh": form.name_zh,
        "name_en": form.name_en,
        "starts_at": form.starts_at.isoformat(),
        "ends_at": form.ends_at.isoformat(),
        **to_json(form.rules),
    }


def _page(form: TaskEditForm, task: Task | None, *, errors: Sequence[str] = ()) -> str:
    return show_page("task_edit.html", form=form, task=task, errors=list(errors))
