"""Growth tasks: what is offered, whether it is done, and giving its growth once."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import local_date, now
from core.api.errors import InvalidInput, Rejected
from core.api.events import MemberRegistered, ShareVisited
from core.api.members import has_address, member_view
from core.api.values import dataclass
from plugins.membership.models import TaskDone
from plugins.membership.rules.programme import CLAIMED, DAILY, Rules, Task
from plugins.membership.services.documents import rules_of
from plugins.membership.services.growth import Change, apply
from plugins.membership.services.standings import lock_member, zone_of

_DONE: Any = TaskDone.__table__


@dataclass(frozen=True)
class TaskStanding:
    """A task as a member sees it.

    Args:
        task: which.
        growth: what it gives, each time.
        is_done: nothing more to get from it, today or ever.
        can_collect: a button gets it now; for tasks that are looked at when they are collected.
        times: how often it was done today, for tasks that can be done several times a day.
        most: how often a day at most.
    """

    task: Task
    growth: int
    is_done: bool
    can_collect: bool
    times: int = 0
    most: int = 1


def can_be_collected(session: Session, member_id: UUID) -> frozenset[Task]:
    """Which of the collected tasks the shop sees done. Two statements."""
    view = member_view(session, member_id)
    seen = {
        Task.PROFILE: bool(view.nickname and view.birthday_on),
        Task.PHONE: bool(view.phone),
        Task.ADDRESS: has_address(session, member_id),
    }
    return frozenset(task for task, is_done in seen.items() if is_done)


def complete(
    session: Session,
    member_id: UUID,
    task: Task,
    *,
    subject: str = "",
    day: date | None = None,
    order_no: str = "",
    at: datetime | None = None,
) -> bool:
    """A member did a task: its growth is given once.

    Args:
        session: unit of work.
        member_id: who.
        task: which; one that is not offered gives nothing.
        subject: tells repeats of a daily task apart.
        day: of a daily task.
        order_no: the order that did it.
        at: when; now when missing.

    Returns:
        Whether it was new.
    """
    growth = rules_of(session).growth_of(task)
    if not growth:
        return False
    lock_member(session, member_id)  # two at once: the second finds the first's row
    if session.get(TaskDone, (member_id, str(task), subject)) is not None:
        return False
    key = ":".join(filter(None, ("membership:task", task, str(member_id), subject, order_no)))
    change = Change(
        key=key,
        kind="task",
        amount=growth,
        reference=f"member:{member_id}",
        subject=str(task),
        order_no=order_no,
        at=at,
    )
    if not apply(session, member_id, change):  # its row went when the member was erased
        return False
    session.add(
        TaskDone(
            member_id=member_id, task=str(task), subject=subject, day=day, order_no=order_no,
            growth=growth, at=at or now(),
        )
    )  # fmt: skip
    session.flush()
    return True


def undo(session: Session, member_id: UUID, task: Task, order_no: str, at: datetime) -> bool:
    """The order that did a task was given back whole: the task is open again, its growth goes."""
    lock_member(session, member_id)
    row = session.get(TaskDone, (member_id, str(task), ""))
    if row is None or row.order_no != order_no:
        return False
    growth = row.growth
    session.delete(row)
    session.flush()
    return apply(
        session,
        member_id,
        Change(
            key=f"membership:task:{task}:{member_id}:{order_no}:back",
            kind="refund",
            amount=-growth,
            reference=f"member:{member_id}",
            subject=str(task),
            order_no=order_no,
            at=at,
        ),
    )


def registered(session: Session, event: MemberRegistered) -> bool:
    """Somebody joined."""
    return complete(session, event.member_id, Task.REGISTER, at=event.registered_at)


def share_visited(session: Session, event: ShareVisited) -> bool:
    """Somebody opened a link that a member shared; so many a day count."""
    rules = rules_of(session)
    if not rules.growth_of(Task.SHARE) or event.visitor_member_id == event.sharer_id:
        return False
    day = local_date(event.at, zone_of(session))
    lock_member(session, event.sharer_id)
    if _times(session, event.sharer_id, Task.SHARE, day) >= rules.shares_a_day:
        return False
    subject = f"{day}:{event.visitor}"[:64]
    return complete(session, event.sharer_id, Task.SHARE, subject=subject, day=day, at=event.at)


def check_in(session: Session, member_id: UUID) -> bool:
    """Today's visit; once a calendar day of the store. Returns whether it was the first today.

    Raises:
        Rejected: the store does not offer it.
    """
    if not rules_of(session).growth_of(Task.CHECK_IN):
        raise Rejected("membership.task_off", "This task is not offered any more.")
    day = local_date(now(), zone_of(session))
    return complete(session, member_id, Task.CHECK_IN, subject=str(day), day=day)


def collect(session: Session, member_id: UUID, task: Task) -> bool:
    """A member asks for the growth of a task that the shop can see is done. Returns whether new.

    Raises:
        InvalidInput: not a task that is collected.
        Rejected: not offered, or not done yet.
    """
    if task not in CLAIMED:
        raise InvalidInput("membership.task", "There is no such task.", field="task")
    if not rules_of(session).growth_of(task):
        raise Rejected("membership.task_off", "This task is not offered any more.")
    if task not in can_be_collected(session, member_id):
        raise Rejected("membership.task_open", "This task is not done yet.")
    return complete(session, member_id, task)


def standings(session: Session, member_id: UUID, rules: Rules) -> list[TaskStanding]:
    """Every task that is offered, as one member stands towards it; collected ones looked at."""
    today = local_date(now(), zone_of(session))
    done = session.execute(
        sa.select(_DONE.c.task, sa.func.count())
        .where(
            _DONE.c.member_id == member_id,
            sa.or_(_DONE.c.day.is_(None), _DONE.c.day == today),
        )
        .group_by(_DONE.c.task)
    )
    times: dict[str, int] = {str(row[0]): row[1] for row in done}
    seen = can_be_collected(session, member_id) | {Task.CHECK_IN}
    return [
        _standing(task, rules, times.get(str(task), 0), task in seen)
        for task in Task
        if rules.growth_of(task)
    ]


def _standing(task: Task, rules: Rules, times: int, can_collect: bool) -> TaskStanding:
    most = rules.shares_a_day if task == Task.SHARE else 1
    is_done = times >= most
    return TaskStanding(
        task,
        rules.growth_of(task),
        is_done,
        can_collect and not is_done,
        times if task in DAILY else min(times, 1),
        most,
    )


def _times(session: Session, member_id: UUID, task: Task, day: date) -> int:
    query = sa.select(sa.func.count()).where(
        _DONE.c.member_id == member_id, _DONE.c.task == str(task), _DONE.c.day == day
    )
    return session.execute(query).scalar_one()
