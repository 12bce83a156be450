"""Reading stock, and checking that all of it adds up."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel.errors import InvalidInput
from core.stock.models import StockHold, StockLevel, StockMovement
from core.stock.rules import MOST_PIECES, HoldState
from core.stock.types import MovementView, StockReport, StockView


def available(session: Session, sku_ids: Collection[UUID]) -> dict[UUID, int]:
    """Pieces that can still be sold, by SKU; a SKU without a level has 0. One statement."""
    found = {view.sku_id: view.available for view in stock_views(session, sku_ids).values()}
    return {sku_id: found.get(sku_id, 0) for sku_id in sku_ids}


def stock_views(session: Session, sku_ids: Collection[UUID]) -> dict[UUID, StockView]:
    """Levels by SKU, in one statement; SKUs without a level are left out."""
    if not sku_ids:
        return {}
    rows = session.execute(
        sa.select(
            StockLevel.sku_id, StockLevel.on_hand, StockLevel.allocated, StockLevel.low_at
        ).where(StockLevel.sku_id.in_(sku_ids))
    )
    return {row.sku_id: StockView(*row) for row in rows}


def set_low_at(session: Session, sku_id: UUID, low_at: int) -> None:
    """Set from how many available pieces down a SKU counts as low.

    Raises:
        InvalidInput: not a sane count.
    """
    if not 0 <= low_at <= MOST_PIECES:
        raise InvalidInput(
            "stock.low_at", "Stock must be a whole number from 0 up.", field="low_at"
        )
    session.execute(sa.update(StockLevel).where(StockLevel.sku_id == sku_id).values(low_at=low_at))


def movements(
    session: Session, sku_id: UUID, *, limit: int = 50, before: UUID | None = None
) -> list[MovementView]:
    """Changes of a SKU's stock, newest first; ``before`` is the last id of the page before."""
    wanted = StockMovement.sku_id == sku_id
    if before is not None:
        wanted &= StockMovement.id < before
    rows = session.execute(
        sa.select(
            StockMovement.id,
            StockMovement.sku_id,
            StockMovement.kind,
            StockMovement.quantity,
            StockMovement.reference,
            StockMovement.actor,
            StockMovement.at,
        )
        .where(wanted)
        .order_by(StockMovement.id.desc())
        .limit(limit)
    )
    return [MovementView(*row) for row in rows]


def verify(session: Session) -> StockReport:
    """Recompute all stock: movements must sum to what is on hand, open holds to what is allocated.

    Four statements whatever the size of the catalogue; only faults are brought over.
    """
    moved = _sums(StockMovement.sku_id, StockMovement.quantity)
    held = _sums(StockHold.sku_id, StockHold.quantity, StockHold.state == HoldState.HELD)
    faults = [
        f"SKU {sku}: {there} on hand, but its movements sum to {total}"
        for sku, there, total in session.execute(_differing(moved, StockLevel.on_hand))
    ]
    faults += [
        f"SKU {sku}: {there} allocated, but its open holds sum to {total}"
        for sku, there, total in session.execute(_differing(held, StockLevel.allocated))
    ]
    return StockReport(
        sku_count=session.scalar(sa.select(sa.func.count()).select_from(StockLevel)) or 0,
        movement_count=session.scalar(sa.select(sa.func.count()).select_from(StockMovement)) or 0,
        faults=tuple(faults),
    )


def _sums(
    sku_id: sa.orm.InstrumentedAttribute[UUID],
    quantity: sa.orm.InstrumentedAttribute[int],
    *wanted: sa.ColumnElement[bool],
) -> sa.Subquery:
    total = sa.func.sum(quantity).label("total")
    return sa.select(sku_id.label("sku_id"), total).where(*wanted).group_by(sku_id).subquery()


def _differing(
    sums: sa.Subquery, stored: sa.orm.InstrumentedAttribute[int]
) -> sa.Select[UUID, int, int]:
    total = sa.func.coalesce(sums.c.total, 0)
    return (
        sa.select(StockLevel.sku_id, stored, total)
        .outerjoin(sums, sums.c.sku_id == StockLevel.sku_id)
        .where(stored != total)
        .order_by(StockLevel.sku_id)
    )
