"""Who may earn: joining, reviewing, freezing, leaving."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.errors import NotFound, Rejected
from core.api.states import StateMachine
from plugins.distribution.models import Distributor
from plugins.distribution.rules import Joining


class DistributorState(StrEnum):
    """Where a distributor stands."""

    APPLIED = "applied"
    ACTIVE = "active"
    FROZEN = "frozen"
    REJECTED = "rejected"
    LEFT = "left"


MACHINE: StateMachine[DistributorState] = StateMachine(
    "distributor",
    {
        DistributorState.APPLIED: frozenset(
            {DistributorState.ACTIVE, DistributorState.REJECTED, DistributorState.LEFT}
        ),
        DistributorState.ACTIVE: frozenset({DistributorState.FROZEN, DistributorState.LEFT}),
        DistributorState.FROZEN: frozenset({DistributorState.ACTIVE, DistributorState.LEFT}),
        DistributorState.REJECTED: frozenset({DistributorState.APPLIED, DistributorState.ACTIVE}),
        DistributorState.LEFT: frozenset({DistributorState.APPLIED, DistributorState.ACTIVE}),
    },
)


def distributor(session: Session, member_id: UUID) -> Distributor | None:
    """The distributor row of a member, if they ever asked to be one."""
    return session.get(Distributor, member_id)


def apply(session: Session, member_id: UUID, joining: Joining) -> Distributor:
    """A member asks to become a distributor.

    Without review they are active at once. Asking again while applied or active changes nothing.

    Raises:
        Rejected: the member is frozen, or the store names its distributors itself.
    """
    if joining == Joining.DESIGNATED:
        raise Rejected("distribution.closed", "This store chooses its distributors itself.")
    needs_review = joining == Joining.APPLICATION
    target = DistributorState.APPLIED if needs_review else DistributorState.ACTIVE
    row = session.get(Distributor, member_id, with_for_update=True)
    if row is None:
        row = Distributor(
            member_id=member_id,
            state=target,
            actor=f"member:{member_id}",
            joined_at=now(),
            changed_at=now(),
        )
        session.add(row)
        session.flush()
        return row
    state = DistributorState(row.state)
    if state == DistributorState.FROZEN:
        raise Rejected(
            "distribution.frozen", "Your distributor account is frozen. Please contact the store."
        )
    if state in {DistributorState.REJECTED, DistributorState.LEFT}:
        _move(row, target, f"member:{member_id}", "")
        session.flush()
    return row


def set_state(
    session: Session, member_id: UUID, target: DistributorState, *, actor: str, reason: str = ""
) -> Distributor:
    """Staff moves a distributor to another state; designating somebody new is allowed.

    Raises:
        NotFound: there is no such distributor, and the target is not ``ACTIVE``.
        Conflict: the move does not exist.
        Rejected: freezing or rejecting without a reason.
    """
    if target in {DistributorState.FROZEN, DistributorState.REJECTED} and not reason.strip():
        raise Rejected("distribution.reason", "Please give a reason; the distributor will see it.")
    row = session.get(Distributor, member_id, with_for_update=True)
    if row is None:
        if target != DistributorState.ACTIVE:
            raise NotFound("distribution.distributor", "There is no such distributor.")
        row = Distributor(
            member_id=member_id, state=target, actor=actor, joined_at=now(), changed_at=now()
        )
        session.add(row)
    elif MACHINE.is_move(DistributorState(row.state), target):
        _move(row, target, actor, reason)
    session.flush()
    return row


def leave(session: Session, member_id: UUID) -> None:
    """A distributor gives up; what was earned stays theirs and settles as usual."""
    row = session.get(Distributor, member_id, with_for_update=True)
    if row is not None and MACHINE.is_move(DistributorState(row.state), DistributorState.LEFT):
        _move(row, DistributorState.LEFT, f"member:{member_id}", "")


def states_of(session: Session, member_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """State by member, for those who are or were distributors. One statement."""
    rows = session.execute(
        sa.select(Distributor.member_id, Distributor.state).where(
            Distributor.member_id.in_(list(member_ids))
        )
    ).all()
    return {member_id: state for member_id, state in rows}


def state_of(session: Session, member_id: UUID, joining: Joining) -> DistributorState | None:
    """Where a member stands now; ``None`` for somebody who never asked and may not earn."""
    default = DistributorState.ACTIVE if joining == Joining.EVERYONE else None
    found = states_of(session, [member_id]).get(member_id)
    return DistributorState(found) if found else default


def _move(row: Distributor, target: DistributorState, actor: str, reason: str) -> None:
    row.state, row.actor, row.reason, row.changed_at = target, actor, reason.strip(), now()
