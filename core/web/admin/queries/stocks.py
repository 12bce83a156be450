"""Stock levels and movements as lists."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.models import Product, Sku
from core.db.statements import value_of
from core.kernel.paging import Page
from core.kernel.values import dataclass
from core.media.models import Media
from core.media.services import PICTURE_COLUMNS, picture_of
from core.media.types import PictureView
from core.stock.models import StockLevel, StockMovement

_AVAILABLE = StockLevel.on_hand - StockLevel.allocated
LEVELS = ("low", "out")


@dataclass(frozen=True)
class StockRow:
    """A SKU with what is on the shelf."""

    sku_id: UUID
    product_id: UUID
    title: str
    options: dict[str, str]
    code: str
    on_hand: int
    allocated: int
    low_at: int
    product_state: str
    picture: PictureView | None

    @property
    def available(self) -> int:
        """Pieces that can still be sold."""
        return self.on_hand - self.allocated

    @property
    def label(self) -> str:
        """Chosen options in one line."""
        return " / ".join(self.options.values())


@dataclass(frozen=True)
class MovementRow:
    """A booked change of what is on hand."""

    id: UUID
    kind: str
    quantity: int
    reference: str
    actor: str
    at: datetime
    sku_id: UUID
    code: str
    title: str


def stock_rows(
    session: Session, *, query: str = "", level: str = "", page: int = 1, per_page: int = 30
) -> Page[StockRow]:
    """Active SKUs with their stock, the scarcest first when narrowed by level. Two statements.

    Args:
        session: read-only.
        query: part of a title or a code.
        level: ``low`` (at or below the warning), ``out`` (none left) or empty for all.
        page: from 1.
        per_page: lines on a page.
    """
    where = [Sku.is_active, *_narrowed(query, level)]
    joined = sa.join(StockLevel, Sku, Sku.id == StockLevel.sku_id)
    joined = joined.join(Product, Product.id == Sku.product_id)
    count = sa.select(sa.func.count()).select_from(joined).where(*where)
    order = (_AVAILABLE, Sku.id) if level else (Product.title, Sku.position, Sku.id)
    rows = session.execute(
        sa.select(
            Sku.id,
            Sku.product_id,
            Product.title,
            Sku.options,
            Sku.code,
            StockLevel.on_hand,
            StockLevel.allocated,
            StockLevel.low_at,
            Product.state,
            *PICTURE_COLUMNS,
        )
        .select_from(joined.outerjoin(Media, Media.id == Product.cover_id))
        .where(*where)
        .order_by(*order)
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    items = tuple(value_of(StockRow, (*row[:9], picture_of(row[9:]))) for row in rows)
    return Page(items, session.scalar(count) or 0, page, per_page)


def _narrowed(query: str, level: str) -> list[sa.ColumnElement[bool]]:
    where: list[sa.ColumnElement[bool]] = []
    if query:
        where.append(
            Product.title.icontains(query, autoescape=True)
            | Sku.code.icontains(query, autoescape=True)
        )
    if level == "low":
        where += [Product.state == "on_sale", StockLevel.low_at >= _AVAILABLE]
    elif level == "out":
        where += [Product.state == "on_sale", _AVAILABLE <= 0]
    return where


def stock_row(session: Session, sku_id: UUID) -> StockRow | None:
    """One SKU's stock. One statement."""
    row = session.execute(
        sa.select(
            Sku.id,
            Sku.product_id,
            Product.title,
            Sku.options,
            Sku.code,
            sa.func.coalesce(StockLevel.on_hand, 0),
            sa.func.coalesce(StockLevel.allocated, 0),
            sa.func.coalesce(StockLevel.low_at, 0),
            Product.state,
            *PICTURE_COLUMNS,
        )
        .join(Product, Product.id == Sku.product_id)
        .outerjoin(StockLevel, StockLevel.sku_id == Sku.id)
        .outerjoin(Media, Media.id == Product.cover_id)
        .where(Sku.id == sku_id)
    ).one_or_none()
    return value_of(StockRow, (*row[:9], picture_of(row[9:]))) if row else None


def level_counts(session: Session) -> dict[str, int]:
    """How many SKUs on sale are low and how many are sold out. One statement."""
    is_out = sa.case((_AVAILABLE <= 0, 1), else_=0)
    is_low = sa.case((StockLevel.low_at >= _AVAILABLE, 1), else_=0)
    row = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(is_low), 0),
            sa.func.coalesce(sa.func.sum(is_out), 0),
        )
        .select_from(StockLevel)
        .join(Sku, Sku.id == StockLevel.sku_id)
        .join(Product, Product.id == Sku.product_id)
        .where(Sku.is_active, Product.state == "on_sale")
    ).one()
    return {"all": row[0], "low": int(row[1]), "out": int(row[2])}


def movement_rows(
    session: Session,
    *,
    sku_id: UUID | None = None,
    kind: str = "",
    page: int = 1,
    per_page: int = 30,
) -> Page[MovementRow]:
    """Changes of stock, newest first. Two statements."""
    where: list[Any] = []
    if sku_id is not None:
        where.append(StockMovement.sku_id == sku_id)
    if kind:
        where.append(StockMovement.kind == kind)
    count = sa.select(sa.func.count()).select_from(StockMovement).where(*where)
    rows = session.execute(
        sa.select(
            StockMovement.id,
            StockMovement.kind,
            StockMovement.quantity,
            StockMovement.reference,
            StockMovement.actor,
            StockMovement.at,
            StockMovement.sku_id,
            Sku.code,
            Product.title,
        )
        .join(Sku, Sku.id == StockMovement.sku_id)
        .join(Product, Product.id == Sku.product_id)
        .where(*where)
        .order_by(StockMovement.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    items = tuple(MovementRow(*row) for row in rows)
    return Page(items, session.scalar(count) or 0, page, per_page)
