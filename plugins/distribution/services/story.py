"""What distribution tells in an order's story: earned, held, decided, taken back, settled."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.contributions import TimelineEntry
from plugins.distribution.models import Commission, Hold

_TABLE: Any = Commission.__table__
_HOLD: Any = Hold.__table__


def story_of(session: Session, order_id: UUID) -> Sequence[TimelineEntry]:
    """Lines for staff, none where nobody earned anything. One statement.

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
    return [*_money(each), *_holds(rows)] if rows else []


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


def _holds(rows: Any) -> list[TimelineEntry]:
    told = []
    cases = {row.hold_id: row for row in rows if row.hold_id is not None}
    held = {(row.beneficiary_id, row.held_at) for row in cases.values()}
    for _member_id, at in sorted(held, key=lambda one: one[1]):
        told.append(TimelineEntry(at, "Commission held until somebody decides."))
    decided = {
        (row.beneficiary_id, row.decided_at): row for row in cases.values() if row.decided_at
    }
    for row in decided.values():
        message = (
            "Held commission released: %(note)s"
            if row.hold_state == "released"
            else "Held commission rejected and taken back: %(note)s"
        )
        told.append(TimelineEntry(row.decided_at, message, {"note": row.note or "–"}))
    return told
