"""Review of applications: the queue with what staff judges by, one decision, many named at once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.errors import Conflict, NotFound
from core.api.members import ids_matching
from core.api.orders import Spending, spending_of
from core.api.sharing import referrers_of
from core.api.values import dataclass
from plugins.distribution.models import Distributor
from plugins.distribution.services.distributors import DistributorState, enter, set_state

QUEUE_STATES = (DistributorState.APPLIED, DistributorState.REJECTED)
"""What the queue can show; accepted ones are in the list of distributors."""

_S = DistributorState
_CHUNK = 500


@dataclass(frozen=True)
class Applicant:
    """Somebody who applied, with what staff judges by.

    Args:
        real_name: as they gave it.
        note: what they wrote.
        reason: why they were refused, or once frozen.
        at: when they applied, or were refused.
        spending: what they bought and kept.
        referrer_id: who brought them.
    """

    member_id: UUID
    state: str
    real_name: str
    note: str
    reason: str
    rules_version: str
    at: datetime
    spending: Spending
    referrer_id: UUID | None


def applicants(
    session: Session, *, state: str, query: str = "", limit: int, offset: int = 0
) -> tuple[list[Applicant], int]:
    """A page of the queue, those who wait longest first, and how many there are in all.

    Args:
        session: any session.
        state: one of :data:`QUEUE_STATES`.
        query: part of the name that they gave, or of nickname, phone or e-mail.
        limit: rows a page.
        offset: rows before the page.
    """
    chosen = _chosen(state, query)
    total = session.execute(sa.select(sa.func.count()).select_from(chosen.subquery())).scalar_one()
    oldest = (Distributor.changed_at, Distributor.member_id)
    newest = (Distributor.changed_at.desc(), Distributor.member_id)
    order = oldest if state == _S.APPLIED else newest
    rows = session.scalars(chosen.order_by(*order).limit(limit).offset(offset)).all()
    return _applicants(session, rows), total


def export_applicants(
    session: Session, *, state: str, query: str = ""
) -> Iterator[list[Applicant]]:
    """All of them in the order of their ids, some hundred at a time."""
    after: UUID | None = None
    while True:
        chosen = _chosen(state, query)
        if after is not None:
            chosen = chosen.where(Distributor.member_id > after)
        rows = session.scalars(chosen.order_by(Distributor.member_id).limit(_CHUNK)).all()
        if rows:
            yield _applicants(session, rows)
        if len(rows) < _CHUNK:
            return
        after = rows[-1].member_id


def _chosen(state: str, query: str) -> Any:
    chosen = sa.select(Distributor).where(Distributor.state == state)
    if not query:
        return chosen
    is_named = Distributor.real_name.contains(query, autoescape=True)
    return chosen.where(is_named | Distributor.member_id.in_(ids_matching(query)))


def _applicants(session: Session, rows: Sequence[Distributor]) -> list[Applicant]:
    ids = [row.member_id for row in rows]
    spent: Mapping[UUID, Spending] = spending_of(session, ids)
    referrers = referrers_of(session, ids)
    return [
        Applicant(
            member_id=row.member_id,
            state=row.state,
            real_name=row.real_name,
            note=row.note,
            reason=row.reason,
            rules_version=row.rules_version,
            at=row.changed_at,
            spending=spent[row.member_id],
            referrer_id=referrers.get(row.member_id),
        )
        for row in rows
    ]


def decide(
    session: Session, member_id: UUID, *, accept: bool, actor: str, reason: str = ""
) -> Distributor:
    """Accept or refuse one application that waits.

    Raises:
        NotFound: no such application.
        Conflict: it was decided already, or withdrawn.
        InvalidInput: refusing without a reason, or with one that is too long.
    """
    row = session.get(Distributor, member_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("distribution.application", "There is no such application.")
    if row.state != _S.APPLIED:
        raise Conflict("distribution.decided", "This application no longer waits for an answer.")
    target = _S.ACTIVE if accept else _S.REJECTED
    return set_state(session, member_id, target, actor=actor, reason="" if accept else reason)


def name_many(session: Session, member_ids: Sequence[UUID], *, actor: str) -> int:
    """Make members distributors, whatever the way of joining; frozen ones stay frozen.

    Three statements, however many they are. Erased members are left out. They find it in their
    centre: one click would send hundreds of messages.

    Returns:
        How many are distributors now who were not.
    """
    people = ids_matching("").subquery()  # everybody who is not erased
    chosen = sa.select(people.c.id).where(people.c.id.in_(list(member_ids)))
    living = session.execute(chosen).scalars().all()
    entered = enter(session, living, _S.ACTIVE, actor)
    moved = session.execute(
        sa.update(Distributor)
        .where(
            Distributor.member_id.in_(living),
            Distributor.state.in_((_S.APPLIED, _S.REJECTED, _S.LEFT)),
        )
        .values(state=_S.ACTIVE, reason="", actor=actor, changed_at=now())
        .returning(Distributor.member_id)
        .execution_options(synchronize_session=False)
    ).scalars()
    return len(entered) + len(moved.all())
