"""The one statement that changes levels: any number of SKUs, each only if it stays sane.

Its text does not depend on the number of SKUs, so databases and drivers keep it prepared. A change
that would promise more than there is, or take what is promised, matches no row; the caller
compares the number of rows changed with what it asked for. On PostgreSQL rows are locked in
ascending id before any is changed, so that two orders of the same SKUs cannot wait for each other.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.base import UtcDateTime
from core.db.prepared import Prepared
from core.kernel.errors import Rejected
from core.kernel.values import dataclass
from core.stock.models import StockLevel

_ON_SQLITE = sa.text(
    """
    UPDATE stock_level AS level
    SET on_hand = level.on_hand + change.on_hand, allocated = level.allocated + change.allocated
    FROM (
        SELECT value ->> 0 AS sku_id, value ->> 1 AS on_hand, value ->> 2 AS allocated
        FROM json_each(:changes)
    ) AS change
    WHERE level.sku_id = change.sku_id
      AND level.allocated + change.allocated >= 0
      AND level.on_hand + change.on_hand >= level.allocated + change.allocated
    RETURNING sku_id, on_hand, allocated
    """
).columns(sku_id=sa.Uuid(), on_hand=sa.Integer(), allocated=sa.Integer())

_ON_POSTGRESQL = sa.text(
    """
    WITH change AS (
        SELECT * FROM unnest(
            CAST(:sku_ids AS uuid[]), CAST(:on_hand AS integer[]), CAST(:allocated AS integer[])
        ) AS change (sku_id, on_hand, allocated)
    ), locked AS (
        SELECT change.* FROM change JOIN stock_level AS level USING (sku_id)
        ORDER BY change.sku_id FOR UPDATE OF level
    )
    UPDATE stock_level AS level
    SET on_hand = level.on_hand + locked.on_hand, allocated = level.allocated + locked.allocated
    FROM locked
    WHERE level.sku_id = locked.sku_id
      AND level.allocated + locked.allocated >= 0
      AND level.on_hand + locked.on_hand >= level.allocated + locked.allocated
    RETURNING level.sku_id, level.on_hand, level.allocated
    """
).columns(sku_id=sa.Uuid(), on_hand=sa.Integer(), allocated=sa.Integer())

_HOLDING = sa.text(
    """
    WITH want AS (
        SELECT * FROM unnest(CAST(:sku_ids AS uuid[]), CAST(:quantities AS integer[]))
            AS want (sku_id, quantity)
    ), locked AS (
        SELECT want.* FROM want JOIN stock_level AS level USING (sku_id)
        ORDER BY want.sku_id FOR UPDATE OF level
    ), promised AS (
        UPDATE stock_level AS level
        SET allocated = level.allocated + locked.quantity
        FROM locked
        WHERE level.sku_id = locked.sku_id AND level.on_hand - level.allocated >= locked.quantity
        RETURNING level.sku_id, level.on_hand, level.allocated, locked.quantity
    ), written AS (
        INSERT INTO stock_hold (reference, sku_id, quantity, state, expires_at)
        SELECT :reference, sku_id, quantity, 'held', :expires_at FROM promised
    )
    SELECT sku_id, on_hand, allocated FROM promised
    """
).bindparams(sa.bindparam("expires_at", type_=UtcDateTime()))
_SQLITE = Prepared(_ON_SQLITE)
_POSTGRESQL = Prepared(_ON_POSTGRESQL)
_POSTGRESQL_HOLD = Prepared(
    _HOLDING.columns(sku_id=sa.Uuid(), on_hand=sa.Integer(), allocated=sa.Integer())
)


@dataclass(frozen=True)
class Shift:
    """A signed change of one SKU's level."""

    sku_id: UUID
    on_hand: int = 0
    allocated: int = 0


@dataclass(frozen=True)
class Shifted:
    """A level after its change."""

    sku_id: UUID
    on_hand: int
    allocated: int

    @property
    def available(self) -> int:
        """Pieces that can be sold now."""
        return self.on_hand - self.allocated


def shift_levels(session: Session, shifts: Sequence[Shift]) -> list[Shifted]:
    """Apply those changes that leave a level sane; returns the levels that were changed.

    One statement. ``shifts`` names each SKU once, in ascending id.
    """
    if not shifts:
        return []
    if session.get_bind().dialect.name == "sqlite":
        changes = [[shift.sku_id.hex, shift.on_hand, shift.allocated] for shift in shifts]
        rows = _SQLITE.all(session, {"changes": json.dumps(changes)})
    else:
        values = {
            "sku_ids": [shift.sku_id for shift in shifts],
            "on_hand": [shift.on_hand for shift in shifts],
            "allocated": [shift.allocated for shift in shifts],
        }
        rows = _POSTGRESQL.all(session, values)
    return [Shifted(*row) for row in rows]


def promise_and_hold(
    session: Session, pairs: Sequence[tuple[UUID, int]], reference: str, expires_at: datetime
) -> list[Shifted]:
    """On PostgreSQL: promise pieces and write the holds, in one statement.

    Returns the levels of the SKUs of which there were enough.
    """
    values = {
        "sku_ids": [sku_id for sku_id, _ in pairs],
        "quantities": [quantity for _, quantity in pairs],
        "reference": reference,
        "expires_at": expires_at,
    }
    rows = _POSTGRESQL_HOLD.all(session, values)
    return [Shifted(*row) for row in rows]


# Only the sentence for a shopper needs a name; it is read from the catalogue's tables without their
# room, which stands above this one.
_SKU = sa.table(
    "sku", sa.column("id", sa.Uuid), sa.column("product_id", sa.Uuid), sa.column("code")
)
_PRODUCT = sa.table("product", sa.column("id", sa.Uuid), sa.column("title"))


def short_of(session: Session, wants: Mapping[UUID, int]) -> Rejected:
    """The error that names the SKUs of which too few can be sold, the worst first.

    ``params``: ``name`` and ``available`` of the first, ``sku_ids`` of all as text.
    """
    rows = session.execute(
        sa.select(
            _SKU.c.id,
            _PRODUCT.c.title,
            _SKU.c.code,
            sa.func.coalesce(StockLevel.on_hand - StockLevel.allocated, 0),
        )
        .select_from(_SKU)
        .join(_PRODUCT, _PRODUCT.c.id == _SKU.c.product_id)
        .outerjoin(StockLevel, StockLevel.sku_id == _SKU.c.id)
        .where(_SKU.c.id.in_(wants))
    ).all()
    short = sorted((left, title, code, sku) for sku, title, code, left in rows if left < wants[sku])
    if not short:
        return Rejected("stock.short", "This product is sold out.", available=0, sku_ids=[])
    left, title, code, _ = short[0]
    sentence = "Only %(available)s left of “%(name)s”." if left > 0 else "“%(name)s” is sold out."
    return Rejected(
        "stock.short",
        sentence,
        name=title,
        sku_code=code,
        available=max(0, left),
        sku_ids=[str(sku) for _, _, _, sku in short],
    )
