"""Held commissions: decided by a person, listed for them. See ``fraud`` for what holds them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.errors import Conflict, InvalidInput, NotFound
from core.api.ledger import PLATFORM, Leg, book, member_owner
from core.api.text import squeeze
from core.api.values import dataclass
from plugins.distribution.models import Commission, Hold
from plugins.distribution.rules.fraud import Evidence
from plugins.distribution.services.accounts import ACCOUNT_OF_STATE, EXPENSE
from plugins.distribution.services.locking import lock_commissions
from plugins.distribution.services.totals import Changes

NOTE_LIMIT = 200
_COMMISSION: Any = Commission.__table__
_HOLD: Any = Hold.__table__


def release(
    session: Session, order_id: UUID, beneficiary_id: UUID, *, actor: str, note: str = ""
) -> None:
    """A person found nothing wrong: the commissions settle as others do.

    Raises:
        NotFound: nothing of this order is held for this beneficiary.
        Conflict: somebody has decided already.
        InvalidInput: the note is too long.
    """
    _decide(session, order_id, beneficiary_id, "released", actor, note)
    ids = lock_commissions(session, *_of(order_id, beneficiary_id))
    session.execute(sa.update(_COMMISSION).where(_COMMISSION.c.id.in_(ids)).values(is_held=False))


def reject(session: Session, order_id: UUID, beneficiary_id: UUID, *, actor: str, note: str) -> int:
    """A person found it wrong: what is left of the commissions goes back to the store, once.

    Also what was settled before anything was seen of it; the account may go below zero.

    Returns:
        Fen taken back.

    Raises:
        NotFound: nothing of this order is held for this beneficiary.
        Conflict: somebody has decided already.
        InvalidInput: no reason, or one that is too long.
    """
    if not squeeze(note):
        raise InvalidInput(
            "distribution.hold_note",
            "Please give a reason; the distributor will see it.",
            field="note",
        )
    _decide(session, order_id, beneficiary_id, "rejected", actor, note)
    rows = session.execute(
        sa.select(
            _COMMISSION.c.id,
            _COMMISSION.c.state,
            _COMMISSION.c.accrued_at,
            (_COMMISSION.c.amount_fen - _COMMISSION.c.reversed_fen).label("left_fen"),
        )
        .where(*_of(order_id, beneficiary_id))
        .order_by(_COMMISSION.c.id)
        .with_for_update()
    ).all()
    sums: dict[str, int] = defaultdict(int)
    changes = Changes()
    for row in rows:
        sums[ACCOUNT_OF_STATE[row.state]] += row.left_fen
        changes.earned(beneficiary_id, row.accrued_at, -row.left_fen)
    owner, taken = member_owner(beneficiary_id), sum(sums.values())
    if taken:
        book(
            session,
            key=f"distribution:reject:{order_id}:{beneficiary_id}",
            kind="commission_rejected",
            reference=f"order:{order_id}",
            actor=actor,
            legs=[
                *(Leg(owner, kind, -fen) for kind, fen in sums.items() if fen),
                Leg(PLATFORM, EXPENSE, taken),
            ],
            at=now(),
        )
    session.execute(
        sa.update(_COMMISSION)
        .where(_COMMISSION.c.id.in_([row.id for row in rows]))
        .values(is_held=False, reversed_fen=_COMMISSION.c.amount_fen)
    )
    changes.note(session)
    return taken


def _of(order_id: UUID, beneficiary_id: UUID) -> tuple[Any, Any]:
    return _COMMISSION.c.order_id == order_id, _COMMISSION.c.beneficiary_id == beneficiary_id


def _decide(
    session: Session, order_id: UUID, beneficiary_id: UUID, state: str, actor: str, note: str
) -> None:
    note = squeeze(note)
    if len(note) > NOTE_LIMIT:
        raise InvalidInput("distribution.note", "Please use at most 200 characters.", field="note")
    mine = _HOLD.c.order_id == order_id, _HOLD.c.beneficiary_id == beneficiary_id
    states = session.scalars(
        sa.select(_HOLD.c.state).where(*mine).order_by(_HOLD.c.id).with_for_update()
    ).all()
    if not states:
        raise NotFound("distribution.hold", "Nothing of this order is held for this distributor.")
    if "open" not in states:
        raise Conflict("distribution.hold_decided", "Somebody has decided about this already.")
    session.execute(
        sa.update(_HOLD)
        .where(*mine, _HOLD.c.state == "open")
        .values(state=state, actor=actor, note=note, decided_at=now())
    )


@dataclass(frozen=True)
class HeldCase:
    """All that is held of one order for one beneficiary, for a person to decide about.

    Args:
        order_id: the order.
        order_no: as people call it.
        buyer_id: who bought.
        beneficiary_id: who would earn.
        reasons: why, as :class:`Suspicion` names it, each with what it rests on.
        amount_fen: what is left of the commissions, or was when it was rejected.
        state: open, released or rejected.
        note: what the one who decided wrote.
        actor: who decided.
        at: when it was held.
        decided_at: when it was decided.
    """

    order_id: UUID
    order_no: str
    buyer_id: UUID
    beneficiary_id: UUID
    reasons: Mapping[str, Evidence]
    amount_fen: int
    state: str
    note: str
    actor: str
    at: datetime
    decided_at: datetime | None


def count_cases(session: Session) -> dict[str, int]:
    """Cases by state. One statement."""
    cases = sa.select(_HOLD.c.state, _HOLD.c.order_id, _HOLD.c.beneficiary_id).distinct().subquery()
    rows = session.execute(sa.select(cases.c.state, sa.func.count()).group_by(cases.c.state))
    return {row[0]: row[1] for row in rows}


def list_cases(
    session: Session, *, state: str = "open", reason: str = "", limit: int, offset: int = 0
) -> tuple[list[HeldCase], int]:
    """Cases in a state, the newest first, and how many there are. Three statements.

    Args:
        session: any session.
        state: open, released or rejected.
        reason: only those held for it, among other reasons perhaps.
        limit: cases a page.
        offset: cases before the page.
    """
    chosen = sa.select(
        _HOLD.c.order_id, _HOLD.c.beneficiary_id, sa.func.max(_HOLD.c.at).label("at")
    ).where(_HOLD.c.state == state)
    if reason:
        chosen = chosen.where(_HOLD.c.reason == reason)
    chosen = chosen.group_by(_HOLD.c.order_id, _HOLD.c.beneficiary_id)
    total = session.scalar(sa.select(sa.func.count()).select_from(chosen.subquery())) or 0
    keys = session.execute(
        chosen.order_by(sa.desc("at"), _HOLD.c.order_id, _HOLD.c.beneficiary_id)
        .limit(limit)
        .offset(offset)
    ).all()
    pairs = [(row.order_id, row.beneficiary_id) for row in keys]
    rows = _rows_of(session, pairs, state)
    return [_case(rows[pair], state) for pair in pairs if rows.get(pair)], int(total)


def _rows_of(
    session: Session, pairs: Sequence[tuple[UUID, UUID]], state: str
) -> Mapping[tuple[UUID, UUID], list[Any]]:
    """A row for each reason of each pair, with what is or was left of the commissions."""
    if not pairs:
        return {}
    earned = (
        sa.select(
            _COMMISSION.c.order_id,
            _COMMISSION.c.beneficiary_id,
            sa.func.max(_COMMISSION.c.order_no).label("order_no"),
            _COMMISSION.c.buyer_id,
            sa.func.sum(_COMMISSION.c.amount_fen).label("amount_fen"),
            sa.func.sum(_COMMISSION.c.reversed_fen).label("reversed_fen"),
        )
        .where(sa.tuple_(_COMMISSION.c.order_id, _COMMISSION.c.beneficiary_id).in_(pairs))
        .group_by(_COMMISSION.c.order_id, _COMMISSION.c.beneficiary_id, _COMMISSION.c.buyer_id)
        .subquery()
    )
    found: dict[tuple[UUID, UUID], list[Any]] = defaultdict(list)
    for row in session.execute(
        sa.select(
            _HOLD, earned.c.order_no, earned.c.buyer_id, earned.c.amount_fen, earned.c.reversed_fen
        )
        .join(
            earned,
            sa.and_(
                earned.c.order_id == _HOLD.c.order_id,
                earned.c.beneficiary_id == _HOLD.c.beneficiary_id,
            ),
        )
        .where(_HOLD.c.state == state)
        .order_by(_HOLD.c.id)
    ):
        found[row.order_id, row.beneficiary_id].append(row)
    return found


def _case(rows: Sequence[Any], state: str) -> HeldCase:
    first = rows[0]
    left = int(first.amount_fen - first.reversed_fen)
    return HeldCase(
        order_id=first.order_id,
        order_no=first.order_no,
        buyer_id=first.buyer_id,
        beneficiary_id=first.beneficiary_id,
        reasons={row.reason: row.evidence for row in rows},
        amount_fen=int(first.amount_fen) if state == "rejected" else left,
        state=state,
        note=first.note,
        actor=first.actor,
        at=first.at,
        decided_at=first.decided_at,
    )
