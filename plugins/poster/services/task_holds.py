"""Rewards that wait for a person: held ones are released or rejected, gifts are handed over."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.errors import Conflict, InvalidInput, NotFound
from core.api.text import squeeze
from plugins.poster.models import Fan, Reward
from plugins.poster.rules.tasks import FanState, RewardState
from plugins.poster.services.task_rewards import give

NOTE_LIMIT = 200
_FAN: Any = Fan.__table__
_REWARD: Any = Reward.__table__


def release(session: Session, reward_id: UUID, *, actor: str, note: str = "") -> RewardState:
    """A person found nothing wrong: the benefit is given, the fans are doubted no more.

    Returns:
        Where the reward stands now: granted, unfunded, or due to be handed over.

    Raises:
        NotFound: no such reward.
        Conflict: it is not held, or somebody has decided already.
        InvalidInput: the note is too long.
    """
    row = _locked(session, reward_id, RewardState.HELD)
    state = give(session, row.task_id, row.holder_id, row.step, row.kind, row.amount_fen)
    _decide(session, row.id, state, actor, note)
    session.execute(sa.update(_FAN).where(*_doubted(row)).values(doubts=[]))
    return state


def reject(session: Session, reward_id: UUID, *, actor: str, note: str) -> int:
    """A person found it wrong: this step brings nothing, and its doubted fans count no more.

    Returns:
        How many fans count no more.

    Raises:
        NotFound: no such reward.
        Conflict: it is not held, or somebody has decided already.
        InvalidInput: no reason, or one that is too long.
    """
    if not squeeze(note):
        raise InvalidInput(
            "poster.hold_note", "Please give a reason; the member will see it.", field="note"
        )
    row = _locked(session, reward_id, RewardState.HELD)
    _decide(session, row.id, RewardState.REJECTED, actor, note)
    struck = session.execute(
        sa.update(_FAN)
        .where(*_doubted(row))
        .values(state=FanState.REJECTED, reason="rejected", decided_at=now())
        .returning(_FAN.c.fan_id)
    ).all()
    return len(struck)


def hand_over(session: Session, reward_id: UUID, *, actor: str, note: str = "") -> None:
    """A gift has reached its taker.

    Raises:
        NotFound: no such reward.
        Conflict: it is no gift that waits, or somebody has said so already.
        InvalidInput: the note is too long.
    """
    row = _locked(session, reward_id, RewardState.DUE)
    _decide(session, row.id, RewardState.GRANTED, actor, note)


def _locked(session: Session, reward_id: UUID, state: RewardState) -> Any:
    row = session.execute(
        sa.select(_REWARD).where(_REWARD.c.id == reward_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("poster.reward", "There is no such reward.")
    if row.state != state:
        raise Conflict("poster.reward_decided", "Somebody has decided about this already.")
    return row


def _decide(session: Session, reward_id: UUID, state: str, actor: str, note: str) -> None:
    note = squeeze(note)
    if len(note) > NOTE_LIMIT:
        raise InvalidInput("poster.hold_note", "Please use at most 200 characters.", field="note")
    session.execute(
        sa.update(_REWARD)
        .where(_REWARD.c.id == reward_id)
        .values(state=state, actor=actor, note=note, decided_at=now())
    )


def _doubted(row: Any) -> tuple[Any, ...]:
    """Final fans of a reward's taker who are doubted."""
    return (
        _FAN.c.task_id == row.task_id,
        _FAN.c.holder_id == row.holder_id,
        _FAN.c.state == FanState.FINAL,
        sa.cast(_FAN.c.doubts, sa.Text()) != "[]",
    )
