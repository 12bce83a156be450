"""The money of fan tasks: a budget for each task in the ledger, from which rewards are paid.

A task's budget is an account of its own that never goes below zero. Giving it money books from the
store's side; a reward books from it into the taker's wallet; what is left goes back the same way.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.errors import InvalidInput, Rejected
from core.api.ledger import PLATFORM, WALLET, Leg, balance, book, declare_kind, member_owner
from plugins.poster.models import FanTask, Reward
from plugins.poster.rules.tasks import BenefitKind, RewardState

BUDGET = "fan_budget"
EXPENSE = "fan_reward_expense"
MOST_BUDGET_FEN = 10_000_000_00
_TASK: Any = FanTask.__table__
_REWARD: Any = Reward.__table__

declare_kind(BUDGET, guarded=True)


def budget_owner(task_id: UUID) -> str:
    """Owner of a task's budget in the ledger."""
    return f"fan_task:{task_id}"


def budget_left(session: Session, task_id: UUID) -> int:
    """Fen that rewards of this task can still cost."""
    return balance(session, budget_owner(task_id), BUDGET)


def spent_of(session: Session, task_ids: Collection[UUID]) -> dict[UUID, int]:
    """Fen that rewards of each of these tasks have cost; one statement."""
    found = dict.fromkeys(task_ids, 0)
    if found:
        rows = session.execute(
            sa.select(_REWARD.c.task_id, sa.func.sum(_REWARD.c.amount_fen))
            .where(
                _REWARD.c.task_id.in_(list(found)),
                _REWARD.c.state == RewardState.GRANTED,
                _REWARD.c.kind == BenefitKind.WALLET,
            )
            .group_by(_REWARD.c.task_id)
        )
        found |= {task_id: int(fen) for task_id, fen in rows}
    return found


def lock_task(session: Session, task_id: UUID) -> Any:
    """A task's row, locked until the unit of work ends; ``None``: there is none.

    Whoever changes a budget or pays from it locks it first, so that they wait for each other.
    """
    return session.execute(
        sa.select(_TASK).where(_TASK.c.id == task_id).with_for_update()
    ).one_or_none()


def set_budget(session: Session, row: Any, budget_fen: int, *, actor: str) -> int:
    """Give a task a budget, the spent part included; the difference is booked.

    Args:
        session: unit of work.
        row: the task, locked; its ``revision`` names the booking.
        budget_fen: all of it.
        actor: who does it.

    Returns:
        Fen that can be spent from now on.

    Raises:
        InvalidInput: more than any task needs.
        Rejected: less than was spent.
    """
    if not 0 <= budget_fen <= MOST_BUDGET_FEN:
        raise InvalidInput("poster.task_budget", "This budget is out of range.", field="budget")
    spent, left = spent_of(session, [row.id])[row.id], budget_left(session, row.id)
    if budget_fen < spent:
        raise Rejected(
            "poster.task_budget",
            "%(spent_fen)s are spent already; the budget cannot be less.",
            spent_fen=spent,
            field="budget",
        )
    difference = budget_fen - spent - left
    if difference:
        book(
            session,
            key=f"poster:fan_budget:{row.id}:{row.revision}",
            kind="fan_budget",
            reference=budget_owner(row.id),
            actor=actor,
            legs=[
                Leg(PLATFORM, EXPENSE, -difference),
                Leg(budget_owner(row.id), BUDGET, difference),
            ],
        )
    return budget_fen - spent


def pay(session: Session, task_id: UUID, holder_id: UUID, step: int, fen: int) -> bool:
    """Pay a reward into the taker's wallet, once; the task is locked meanwhile.

    Returns:
        Whether the budget reached for it.
    """
    lock_task(session, task_id)
    if budget_left(session, task_id) < fen:
        return False
    book(
        session,
        key=f"poster:fan_reward:{task_id}:{holder_id}:{step}",
        kind="reward",
        reference=budget_owner(task_id),
        actor="system",
        legs=[Leg(budget_owner(task_id), BUDGET, -fen), Leg(member_owner(holder_id), WALLET, fen)],
    )
    return True
