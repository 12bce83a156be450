"""Who may earn: joining, reviewing, freezing, leaving."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.db import Prepared, among, insert_or
from core.api.errors import InvalidInput, NotFound, Rejected
from core.api.members import ids_matching
from core.api.sharing import history_of
from core.api.states import StateMachine
from core.api.text import squeeze
from plugins.distribution.models import Distributor
from plugins.distribution.rules import Joining
from plugins.distribution.services import notices

RULES_VERSION = "2026-01"
"""Version of the rules in ``templates/store/rules_text.html`` that distributors agree to."""

NOTE_LIMIT = 200
NAME_LIMIT = 40


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
    real_name: str = "",
) -> Distributor:
    """A member who agreed to the rules asks to become a distributor.

    Without review they are active at once. Who was refused, or left while frozen, comes back by
    review only, whatever the way of joining, and staff reads what it was for. Asking again while
    applied or active changes nothing. What the programme asks a member to have
    reached is checked by :func:`plugins.distribution.services.joining.join`, not here.

    Args:
        session: unit of work.
        member_id: who asks.
        joining: the plan's way of joining.
        rules_version: the rules they agreed to.
        note: a word to the store, at most 200 characters.
        real_name: who they are, at most 40 characters.

    Raises:
        Rejected: the member is frozen, or the store names its distributors itself.
        InvalidInput: note or name is too long.
    """
    if joining == Joining.DESIGNATED:
        raise Rejected("distribution.closed", "This store chooses its distributors itself.")
    note, real_name = squeeze(note), squeeze(real_name)
    if len(note) > NOTE_LIMIT:
        raise InvalidInput("distribution.note", "Please use at most 200 characters.", field="note")
    if len(real_name) > NAME_LIMIT:
        raise InvalidInput(
            "distribution.real_name", "Please use at most 40 characters.", field="real_name"
        )
    target = _S.APPLIED if joining == Joining.APPLICATION else _S.ACTIVE
    actor = f"member:{member_id}"
    row, is_new = _locked(session, member_id, target, actor)
    if row.state == _S.FROZEN:
        raise Rejected(
            "distribution.frozen", "Your distributor account is frozen. Please contact the store."
        )
    if row.state in {_S.REJECTED, _S.LEFT}:
        _move(row, _S.APPLIED if row.reason else target, actor, row.reason)
    elif not is_new:
        return row
    row.note, row.real_name, row.rules_version = note, real_name, rules_version
    session.flush()
    return row


def set_state(
    session: Session, member_id: UUID, target: DistributorState, *, actor: str, reason: str = ""
) -> Distributor:
    """Staff moves a distributor to another state, or names somebody new; who it is about is told.

    Raises:
        NotFound: there is no such distributor, and the target is not ``ACTIVE``.
        Conflict: the move does not exist.
        InvalidInput: freezing or rejecting without a reason, or one that is too long.
    """
    reason = squeeze(reason)
    if len(reason) > NOTE_LIMIT:
        raise InvalidInput(
            "distribution.note", "Please use at most 200 characters.", field="reason"
        )
    if target in {_S.FROZEN, _S.REJECTED} and not reason:
        raise InvalidInput(
            "distribution.reason",
            "Please give a reason; the distributor will see it.",
            field="reason",
        )
    is_new = target == _S.ACTIVE and bool(enter(session, [member_id], target, actor))
    row = _known(session, member_id)
    before = row.state
    is_move = MACHINE.is_move(DistributorState(before), target)
    if is_move:
        _move(row, target, actor, reason)
    session.flush()
    if (is_new or is_move) and actor.startswith("staff:"):
        notices.tell(session, row, before)
    return row


def agree(session: Session, member_id: UUID, rules_version: str) -> None:
    """A distributor agrees to the rules of today, after they changed or having been named by staff.

    Raises:
        NotFound: the member is no distributor.
        InvalidInput: these are not the rules of today.
    """
    if rules_version != RULES_VERSION:
        raise InvalidInput(
            "distribution.rules",
            "Please read the rules and tick that you agree to them.",
            field="rules",
        )
    _known(session, member_id).rules_version = rules_version
    session.flush()


def leave(session: Session, member_id: UUID, joining: Joining | None = None) -> None:
    """A distributor gives up; what was earned stays theirs and settles as usual.

    Why one who leaves was frozen or refused is kept. Where every member earns (``joining``), those
    who never asked can leave, too.

    Raises:
        NotFound: the member is no distributor.
        Conflict: they were refused and have nothing to leave.
    """
    actor = f"member:{member_id}"
    if joining == Joining.EVERYONE:
        row, _is_new = _locked(session, member_id, _S.ACTIVE, actor)
    else:
        row = _known(session, member_id)
    if MACHINE.is_move(DistributorState(row.state), _S.LEFT):
        _move(row, _S.LEFT, actor, row.reason if row.state != _S.ACTIVE else "")
        session.flush()


def forget(session: Session, member_id: UUID) -> None:
    """The member was erased: they earn no more, and what they wrote goes. Books stay."""
    session.execute(
        sa.update(Distributor)
        .where(Distributor.member_id == member_id)
        .values(state=_S.LEFT, note="", real_name="", reason="", actor="system", changed_at=now())
        .execution_options(synchronize_session=False)
    )


def check_referrer(
    session: Session, member_id: UUID, referrer_id: UUID, *, by_staff: bool = False
) -> None:
    """Refuse a frozen referrer, and refuse to bind a distributor a second time by a click.

    Staff may do the latter; nobody the former.

    Raises:
        Rejected: one of the two holds.
    """
    states = states_of(session, [member_id, referrer_id])
    if states.get(referrer_id) == _S.FROZEN:
        raise Rejected("distribution.frozen_referrer", "This distributor is frozen.")
    is_distributor = states.get(member_id) in {_S.ACTIVE, _S.FROZEN}
    if (
        is_distributor
        and not by_staff
        and any(event.kind in {"bound", "transferred"} for event in history_of(session, member_id))
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


_PEOPLE = ids_matching("").subquery()  # everybody who is not erased
_LIVING = Prepared(
    sa.select(_PEOPLE.c.id.label("member_id"), Distributor.state)
    .select_from(_PEOPLE.outerjoin(Distributor, Distributor.member_id == _PEOPLE.c.id))
    .where(among(_PEOPLE.c.id, "members"))
)


def active_of(session: Session, member_ids: Iterable[UUID], joining: Joining) -> set[UUID]:
    """Those of some members who earn on new orders; never an erased one. One statement."""
    rows = _LIVING.all(session, {"members": list(member_ids)})
    return {row.member_id for row in rows if standing(row.state, joining) == _S.ACTIVE}


def standing(stored: str | None, joining: Joining) -> DistributorState | None:
    """Where a member with this stored state stands under a way of joining."""
    if stored is None:
        return _S.ACTIVE if joining == Joining.EVERYONE else None
    return DistributorState(stored)


def _known(session: Session, member_id: UUID) -> Distributor:
    row = session.get(Distributor, member_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("distribution.distributor", "There is no such distributor.")
    return row


def _locked(
    session: Session, member_id: UUID, state: DistributorState, actor: str
) -> tuple[Distributor, bool]:
    """Their row, locked, and whether it was made just now; two requests at once make one."""
    is_new = bool(enter(session, [member_id], state, actor))
    return _known(session, member_id), is_new


def enter(
    session: Session, member_ids: Sequence[UUID], state: DistributorState, actor: str
) -> Sequence[UUID]:
    """Make rows for those who have none. One statement.

    Returns:
        Those who had none.
    """
    if not member_ids:
        return []
    at = now()
    empty = {"reason": "", "note": "", "real_name": "", "rules_version": ""}
    rows = [
        {
            "member_id": member_id,
            "state": state,
            "actor": actor,
            "joined_at": at,
            "changed_at": at,
            **empty,
        }
        for member_id in sorted(member_ids)
    ]
    made = insert_or(session, Distributor).values(rows).on_conflict_do_nothing()
    return session.execute(made.returning(Distributor.member_id)).scalars().all()


def _move(row: Distributor, target: DistributorState, actor: str, reason: str) -> None:
    row.state, row.actor, row.reason, row.changed_at = target, actor, reason, now()
