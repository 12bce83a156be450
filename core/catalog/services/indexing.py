"""Keeping what is derived of a product up to date: search terms and price bounds."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.models import Category, Product, ProductTerm, Sku
from core.catalog.rules.words import index_terms, search_text

_TERM = ProductTerm.__table__
_CHUNK = 500


def index_products(session: Session, product_ids: Sequence[UUID]) -> None:
    """Write search terms and search text anew; a few statements per 500 products."""
    for start in range(0, len(product_ids), _CHUNK):
        _index(session, product_ids[start : start + _CHUNK])


def keep_price_bounds(session: Session, product_ids: Collection[UUID]) -> None:
    """Make the bounds of products equal to those of their active SKUs, in one statement."""
    prices = sa.select(Sku.price_fen).where(Sku.product_id == Product.id, Sku.is_active)
    lowest = prices.with_only_columns(sa.func.min(Sku.price_fen)).scalar_subquery()
    highest = prices.with_only_columns(sa.func.max(Sku.price_fen)).scalar_subquery()
    session.execute(
        sa.update(Product)
        .where(Product.id.in_(product_ids))
        .values(
            min_price_fen=sa.func.coalesce(lowest, 0), max_price_fen=sa.func.coalesce(highest, 0)
        )
        .execution_options(synchronize_session=False)
    )


def _index(session: Session, product_ids: Sequence[UUID]) -> None:
    texts = _texts(session, product_ids)
    session.execute(
        sa.update(Product.__table__)  # type: ignore[arg-type]
        .where(Product.__table__.c.id == sa.bindparam("key"))
        .values(search_text=sa.bindparam("text")),
        [{"key": key, "text": search_text(found)} for key, found in texts.items()],
    )
    session.execute(sa.delete(_TERM).where(_TERM.c.product_id.in_(product_ids)))  # type: ignore[arg-type]
    terms = [
        {"term": term, "product_id": key}
        for key, found in texts.items()
        for term in sorted(index_terms(found))
    ]
    if terms:
        session.execute(sa.insert(_TERM), terms)  # type: ignore[arg-type]


def _shelf_names(session: Session) -> dict[UUID, list[str]]:
    """Names of each shelf and of those above it, in both languages."""
    rows = session.execute(
        sa.select(Category.id, Category.parent_id, Category.name, Category.name_en)
    )
    shelves = {row.id: row for row in rows}
    names: dict[UUID, list[str]] = {}
    for shelf_id in shelves:
        names[shelf_id], above = [], shelves.get(shelf_id)
        while above is not None:
            names[shelf_id] += [above.name, above.name_en]
            above = shelves.get(above.parent_id)
    return names


def _texts(session: Session, product_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """What each product is found by: its own texts, its shelves' names, its SKUs."""
    texts: dict[UUID, list[str]] = defaultdict(list)
    shelves = _shelf_names(session)
    products = sa.select(
        Product.id, Product.title, Product.subtitle, Product.attributes, Product.category_id
    )
    for row in session.execute(products.where(Product.id.in_(product_ids))):
        values = [value for _, value in row.attributes]
        texts[row.id] += [row.title, row.subtitle, *values, *shelves.get(row.category_id, ())]
    skus = sa.select(Sku.product_id, Sku.code, Sku.options).where(Sku.product_id.in_(product_ids))
    for row in session.execute(skus.order_by(Sku.product_id, Sku.position, Sku.id)):
        texts[row.product_id] += [row.code, *row.options.values()]
    return {key: list(dict.fromkeys(found)) for key, found in texts.items()}
