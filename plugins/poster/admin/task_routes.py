"""Addresses of the merchant's pages of fan tasks."""

from core.api.contributions import AdminPage
from plugins.poster.admin import task_board, task_editor, tasks
from plugins.poster.admin.task_page import TASKS

_VIEW, _TASK = "poster.view", "poster.task"
_POST = ("POST",)

TASK_PAGES = (
    AdminPage("poster.tasks_list", TASKS, tasks.show, _VIEW),
    AdminPage("poster.tasks_new", f"{TASKS}/new", task_editor.new, _TASK),
    AdminPage("poster.tasks_create", f"{TASKS}/new", task_editor.create, _TASK, _POST),
    AdminPage("poster.tasks_rewards", f"{TASKS}/rewards", task_board.show, _VIEW),
    AdminPage("poster.tasks_decide", f"{TASKS}/rewards", task_board.decide, _TASK, _POST),
    AdminPage("poster.tasks_one", f"{TASKS}/<task_id>", tasks.show_one, _VIEW),
    AdminPage("poster.tasks_edit", f"{TASKS}/<task_id>/edit", task_editor.edit, _TASK),
    AdminPage("poster.tasks_save", f"{TASKS}/<task_id>/edit", task_editor.save, _TASK, _POST),
    AdminPage("poster.tasks_open", f"{TASKS}/<task_id>/open", task_editor.put_open, _TASK, _POST),
    AdminPage("poster.tasks_close", f"{TASKS}/<task_id>/close", task_editor.close, _TASK, _POST),
    AdminPage("poster.tasks_csv", f"{TASKS}/<task_id>/fans.csv", tasks.download, _TASK, _POST),
)
