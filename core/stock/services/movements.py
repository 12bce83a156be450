"""Changes of what is on hand, each booked once under its key: a repeated call changes nothing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.db import state
from core.db.outbox import announce
from core.db.prepared import Prepared
from core.kernel.clock import now
from core.kernel.errors import Rejected
from core.kernel.ids import new_id
from core.stock.events import StockReturned
from core.stock.models import StockLevel, StockMovement
from core.stock.rules import MOST_PIECES, MovementKind, checked_wants, movement_key
from core.stock.services.shifts import Shift, Shifted, shift_levels

_LEVEL = StockLevel.__table__
_MOVEMENT = StockMovement.__table__
_insert_movement = Prepared(
    sa.insert(_MOVEMENT),  # type: ignore[arg-type]
    ("id", "key", "sku_id", "kind", "quantity", "reference", "actor", "at"),
)
_insert_level = sa.insert(_LEVEL)  # type: ignore[arg-type]


def receive(
    session: Session, wants: Mapping[UUID, int], *, key: str, actor: str, reference: str = ""
) -> int:
    """Put pieces that came in on the shelf; returns the number of SKUs that this call changed."""
    return _change(
        session, dict(checked_wants(wants)), MovementKind.RECEIVED, key, reference, actor
    )


def put_back(
    session: Session, reference: str, wants: Mapping[UUID, int], *, key: str, actor: str
) -> int:
    """Put returned goods back on the shelf; returns the number of SKUs that this call changed."""
    return _change(
        session, dict(checked_wants(wants)), MovementKind.RETURNED, key, reference, actor
    )


def adjust(
    session: Session, sku_id: UUID, quantity: int, *, key: str, reason: str, actor: str
) -> bool:
    """Correct one SKU by a signed number of pieces; a correction is relative, never absolute.

    ``key`` is unique for this correction, such as the form's token; at most 80 characters of
    ``reason`` are kept.

    Returns:
        ``False`` when the correction under this key was made before, or changes nothing.

    Raises:
        Rejected: fewer would be on hand than are promised to open orders.
    """
    if quantity == 0:
        return False
    return _change(session, {sku_id: quantity}, MovementKind.ADJUSTED, key, reason[:80], actor) > 0


def recount(
    session: Session,
    counted: Mapping[UUID, int],
    *,
    key: str,
    actor: str,
    kind: MovementKind = MovementKind.IMPORTED,
    reference: str = "",
) -> int:
    """Make what is on hand equal to a count, as the difference to what is there now, under a lock.

    For imports and stocktaking of many SKUs: two reads and writes whatever their number. SKUs
    whose count is right already get no movement.

    Returns:
        How many SKUs changed.

    Raises:
        Rejected: a count below what is promised to open orders.
    """
    rows = session.execute(
        sa.select(_LEVEL.c.sku_id, _LEVEL.c.on_hand)
        .where(_LEVEL.c.sku_id.in_(counted))
        .order_by(_LEVEL.c.sku_id)
        .with_for_update()
    )
    differing = {sku: counted[sku] - there for sku, there in rows if counted[sku] != there}
    return _change(session, differing, kind, key, reference, actor) if differing else 0


def open_levels(
    session: Session,
    on_hand: Mapping[UUID, int],
    *,
    actor: str,
    low_at: int | Mapping[UUID, int] = 10,
    kind: MovementKind = MovementKind.RECEIVED,
) -> None:
    """Start counting new SKUs; every SKU needs this once.

    Raises:
        Rejected: a negative or absurd count.
    """
    if not on_hand:
        return
    if min(on_hand.values()) < 0 or max(on_hand.values()) > MOST_PIECES:
        raise Rejected("stock.count", "Stock must be a whole number from 0 up.")
    levels = [
        {
            "sku_id": sku_id,
            "on_hand": count,
            "allocated": 0,
            "low_at": low_at if isinstance(low_at, int) else low_at.get(sku_id, 10),
        }
        for sku_id, count in sorted(on_hand.items())
    ]
    session.execute(_insert_level, levels)
    counts = [(sku_id, count) for sku_id, count in sorted(on_hand.items()) if count]
    write_movements(session, counts, kind=kind, key="opened", reference="", actor=actor)


def discard_levels(session: Session, sku_ids: Collection[UUID]) -> None:
    """Forget the stock of SKUs that were never for sale and are about to be deleted."""
    session.execute(sa.delete(_MOVEMENT).where(_MOVEMENT.c.sku_id.in_(sku_ids)))  # type: ignore[arg-type]
    session.execute(sa.delete(_LEVEL).where(_LEVEL.c.sku_id.in_(sku_ids)))  # type: ignore[arg-type]


def write_movements(
    session: Session,
    changes: Sequence[tuple[UUID, int]],
    *,
    kind: MovementKind,
    key: str,
    reference: str,
    actor: str,
) -> None:
    """Book changes whose once-only is guarded elsewhere (a hold's state, a new level)."""
    if changes:
        rows = _rows(changes, kind, key, reference, actor)
        _insert_movement.many(session, rows)


def announce_returned(
    session: Session, levels: Iterable[Shifted], gained: Mapping[UUID, int]
) -> None:
    """Tell about SKUs that were sold out before they gained these pieces."""
    events = [
        StockReturned(sku_id=level.sku_id, available=level.available)
        for level in levels
        if 0 < level.available <= gained[level.sku_id]
    ]
    if events:
        announce(session, *events)
        state.bump(session, state.CATALOG)  # cached pages still say “sold out”


def _change(
    session: Session,
    changes: Mapping[UUID, int],
    kind: MovementKind,
    key: str,
    reference: str,
    actor: str,
) -> int:
    """Book and apply signed changes, skipping those whose key is known."""
    rows = _rows(sorted(changes.items()), kind, key, reference, actor)
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    booked = session.execute(
        dialect.insert(_MOVEMENT)
        .on_conflict_do_nothing(index_elements=[_MOVEMENT.c.key])
        .returning(_MOVEMENT.c.sku_id),
        rows,
    )
    fresh = sorted(booked.scalars())
    levels = shift_levels(session, [Shift(sku, on_hand=changes[sku]) for sku in fresh])
    if len(levels) != len(fresh):
        raise Rejected(
            "stock.promised",
            "Fewer pieces would be left than are promised to orders that are not shipped yet.",
            sku_ids=[str(sku) for sku in set(fresh) - {level.sku_id for level in levels}],
        )
    announce_returned(session, levels, changes)
    return len(levels)


def _rows(
    changes: Sequence[tuple[UUID, int]],
    kind: MovementKind,
    key: str,
    reference: str,
    actor: str,
) -> list[dict[str, Any]]:
    at = now()
    return [
        {
            "id": new_id(),
            "key": movement_key(key, sku_id),
            "sku_id": sku_id,
            "kind": kind,
            "quantity": quantity,
            "reference": reference,
            "actor": actor,
            "at": at,
        }
        for sku_id, quantity in changes
    ]
