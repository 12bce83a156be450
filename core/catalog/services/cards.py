"""Products as lists show them: one row each, with cover, cheapest SKU and what is left."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core.catalog.models import Product, Sku
from core.catalog.types import ProductCard
from core.db.nested import json_rows
from core.db.prepared import Row
from core.media.models import Media
from core.media.services import PICTURE_COLUMNS, picture_of
from core.stock.models import StockLevel

_CARD = (
    Product.id,
    Product.slug,
    Product.title,
    Product.subtitle,
    Product.category_id,
    Product.min_price_fen,
    Product.max_price_fen,
    Product.market_price_fen,
    Product.sold_count,
    Product.published_at,
    Product.cover_id,
)


def with_parts(chosen: sa.Subquery, *more: sa.ColumnElement[Any]) -> sa.Select[*tuple[Any, ...]]:
    """Chosen products with their cover, and their SKUs with stock, for a card each."""
    skus = (
        sa.select(
            json_rows(
                Sku.id,
                Sku.price_fen,
                sa.func.coalesce(StockLevel.on_hand - StockLevel.allocated, 0),
                Sku.position,
            )
        )
        .select_from(Sku)
        .outerjoin(StockLevel, StockLevel.sku_id == Sku.id)
        .where(Sku.product_id == chosen.c.id, Sku.is_active)
        .scalar_subquery()
        .label("skus")
    )
    statement: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            *_CARD,
            skus,
            *more,
            *(column.label(f"cover_{column.key}") for column in PICTURE_COLUMNS),
        )
        .select_from(chosen)
        .join(Product, Product.id == chosen.c.id)
        .outerjoin(Media, Media.id == Product.cover_id)
    )
    return statement


def card(row: Row) -> ProductCard:
    """A row of :func:`with_parts`."""
    skus = row.skus or []
    return ProductCard(
        id=row.id,
        slug=row.slug,
        title=row.title,
        subtitle=row.subtitle,
        category_id=row.category_id,
        sku_id=_quoted_sku(skus),
        price_fen=row.min_price_fen,
        max_price_fen=row.max_price_fen,
        market_price_fen=shown_market_price(row.market_price_fen, row.min_price_fen),
        sold_count=row.sold_count,
        is_sold_out=all(available <= 0 for _, _, available, _ in skus),
        cover=picture_of(row[-len(PICTURE_COLUMNS) :]),
        published_at=row.published_at,
    )


def _quoted_sku(skus: Iterable[Sequence[Any]]) -> UUID | None:
    """The cheapest SKU that can be bought, else the cheapest."""
    ordered = sorted((available <= 0, price, place, sku) for sku, price, available, place in skus)
    return UUID(ordered[0][3]) if ordered else None


def shown_market_price(market_fen: int | None, price_fen: int) -> int | None:
    """A struck-through price is shown only when it is above the price."""
    return market_fen if market_fen is not None and market_fen > price_fen else None
