"""Promising pieces to an order, handing them over, giving them back. The hot path of checkout."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db import state
from core.db.prepared import Prepared
from core.kernel.errors import Conflict
from core.stock.models import StockHold
from core.stock.rules import HoldState, MovementKind, checked_wants
from core.stock.services.movements import announce_returned, write_movements
from core.stock.services.shifts import Shift, promise_and_hold, shift_levels, short_of

_HOLD = StockHold.__table__
_insert_hold = Prepared(
    sa.insert(_HOLD),  # type: ignore[arg-type]
    ("reference", "sku_id", "quantity", "state", "expires_at"),
)
_take = Prepared(
    sa.update(_HOLD)  # type: ignore[arg-type]
    .where(_HOLD.c.reference == sa.bindparam("order"), _HOLD.c.state == HoldState.HELD)
    .values(state=HoldState.TAKEN)
    .returning(_HOLD.c.sku_id, _HOLD.c.quantity)
)
_mark = (
    sa.update(_HOLD)  # type: ignore[arg-type]
    .where(
        _HOLD.c.reference.in_(sa.bindparam("references", expanding=True)),
        _HOLD.c.state == HoldState.HELD,
    )
    .values(state=sa.bindparam("becomes"))
    .returning(_HOLD.c.reference, _HOLD.c.sku_id, _HOLD.c.quantity)
)


def hold(session: Session, reference: str, wants: Mapping[UUID, int], expires_at: datetime) -> None:
    """Promise pieces to an order, all of them or none. Once per reference.

    One conditional statement over all SKUs (on PostgreSQL it writes the holds too). When it
    raises, some levels of this unit of work may have moved: the unit of work must end there.

    ``reference`` is the order's id as text; ``expires_at`` says until when, and the orders room
    releases what is not paid by then.

    Raises:
        Rejected: ``stock.short``, naming the SKU of which fewest are left and how many that is.
    """
    pairs = checked_wants(wants)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        done = shift_levels(session, [Shift(sku, allocated=quantity) for sku, quantity in pairs])
    else:
        done = promise_and_hold(session, pairs, reference, expires_at)
    if len(done) != len(pairs):
        reached = {level.sku_id for level in done}
        raise short_of(session, {sku: n for sku, n in pairs if sku not in reached})
    if is_sqlite:
        _write_holds(session, pairs, reference, expires_at)
    if any(level.available == 0 for level in done):
        state.bump(session, state.CATALOG)  # cached pages must say “sold out”


def _write_holds(
    session: Session, pairs: list[tuple[UUID, int]], reference: str, expires_at: datetime
) -> None:
    rows = [
        {
            "reference": reference,
            "sku_id": sku_id,
            "quantity": quantity,
            "state": HoldState.HELD,
            "expires_at": expires_at,
        }
        for sku_id, quantity in pairs
    ]
    _insert_hold.many(session, rows)


def take(session: Session, reference: str, *, actor: str = "system") -> bool:
    """Hand over what is held for an order that was paid: it is no longer on hand.

    Returns:
        Whether anything was handed over; ``False`` when it had been before.

    Raises:
        Conflict: the pieces were released already; the order died before the money came.
    """
    held = sorted((row.sku_id, row.quantity) for row in _take.all(session, {"order": reference}))
    if not held:
        _refuse_released(session, reference)
        return False
    shift_levels(session, [Shift(sku, on_hand=-n, allocated=-n) for sku, n in held])
    write_movements(
        session,
        [(sku, -n) for sku, n in held],
        kind=MovementKind.SOLD,
        key=f"sold:{reference}",
        reference=reference,
        actor=actor,
    )
    return True


def release(session: Session, reference: str) -> bool:
    """Give back what is held for an order that died.

    Returns:
        Whether anything was; ``False`` when it had been before, was taken, or nothing was held.
    """
    return release_many(session, [reference]) > 0


def release_many(session: Session, references: Collection[str]) -> int:
    """Give back what is held for several orders at once; returns how many SKUs moved."""
    freed = _move(session, references, HoldState.RELEASED)
    levels = shift_levels(session, [Shift(sku, allocated=-n) for sku, n in freed])
    announce_returned(session, levels, dict(freed))
    return len(freed)


def _move(
    session: Session, references: Iterable[str], becomes: HoldState
) -> list[tuple[UUID, int]]:
    """Move open holds to their end; returns pieces by SKU in ascending id."""
    rows = session.connection().execute(_mark, {"references": list(references), "becomes": becomes})
    total: Counter[UUID] = Counter()
    for _reference, sku_id, quantity in rows:
        total[sku_id] += quantity
    return sorted(total.items())


def _refuse_released(session: Session, reference: str) -> None:
    is_released = session.scalar(
        sa.select(_HOLD.c.sku_id)
        .where(_HOLD.c.reference == reference, _HOLD.c.state == HoldState.RELEASED)
        .limit(1)
    )
    if is_released is not None:
        raise Conflict(
            "stock.released", "The pieces of this order were given back to other shoppers."
        )
