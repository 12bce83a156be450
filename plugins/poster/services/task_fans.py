"""New fans of those who take part: counted by facts, once for ever; revoked when they soon leave.

Whoever is bound to a taker, and registered after the taker took part, is the taker's fan. Of
several open tasks of one taker it is the one that still lacks fans and ends first. Days and windows
are those of the fact, not of its delivery, so that one that is told late counts the same.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.api.clock import day_bounds, local_date
from core.api.errors import NotFound
from core.api.events import MemberErased, MemberFollowed, MemberUnfollowed, ReferralBound
from core.api.members import follows_of, member_view
from core.api.settings import load_settings
from plugins.poster.models import Fan, FanTask, Reward, TaskEntry
from plugins.poster.rules.tasks import FanState, RewardState, is_counting, is_full
from plugins.poster.services.tasks import Task

_TASK: Any = FanTask.__table__
_ENTRY: Any = TaskEntry.__table__
_FAN: Any = Fan.__table__
_REWARD: Any = Reward.__table__

NOT_NEW = frozenset({"transfer", "visit", "import"})
"""Bindings of those who were members before: by staff, by a click, by coming from elsewhere."""

LIVE = (FanState.PENDING, FanState.FINAL)
UNDECIDED = (RewardState.HELD, RewardState.UNFUNDED, RewardState.DUE)


def note_bound(session: Session, event: ReferralBound) -> None:
    """Somebody got a referrer: count them if they are new and the referrer takes part."""
    if event.reason in NOT_NEW or event.previous_referrer_id is not None:
        return
    entries = _entries(session, event.referrer_id)
    if not entries:
        return
    try:
        registered_at = member_view(session, event.member_id).created_at
    except NotFound:
        return
    open_to_them = [
        (entry, task)
        for entry, task in entries
        if entry.joined_at <= registered_at and _counts(task, event.at)
    ]
    if not open_to_them:
        return
    task = _chosen(session, event.referrer_id, open_to_them)
    dialect: Any = {"sqlite": sqlite, "postgresql": postgresql}[session.get_bind().dialect.name]
    is_new = session.execute(
        dialect.insert(_FAN)
        .values(
            fan_id=event.member_id,
            task_id=task.id,
            holder_id=event.referrer_id,
            state=FanState.ARRIVED,
            channel="",
            reason="",
            doubts=[],
            arrived_at=event.at,
        )
        .on_conflict_do_nothing()
        .returning(_FAN.c.fan_id)
    ).first()
    if is_new is None:
        return
    if not task.rules.needs_follow:
        _count(session, event.member_id, event.referrer_id, task, event.at)
        return
    for view in follows_of(session, [event.member_id]).get(event.member_id, ()):
        if view.is_following:
            at = max(event.at, view.changed_at)
            if _counts(task, at):
                _count(session, event.member_id, event.referrer_id, task, at, view.channel)
                return


def note_followed(session: Session, event: MemberFollowed) -> None:
    """Somebody follows the shop: a fan who only lacked that counts from now on."""
    row = session.execute(
        sa.select(_FAN.c.holder_id, _FAN.c.arrived_at, _TASK)
        .join(_TASK, _TASK.c.id == _FAN.c.task_id)
        .where(_FAN.c.fan_id == event.member_id, _FAN.c.state == FanState.ARRIVED)
    ).one_or_none()
    if row is None:
        return
    task, at = Task.of(row), max(event.at, row.arrived_at)
    if not task.rules.needs_follow or not _counts(task, at):
        return
    _lock_entry(session, task.id, row.holder_id)
    _count(session, event.member_id, row.holder_id, task, at, event.channel)


def note_unfollowed(session: Session, event: MemberUnfollowed) -> None:
    """Somebody left: inside the window they count no more. Another channel than theirs is none."""
    session.execute(
        sa.update(_FAN)
        .where(
            _FAN.c.fan_id == event.member_id,
            _FAN.c.state == FanState.PENDING,
            _FAN.c.channel.in_(("", event.channel)),
            _FAN.c.counted_at <= event.at,
            _FAN.c.due_at > event.at,
        )
        .values(state=FanState.REVOKED, reason="unfollowed", decided_at=event.at)
    )


def note_erased(session: Session, event: MemberErased) -> None:
    """An erased fan whose window is not over counts no more; an erased taker gets nothing more."""
    session.execute(
        sa.update(_FAN)
        .where(
            _FAN.c.fan_id == event.member_id,
            _FAN.c.state.in_((FanState.ARRIVED, FanState.PENDING)),
        )
        .values(state=FanState.REVOKED, reason="erased", decided_at=event.erased_at)
    )
    entries = session.execute(
        sa.update(_ENTRY)
        .where(_ENTRY.c.member_id == event.member_id)
        .values(is_active=False, share_token="", share_code="")
        .returning(_ENTRY.c.task_id)
    ).all()
    if entries:
        session.execute(
            sa.update(_REWARD)
            .where(_REWARD.c.holder_id == event.member_id, _REWARD.c.state.in_(UNDECIDED))
            .values(state=RewardState.VOID, decided_at=event.erased_at)
        )


def _entries(session: Session, member_id: UUID) -> list[tuple[Any, Task]]:
    """What a member takes part in, locked: their fans are counted one after the other."""
    rows = session.execute(
        sa.select(_ENTRY.c.joined_at, _TASK)
        .join(_TASK, _TASK.c.id == _ENTRY.c.task_id)
        .where(_ENTRY.c.member_id == member_id, _ENTRY.c.is_active, _TASK.c.opened_at.is_not(None))
        .order_by(_ENTRY.c.task_id)
        .with_for_update(of=_ENTRY)
    ).all()
    return [(row, Task.of(row)) for row in rows]


def _lock_entry(session: Session, task_id: UUID, member_id: UUID) -> None:
    session.execute(
        sa.select(_ENTRY.c.joined_at)
        .where(_ENTRY.c.task_id == task_id, _ENTRY.c.member_id == member_id)
        .with_for_update()
    )


def _counts(task: Task, at: datetime) -> bool:
    return is_counting(
        at,
        starts_at=task.starts_at,
        ends_at=task.ends_at,
        opened_at=task.opened_at,
        closed_at=task.closed_at,
    )


def _chosen(session: Session, holder_id: UUID, entries: Sequence[tuple[Any, Task]]) -> Task:
    """The task that still lacks fans and ends first; when none lacks any, the first to end."""
    if len(entries) == 1:
        return entries[0][1]
    rows = session.execute(
        sa.select(_FAN.c.task_id, sa.func.count())
        .where(_FAN.c.holder_id == holder_id, _FAN.c.state.in_((*LIVE, FanState.ARRIVED)))
        .group_by(_FAN.c.task_id)
    )
    brought: dict[UUID, int] = {row[0]: row[1] for row in rows}
    return min(
        (task for _, task in entries),
        key=lambda task: (
            brought.get(task.id, 0) >= task.rules.fans_wanted,
            task.ends_at,
            task.id.hex,
        ),
    )


def _count(
    session: Session, fan_id: UUID, holder_id: UUID, task: Task, at: datetime, channel: str = ""
) -> None:
    """Let a fan who has arrived count from ``at`` on, unless the taker has reached a limit."""
    is_over = _is_over_limit(session, holder_id, task, at)
    session.execute(
        sa.update(_FAN)
        .where(_FAN.c.fan_id == fan_id, _FAN.c.state == FanState.ARRIVED)
        .values(
            {"state": FanState.CAPPED, "channel": channel, "decided_at": at}
            if is_over
            else {
                "state": FanState.PENDING,
                "channel": channel,
                "counted_at": at,
                "due_at": at + timedelta(days=task.rules.window_days),
            }
        )
    )


def _is_over_limit(session: Session, holder_id: UUID, task: Task, at: datetime) -> bool:
    """Whether the taker has had as many fans counted that day, or that month, as the task allows.

    Fans who were counted and left again are among them: they do not make room for others.
    """
    rules = task.rules
    if not rules.per_day and not rules.per_month:
        return False
    zone = load_settings(session).timezone
    today = local_date(at, zone)
    start, end = day_bounds(today, zone)
    month = day_bounds(today.replace(day=1), zone)[0]
    following = day_bounds((today.replace(day=28) + timedelta(days=4)).replace(day=1), zone)[0]
    is_today = sa.and_(_FAN.c.counted_at >= start, _FAN.c.counted_at < end)
    counted = session.execute(
        sa.select(
            sa.func.count(), sa.func.coalesce(sa.func.sum(sa.case((is_today, 1), else_=0)), 0)
        ).where(
            _FAN.c.holder_id == holder_id,
            _FAN.c.task_id == task.id,
            _FAN.c.counted_at >= month,
            _FAN.c.counted_at < following,
        )
    ).one()
    return is_full(rules.per_month, counted[0]) or is_full(rules.per_day, int(counted[1]))
