"""What distribution tells in an order's story: earned, held, decided, taken back, settled."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.contributions import TimelineEntry
from core.api.members import names_of
from core.api.staff import staff_names
from plugins.distribution.models import Commission, Hold

_TABLE: Any = Commission.__table__
_HOLD: Any = Hold.__table__


def story_of(session: Session, order_id: UUID) -> Sequence[TimelineEntry]:
    """Lines for staff, none where nobody earned anything.

    One statement, and two for the names of who was held and who decided, where something was held.

    Refunds are told by the trunk at their own time; what they took back in all stands beside what
    was earned.
    """
    rows = session.execute(
        sa.select(
            _TABLE.c.beneficiary_id,
            _TABLE.c.amount_fen,
            _TABLE.c.reversed_fen,
            _TABLE.c.accrued_at,
            _TABLE.c.available_at,
            _HOLD.c.id.label("hold_id"),
            _HOLD.c.state.label("hold_state"),
            _HOLD.c.at.label("held_at"),
            _HOLD.c.decided_at,
            _HOLD.c.note,
            _HOLD.c.actor,
            _TABLE.c.id,
        )
        .outerjoin(
            _HOLD,
            sa.and_(
                _HOLD.c.order_id == _TABLE.c.order_id,
                _HOLD.c.beneficiary_id == _TABLE.c.beneficiary_id,
            ),
        )
        .where(_TABLE.c.order_id == order_id)
        .order_by(_TABLE.c.id, _HOLD.c.id)
    ).all()
    each = {row.id: row for row in rows}.values()
    return [*_money(each), *_holds(session, rows)] if rows else []


def _money(rows: Any) -> list[TimelineEntry]:
    earned = sum(row.amount_fen for row in rows)
    people = len({row.beneficiary_id for row in rows})
    first = min(row.accrued_at for row in rows)
    taken = sum(row.reversed_fen for row in rows)
    message = "Commission: %(amount_fen)s, distributors: %(people)s."
    if taken:
        message = "Commission: %(amount_fen)s, distributors: %(people)s; %(taken_fen)s taken back."
    params = {"amount_fen": earned, "people": people, "taken_fen": taken}
    told = [TimelineEntry(first, message, params)]
    settled: dict[Any, int] = defaultdict(int)
    for row in rows:
        if row.available_at is not None:
            settled[row.available_at] += row.amount_fen - row.reversed_fen
    for at, fen in settled.items():
        message = "Commission settled; %(amount_fen)s of it is left after refunds."
        told.append(TimelineEntry(at, message, {"amount_fen": fen}))
    return told


def _holds(session: Session, rows: Any) -> list[TimelineEntry]:
    told = []
    cases = {row.hold_id: row for row in rows if row.hold_id is not None}
    if not cases:
        return []
    names = names_of(session, {row.beneficiary_id for row in cases.values()})
    held = {(row.beneficiary_id, row.held_at) for row in cases.values()}
    for member_id, at in sorted(held, key=lambda one: one[1]):
        message = "Commission of %(name)s held until somebody decides."
        told.append(TimelineEntry(at, message, {"name": names.get(member_id, "–")}))
    decided = {
        (row.beneficiary_id, row.decided_at): row for row in cases.values() if row.decided_at
    }
    deciders = staff_names(session, {row.actor for row in decided.values()})
    for row in decided.values():
        message = (
            "%(actor)s released the held commission of %(name)s: %(note)s"
            if row.hold_state == "released"
            else "%(actor)s rejected the held commission of %(name)s and took it back: %(note)s"
        )
        params = {
            "actor": deciders.get(row.actor, "–"),
            "name": names.get(row.beneficiary_id, "–"),
            "note": row.note or "–",
        }
        told.append(TimelineEntry(row.decided_at, message, params))
    return told
