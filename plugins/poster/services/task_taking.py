"""Taking part in a fan task."""

from typing import Any
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.errors import Rejected
from core.api.orders import spending_of
from core.api.sharing import create_share
from plugins.poster.models import TaskEntry
from plugins.poster.rules.tasks import Audience
from plugins.poster.services.tasks import Task, task_of

_ENTRY: Any = TaskEntry.__table__

AUDIENCES = {
    Audience.EVERYBODY: "This activity is for all members.",
    Audience.PROMOTERS: "This activity is for members who promote this shop.",
    Audience.BUYERS: "This activity is for members who have bought here before.",
}
"""Catalogue entries: whom a task is for."""


def campaign_of(task_id: UUID) -> str:
    """The campaign that links and posters of a task carry."""
    return f"fan_task:{task_id}"


def take_part(
    session: Session, task_id: UUID, member_id: UUID, *, is_promoter: bool = False
) -> None:
    """Let a member take part; with a link of their own. Again: nothing.

    Args:
        session: unit of work.
        task_id: which.
        member_id: who.
        is_promoter: as ``core.api.web.is_promoter`` says.

    Raises:
        NotFound: no such task.
        Rejected: it is not running, or not for this member.
    """
    task = task_of(session, task_id)
    if not task.is_running(now()):
        raise Rejected("poster.task_not_running", "This activity is not running.")
    if not is_for(session, task, member_id, is_promoter=is_promoter):
        raise Rejected("poster.task_audience", AUDIENCES[task.rules.audience])
    share = create_share(session, member_id, "store", "", campaign=campaign_of(task_id))
    dialect: Any = {"sqlite": sqlite, "postgresql": postgresql}[session.get_bind().dialect.name]
    session.execute(
        dialect.insert(_ENTRY)
        .values(
            task_id=task_id,
            member_id=member_id,
            share_token=share.token,
            share_code=share.code,
            is_active=True,
            is_due=False,
            joined_at=now(),
        )
        .on_conflict_do_nothing()
    )


def is_for(session: Session, task: Task, member_id: UUID, *, is_promoter: bool) -> bool:
    """Whether a member belongs to those who may take part; a statement at most."""
    if task.rules.audience == Audience.EVERYBODY:
        return True
    if task.rules.audience == Audience.PROMOTERS:
        return is_promoter
    return spending_of(session, [member_id])[member_id].order_count > 0
