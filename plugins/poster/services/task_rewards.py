"""Fans become final when their window is over; the steps they complete are rewarded, once."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.db import new_id
from core.api.members import erased_among, follows_of
from plugins.poster.models import Fan, FanTask, Reward, TaskEntry
from plugins.poster.rules.tasks import (
    BenefitKind,
    FanState,
    RewardState,
    Step,
    from_json,
    steps_reached,
)
from plugins.poster.services.task_budget import pay
from plugins.poster.services.task_watch import Watch, doubts_about

BATCH = 200
_TASK: Any = FanTask.__table__
_ENTRY: Any = TaskEntry.__table__
_FAN: Any = Fan.__table__
_REWARD: Any = Reward.__table__


def finish_batch(session: Session, watch: Watch, limit: int = BATCH) -> int:
    """Decide about fans whose window is over: final, or revoked when they left meanwhile.

    Asks the trunk whether they left, so that a fact still on its way is not overtaken. Who becomes
    final is looked at by the watch; their takers wait for :func:`reward`. Two workers share the
    work.

    Returns:
        How many fans were decided about.
    """
    rows = session.execute(
        sa.select(_FAN)
        .where(_FAN.c.state == FanState.PENDING, _FAN.c.due_at <= now())
        .order_by(_FAN.c.due_at, _FAN.c.fan_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if not rows:
        return 0
    ids = [row.fan_id for row in rows]
    erased, follows = erased_among(session, ids), follows_of(session, ids)
    gone: dict[UUID, str] = {}
    for row in rows:
        if row.fan_id in erased:
            gone[row.fan_id] = "erased"
        elif any(_left_in_time(row, view) for view in follows.get(row.fan_id, ())):
            gone[row.fan_id] = "unfollowed"
    stay = [row for row in rows if row.fan_id not in gone]
    doubts = doubts_about(session, stay, watch)
    for reason in sorted(set(gone.values())):
        _move(session, [i for i in gone if gone[i] == reason], FanState.REVOKED, reason=reason)
    _move(session, [row.fan_id for row in stay], FanState.FINAL)
    for fan_id, reasons in doubts.items():
        session.execute(
            sa.update(_FAN)
            .where(_FAN.c.fan_id == fan_id)
            .values(doubts=[str(reason) for reason in reasons])
        )
    _mark_due(session, {(row.task_id, row.holder_id) for row in stay})
    return len(rows)


def _mark_due(session: Session, takers: Collection[tuple[UUID, UUID]]) -> None:
    if not takers:
        return
    chosen = sa.tuple_(_ENTRY.c.task_id, _ENTRY.c.member_id).in_(list(takers))
    session.execute(  # in one order, so that two workers never wait for each other in a circle
        sa.select(_ENTRY.c.task_id)
        .where(chosen)
        .order_by(_ENTRY.c.task_id, _ENTRY.c.member_id)
        .with_for_update()
    )
    session.execute(sa.update(_ENTRY).where(chosen).values(is_due=True))


def unrewarded(session: Session, limit: int = BATCH) -> list[tuple[UUID, UUID]]:
    """Task and taker where fans became final since their steps were looked at."""
    rows = session.execute(
        sa.select(_ENTRY.c.task_id, _ENTRY.c.member_id)
        .where(_ENTRY.c.is_due)
        .order_by(_ENTRY.c.task_id, _ENTRY.c.member_id)
        .limit(limit)
    )
    return [(row.task_id, row.member_id) for row in rows]


def _left_in_time(row: Any, view: Any) -> bool:
    is_theirs = row.channel in ("", view.channel)
    return is_theirs and not view.is_following and row.counted_at <= view.changed_at < row.due_at


def _move(session: Session, fan_ids: Collection[UUID], state: FanState, reason: str = "") -> None:
    if fan_ids:
        session.execute(
            sa.update(_FAN)
            .where(_FAN.c.fan_id.in_(fan_ids))
            .values(state=state, reason=reason, decided_at=now())
        )


def reward(session: Session, task_id: UUID, holder_id: UUID) -> int:
    """Reward the steps that a taker has reached and was not rewarded for; none of an erased one.

    Returns:
        How many steps were new.
    """
    mine = _ENTRY.c.task_id == task_id, _ENTRY.c.member_id == holder_id
    row = session.execute(
        sa.select(_ENTRY.c.is_active, _TASK.c.rules)
        .join(_TASK, _TASK.c.id == _ENTRY.c.task_id)
        .where(*mine)
        .with_for_update(of=_ENTRY)
    ).one_or_none()
    if row is None:
        return 0
    session.execute(sa.update(_ENTRY).where(*mine).values(is_due=False))
    if not row.is_active:
        return 0
    return _reward_steps(session, task_id, holder_id, from_json(row.rules).steps)


def _reward_steps(session: Session, task_id: UUID, holder_id: UUID, steps: Sequence[Step]) -> int:
    fans = session.scalars(
        sa.select(_FAN.c.doubts).where(
            _FAN.c.task_id == task_id,
            _FAN.c.holder_id == holder_id,
            _FAN.c.state == FanState.FINAL,
        )
    ).all()
    had = session.scalars(
        sa.select(_REWARD.c.step).where(
            _REWARD.c.task_id == task_id, _REWARD.c.holder_id == holder_id
        )
    ).all()
    doubted = [doubts for doubts in fans if doubts]
    reasons = sorted({reason for doubts in doubted for reason in doubts})
    verdicts = steps_reached(
        steps, believed=len(fans) - len(doubted), doubted=len(doubted), had=had
    )
    for verdict in verdicts:
        held_for = reasons if verdict.is_held else []
        _add(session, task_id, holder_id, verdict.step, steps[verdict.step], held_for)
    return len(verdicts)


def _add(
    session: Session,
    task_id: UUID,
    holder_id: UUID,
    index: int,
    step: Step,
    reasons: Collection[str],
) -> None:
    benefit, at = step.benefit, now()
    state = RewardState.HELD
    if not reasons:
        state = give(session, task_id, holder_id, index, benefit.kind, benefit.amount_fen)
    session.execute(
        sa.insert(_REWARD).values(
            id=new_id(),
            task_id=task_id,
            holder_id=holder_id,
            step=index,
            kind=benefit.kind,
            amount_fen=benefit.amount_fen,
            text_zh=benefit.text_zh,
            text_en=benefit.text_en,
            state=state,
            reasons=list(reasons),
            actor="",
            note="",
            at=at,
            decided_at=at if state == RewardState.GRANTED else None,
        )
    )


def give(
    session: Session, task_id: UUID, holder_id: UUID, step: int, kind: str, fen: int
) -> RewardState:
    """Give what a step brings: pay it, or put it before staff; where it stands after that."""
    if kind == BenefitKind.GIFT:
        return RewardState.DUE
    is_paid = pay(session, task_id, holder_id, step, fen)
    return RewardState.GRANTED if is_paid else RewardState.UNFUNDED


def unfunded_tasks(session: Session) -> Sequence[UUID]:
    """Tasks with rewards that wait for a budget; one statement."""
    return session.scalars(
        sa.select(_REWARD.c.task_id)
        .where(_REWARD.c.state == RewardState.UNFUNDED)
        .group_by(_REWARD.c.task_id)
        .order_by(_REWARD.c.task_id)
    ).all()


def pay_waiting(session: Session, task_id: UUID, limit: int = BATCH) -> int:
    """Pay rewards of a task that waited for its budget, the oldest first, as far as it reaches.

    When it does not reach for the oldest one the others wait, too, so that nobody is overtaken.

    Returns:
        How many were paid.
    """
    rows = session.execute(
        sa.select(_REWARD)
        .where(_REWARD.c.task_id == task_id, _REWARD.c.state == RewardState.UNFUNDED)
        .order_by(_REWARD.c.at, _REWARD.c.id)
        .limit(limit)
        .with_for_update()
    ).all()
    paid = []
    for row in rows:
        if not pay(session, row.task_id, row.holder_id, row.step, row.amount_fen):
            break
        paid.append(row.id)
    if paid:
        session.execute(
            sa.update(_REWARD)
            .where(_REWARD.c.id.in_(paid))
            .values(state=RewardState.GRANTED, decided_at=now())
        )
    return len(paid)
