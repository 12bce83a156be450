"""Who may earn: joining, reviewing, freezing, leaving."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.db import Prepared, among
from core.api.errors import InvalidInput, NotFound, Rejected
from core.api.sharing import history_of
from core.api.states import StateMachine
from core.api.text import squeeze
from plugins.distribution.models import Distributor
from plugins.distribution.rules import Joining

RULES_VERSION = "2026-01"
"""Version of the rules in ``templates/store/rules_text.html`` that distributors agree to."""

NOTE_LIMIT = 200


class DistributorState(StrEnum):
    """Where a distributor stands."""

    APPLIED = "applied"
    ACTIVE = "active"
    FROZEN = "frozen"
    REJECTED = "rejected"
    LEFT = "left"


_S = DistributorState
MACHINE: StateMachine[DistributorState] = StateMachine(
    "distributor",
    {
        _S.APPLIED: frozenset({_S.ACTIVE, _S.REJECTED, _S.LEFT}),
        _S.ACTIVE: frozenset({_S.FROZEN, _S.LEFT}),
        _S.FROZEN: frozenset({_S.ACTIVE, _S.LEFT}),
        _S.REJECTED: frozenset({_S.APPLIED, _S.ACTIVE}),
        _S.LEFT: frozenset({_S.APPLIED, _S.ACTIVE}),
    },
)


def distributor(session: Session, member_id: UUID) -> Distributor | None:
    """The distributor row of a member, if they ever asked to be one."""
    return session.get(Distributor, member_id)


def apply(
    session: Session,
    member_id: UUID,
    joining: Joining,
    *,
    rules_version: str = RULES_VERSION,
    note: str = "",
) -> Distributor:
    """A member who agreed to the rules asks to become a distributor.

    Without review they are active at once. Asking again while applied or active changes nothing.

    Args:
        session: unit of work.
        member_id: who asks.
        joining: the plan's way of joining.
        rules_version: the rules they agreed to.
        note: a word to the store, at most 200 characters.

    Raises:
        Rejected: the member is frozen, or the store names its distributors itself.
        InvalidInput: the note is too long.
    """
    if joining == Joining.DESIGNATED:
        raise Rejected("distribution.closed", "This store chooses its distributors itself.")
    note = squeeze(note)
    if len(note) > NOTE_LIMIT:
        raise InvalidInput("distribution.note", "Please use at most 200 characters.", field="note")
    target = _S.APPLIED if joining == Joining.APPLICATION else _S.ACTIVE
    actor = f"member:{member_id}"
    row = session.get(Distributor, member_id, with_for_update=True)
    if row is None:
        row = _new(member_id, target, actor)
        session.add(row)
    elif row.state == _S.FROZEN:
        raise Rejected(
            "distribution.frozen", "Your distributor account is frozen. Please contact the store."
        )
    elif row.state in {_S.REJECTED, _S.LEFT}:
        _move(row, target, actor, "")
    else:
        return row
    row.note, row.rules_version = note, rules_version
    session.flush()
    return row


def set_state(
    session: Session, member_id: UUID, target: DistributorState, *, actor: str, reason: str = ""
) -> Distributor:
    """Staff moves a distributor to another state; designating somebody new is allowed.

    Raises:
        NotFound: there is no such distributor, and the target is not ``ACTIVE``.
        Conflict: the move does not exist.
        InvalidInput: freezing or rejecting without a reason.
    """
    reason = squeeze(reason)
    if target in {_S.FROZEN, _S.REJECTED} and not reason:
        raise InvalidInput(
            "distribution.reason",
            "Please give a reason; the distributor will see it.",
            field="reason",
        )
    row = session.get(Distributor, member_id, with_for_update=True)
    if row is None:
        if target != _S.ACTIVE:
            raise NotFound("distribution.distributor", "There is no such distributor.")
        row = _new(member_id, target, actor)
        session.add(row)
    elif MACHINE.is_move(DistributorState(row.state), target):
        _move(row, target, actor, reason)
    session.flush()
    return row


def leave(session: Session, member_id: UUID) -> None:
    """A distributor gives up; what was earned stays theirs and settles as usual.

    Raises:
        NotFound: the member is no distributor.
        Conflict: they were refused and have nothing to leave.
    """
    row = session.get(Distributor, member_id, with_for_update=True)
    if row is None:
        raise NotFound("distribution.distributor", "There is no such distributor.")
    if MACHINE.is_move(DistributorState(row.state), _S.LEFT):
        _move(row, _S.LEFT, f"member:{member_id}", "")


def forget(session: Session, member_id: UUID) -> None:
    """The member was erased: they earn no more, and what they wrote goes. Books stay."""
    session.execute(
        sa.update(Distributor)
        .where(Distributor.member_id == member_id)
        .values(state=_S.LEFT, note="", reason="", actor="system", changed_at=now())
        .execution_options(synchronize_session=False)
    )


def check_referrer(session: Session, member_id: UUID, referrer_id: UUID) -> None:
    """Refuse a frozen referrer, and refuse to bind a distributor a second time by a click.

    Raises:
        Rejected: one of the two holds.
    """
    states = states_of(session, [member_id, referrer_id])
    if states.get(referrer_id) == _S.FROZEN:
        raise Rejected("distribution.frozen_referrer", "This distributor is frozen.")
    is_distributor = states.get(member_id) in {_S.ACTIVE, _S.FROZEN}
    if is_distributor and any(
        event.kind in {"bound", "transferred"} for event in history_of(session, member_id)
    ):
        raise Rejected("distribution.is_distributor", "A distributor is not bound again.")


_STATES = Prepared(
    sa.select(Distributor.member_id, Distributor.state).where(
        among(Distributor.member_id, "members")
    )
)


def states_of(session: Session, member_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """State by member, for those who are or were distributors. One statement."""
    rows = _STATES.all(session, {"members": list(member_ids)})
    return {row.member_id: row.state for row in rows}


def state_of(session: Session, member_id: UUID, joining: Joining) -> DistributorState | None:
    """Where a member stands now; ``None`` for somebody who never asked and may not earn."""
    found = states_of(session, [member_id]).get(member_id)
    return standing(found, joining)


def standing(stored: str | None, joining: Joining) -> DistributorState | None:
    """Where a member with this stored state stands under a way of joining."""
    if stored is None:
        return _S.ACTIVE if joining == Joining.EVERYONE else None
    return DistributorState(stored)


def _new(member_id: UUID, state: DistributorState, actor: str) -> Distributor:
    return Distributor(
        member_id=member_id,
        state=state,
        reason="",
        note="",
        rules_version="",
        actor=actor,
        joined_at=now(),
        changed_at=now(),
    )


def _move(row: Distributor, target: DistributorState, actor: str, reason: str) -> None:
    row.state, row.actor, row.reason, row.changed_at = target, actor, reason[:200], now()
