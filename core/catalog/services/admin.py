"""What the merchant's pages read: lists with drafts and stock, a product as its form shows it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.models import Category, Product, ProductPicture, Sku
from core.catalog.rules.drafts import ProductState
from core.catalog.rules.words import Word, query_words
from core.catalog.services.listing import LAST_PAGE, shelf_ids
from core.catalog.services.search import matches, search_values, shape_of
from core.catalog.types import ProductEdit, ProductRow, SkuEdit
from core.kernel.errors import NotFound
from core.kernel.paging import Page
from core.media.models import Media
from core.media.services import PICTURE_COLUMNS, picture_of
from core.media.types import PictureView
from core.stock.models import StockLevel

Selection = sa.Select[UUID]
"""A selection of product ids, to be used inside another one."""

_AVAILABLE = StockLevel.on_hand - StockLevel.allocated


def admin_products(
    session: Session,
    *,
    query: str = "",
    state: str = "",
    category: str | None = None,
    only_low: bool = False,
    within: Selection | None = None,
    page: int = 1,
    per_page: int = 30,
) -> Page[ProductRow]:
    """A page of all products, last changed first, in two statements.

    ``query`` searches as the store does (SKU codes included); ``state`` and ``category`` (a slug)
    narrow the list; ``only_low`` keeps those with a SKU that is sold out or low; ``within`` those
    whose id is in a selection.
    """
    words = query_words(query)
    page = min(max(1, page), LAST_PAGE)
    if query.strip() and not words:
        return Page((), 0, page, per_page)
    wanted = _wanted(words, state, category, within)
    if only_low:
        wanted.append(Product.id.in_(_low_products()))
    values = search_values(words)
    total = session.scalar(sa.select(sa.func.count(Product.id)).where(*wanted), values) or 0
    chosen = (
        sa.select(Product.id)
        .where(*wanted)
        .order_by(Product.updated_at.desc(), Product.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
        .subquery("chosen")
    )
    rows = session.execute(_rows_statement(chosen), values)
    return Page(tuple(map(_row, rows)), total, page, per_page)


def admin_product_ids(
    session: Session,
    *,
    query: str = "",
    state: str = "",
    category: str | None = None,
    within: Selection | None = None,
    limit: int,
) -> Sequence[UUID]:
    """Ids of what :func:`admin_products` lists, over all its pages, ``limit`` at most.

    One statement; for what staff does with everything that a search finds.
    """
    words = query_words(query)
    if query.strip() and not words:
        return ()
    chosen = (
        sa.select(Product.id)
        .where(*_wanted(words, state, category, within))
        .order_by(Product.updated_at.desc(), Product.id.desc())
        .limit(limit)
    )
    return session.scalars(chosen, search_values(words)).all()


def _wanted(
    words: Sequence[Word], state: str, category: str | None, within: Selection | None
) -> list[sa.ColumnElement[bool]]:
    wanted = matches(shape_of(words))
    if state:
        wanted.append(Product.state == state)
    if category:
        wanted.append(Product.category_id.in_(shelf_ids(sa.literal(category))))
    if within is not None:
        wanted.append(Product.id.in_(within))
    return wanted


def product_for_edit(session: Session, product_id: UUID) -> ProductEdit:
    """A product with inactive SKUs, costs and stock, as the admin's form shows it.

    Raises:
        NotFound: no such product.
    """
    product = session.execute(sa.select(Product.__table__).where(Product.id == product_id)).first()
    if product is None:
        raise NotFound("catalog.no_product", "There is no such product.")
    pictures = session.execute(
        sa.select(*PICTURE_COLUMNS)
        .join(ProductPicture, ProductPicture.media_id == Media.id)
        .where(ProductPicture.product_id == product_id)
        .order_by(ProductPicture.position)
    )
    return ProductEdit(
        id=product.id,
        slug=product.slug,
        title=product.title,
        subtitle=product.subtitle,
        description=product.description,
        attributes=tuple((name, value) for name, value in product.attributes),
        category_id=product.category_id,
        state=product.state,
        market_price_fen=product.market_price_fen,
        per_member_limit=product.per_member_limit,
        position=product.position,
        version=product.version,
        pictures=tuple(PictureView(*row) for row in pictures),
        skus=_skus_for_edit(session, product_id),
    )


def catalog_counts(session: Session) -> dict[str, int]:
    """Figures for the admin's dashboard: products by state, and ``low``: on sale and short."""
    rows = session.execute(sa.select(Product.state, sa.func.count()).group_by(Product.state))
    counts = dict.fromkeys(map(str, ProductState), 0) | {str(row[0]): int(row[1]) for row in rows}
    low = sa.select(sa.func.count()).where(
        Product.state == ProductState.ON_SALE, Product.id.in_(_low_products())
    )
    return {**counts, "low": session.scalar(low) or 0}


def _low_products() -> sa.Select[UUID]:
    return (
        sa.select(Sku.product_id)
        .join(StockLevel, StockLevel.sku_id == Sku.id)
        .where(Sku.is_active, StockLevel.low_at >= _AVAILABLE)
    )


def _rows_statement(chosen: sa.Subquery) -> sa.Select[*tuple[Any, ...]]:
    def over_skus(value: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
        return (
            sa.select(value)
            .select_from(Sku)
            .outerjoin(StockLevel, StockLevel.sku_id == Sku.id)
            .where(Sku.product_id == chosen.c.id, Sku.is_active)
            .scalar_subquery()
        )

    is_low = sa.case((StockLevel.low_at >= _AVAILABLE, 1), else_=0)
    statement: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            Product.id,
            Product.slug,
            Product.title,
            Product.state,
            Category.name.label("category_name"),
            Product.min_price_fen,
            Product.max_price_fen,
            Product.sold_count,
            over_skus(sa.func.count(Sku.id)).label("sku_count"),
            over_skus(sa.func.coalesce(sa.func.sum(_AVAILABLE), 0)).label("available"),
            over_skus(sa.func.coalesce(sa.func.max(is_low), 0)).label("is_low"),
            Product.updated_at,
            *(column.label(f"cover_{column.key}") for column in PICTURE_COLUMNS),
        )
        .select_from(chosen)
        .join(Product, Product.id == chosen.c.id)
        .outerjoin(Category, Category.id == Product.category_id)
        .outerjoin(Media, Media.id == Product.cover_id)
        .order_by(Product.updated_at.desc(), Product.id.desc())
    )
    return statement


def _row(row: sa.Row[*tuple[Any, ...]]) -> ProductRow:
    return ProductRow(
        id=row.id,
        slug=row.slug,
        title=row.title,
        state=row.state,
        category_name=row.category_name,
        min_price_fen=row.min_price_fen,
        max_price_fen=row.max_price_fen,
        sold_count=row.sold_count,
        sku_count=row.sku_count,
        available=int(row.available),
        is_low=bool(row.is_low),
        cover=picture_of(row[-len(PICTURE_COLUMNS) :]),
        updated_at=row.updated_at,
    )


def _skus_for_edit(session: Session, product_id: UUID) -> tuple[SkuEdit, ...]:
    rows = session.execute(
        sa.select(
            Sku.id,
            Sku.code,
            Sku.options,
            Sku.price_fen,
            Sku.cost_fen,
            Sku.market_price_fen,
            Sku.picture_id,
            Sku.weight_g,
            Sku.is_active,
            sa.func.coalesce(StockLevel.on_hand, 0),
            sa.func.coalesce(StockLevel.allocated, 0),
            sa.func.coalesce(StockLevel.low_at, 0),
        )
        .outerjoin(StockLevel, StockLevel.sku_id == Sku.id)
        .where(Sku.product_id == product_id)
        .order_by(Sku.is_active.desc(), Sku.position, Sku.id)
    )
    return tuple(SkuEdit(*row) for row in rows)
