"""What products and SKUs are called, for staff: drafts and things off sale among them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.models import Product, Sku
from core.catalog.types import ProductName, SkuName

_NAMES = (
    sa.select(
        Sku.id,
        Sku.product_id,
        Product.category_id,
        Sku.code,
        Product.title,
        Sku.options,
        Sku.price_fen,
        Sku.cost_fen,
    )
    .join(Product, Product.id == Sku.product_id)
    .order_by(Product.title, Sku.product_id, Sku.position, Sku.id)
)
_AT_ONCE = 500


def product_titles(session: Session, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Titles of products in any state; a statement for each five hundred."""
    found: dict[UUID, str] = {}
    for some in _parts(ids):
        query = sa.select(Product.id, Product.title).where(Product.id.in_(some))
        found.update((row.id, row.title) for row in session.execute(query))
    return found


def products_named(session: Session, ids: Collection[UUID]) -> Sequence[ProductName]:
    """Products by id, by their titles; a statement for each five hundred."""
    return _products(session, Product.id, ids)


def products_addressed(session: Session, slugs: Collection[str]) -> Sequence[ProductName]:
    """Products by address; what is none is left out. A statement for each five hundred."""
    return _products(session, Product.slug, slugs)


def skus_named(session: Session, ids: Collection[UUID]) -> Sequence[SkuName]:
    """SKUs by id, by the titles of their products; a statement for each five hundred."""
    return _named(session, Sku.id, ids)


def skus_coded(session: Session, codes: Collection[str]) -> Sequence[SkuName]:
    """SKUs by code; codes that nothing has are left out. A statement for each five hundred."""
    return _named(session, Sku.code, codes)


def skus_of(session: Session, product_ids: Collection[UUID]) -> Sequence[SkuName]:
    """All SKUs of some products; a statement for each five hundred products."""
    return _named(session, Sku.product_id, product_ids)


def _products(session: Session, column: Any, values: Collection[Any]) -> Sequence[ProductName]:
    return [
        ProductName(*row)
        for some in _parts(values)
        for row in session.execute(
            sa.select(Product.id, Product.slug, Product.title, Product.category_id)
            .where(column.in_(some))
            .order_by(Product.title, Product.id)
        )
    ]


def _named(session: Session, column: Any, values: Collection[Any]) -> Sequence[SkuName]:
    return [
        SkuName(*row)
        for some in _parts(values)
        for row in session.execute(_NAMES.where(column.in_(some)))
    ]


def _parts(values: Collection[Any]) -> list[list[Any]]:
    """Lists short enough for one statement."""
    known = list(dict.fromkeys(values))
    return [known[start : start + _AT_ONCE] for start in range(0, len(known), _AT_ONCE)]
