"""Products as lists show them: one row each, with cover, cheapest SKU and what is left."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core.catalog.models import Product, Sku
from core.catalog.types import ProductCard
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
_IN_STOCK, _SOLD_OUT = "+", "-"
_NONE_QUOTED = f"{_SOLD_OUT}0 0 "
_ZERO = sa.literal_column("0", sa.Integer)
_SIGN = {sign: sa.literal_column(f"'{sign}'", sa.String) for sign in (_IN_STOCK, _SOLD_OUT, " ")}
"""Constants stand in the text: a driver takes microseconds for each value of each statement."""


def with_parts(chosen: sa.Subquery, *more: sa.ColumnElement[Any]) -> sa.Select[*tuple[Any, ...]]:
    """Chosen products with their cover and the SKU that is quoted, for a card each.

    That is the cheapest one which can be bought, else the cheapest. It comes as one text: a sign
    that says which of the two, its price, its cost, and its id.
    """
    is_left = sa.func.coalesce(StockLevel.on_hand - StockLevel.allocated, _ZERO) > _ZERO
    quoted = (
        sa.select(
            sa.case((is_left, _SIGN[_IN_STOCK]), else_=_SIGN[_SOLD_OUT])
            + sa.cast(Sku.price_fen, sa.String)
            + _SIGN[" "]
            + sa.cast(Sku.cost_fen, sa.String)
            + _SIGN[" "]
            + sa.cast(Sku.id, sa.String)
        )
        .select_from(Sku)
        .outerjoin(StockLevel, StockLevel.sku_id == Sku.id)
        .where(Sku.product_id == chosen.c.id, Sku.is_active)
        .order_by(is_left.desc(), Sku.price_fen, Sku.position, Sku.id)
        .limit(sa.literal_column("1"))
        .scalar_subquery()
        .label("quoted")
    )
    statement: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            *_CARD,
            quoted,
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
    quoted = row.quoted or _NONE_QUOTED
    price, cost, sku_id = quoted[1:].split(" ")
    return ProductCard(
        id=row.id,
        slug=row.slug,
        title=row.title,
        subtitle=row.subtitle,
        category_id=row.category_id,
        sku_id=UUID(sku_id) if sku_id else None,
        price_fen=row.min_price_fen,
        max_price_fen=row.max_price_fen,
        market_price_fen=shown_market_price(row.market_price_fen, row.min_price_fen),
        sold_count=row.sold_count,
        is_sold_out=quoted[0] == _SOLD_OUT,
        cover=picture_of(row[-len(PICTURE_COLUMNS) :]),
        published_at=row.published_at,
        sku_price_fen=int(price),
        sku_cost_fen=int(cost),
    )


def shown_market_price(market_fen: int | None, price_fen: int) -> int | None:
    """A struck-through price is shown only when it is above the price."""
    return market_fen if market_fen is not None and market_fen > price_fen else None
