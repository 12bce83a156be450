"""Adding many products at once: a few statements per batch, whatever its size."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.events import ProductPublished
from core.catalog.models import Product, ProductPicture, Sku
from core.catalog.rules.drafts import ProductState
from core.catalog.services.indexing import index_products
from core.catalog.services.products import product_values
from core.catalog.services.skus import sku_values
from core.catalog.types import ProductDraft, SkuDraft
from core.db import state
from core.db.outbox import announce
from core.kernel.clock import now
from core.kernel.ids import new_code, new_id
from core.kernel.values import dataclass
from core.stock.rules import MovementKind
from core.stock.services import open_levels


@dataclass(frozen=True)
class BulkProduct:
    """A product to be added; drafts are checked, codes free, category and pictures known."""

    draft: ProductDraft
    skus: Sequence[SkuDraft]
    pictures: Sequence[UUID] = ()
    state: str = ProductState.ON_SALE


def add_products(
    session: Session, products: Sequence[BulkProduct], *, actor: str, kind: MovementKind
) -> list[UUID]:
    """Add products with SKUs, stock, pictures and search terms; returns their ids in order.

    An address that is taken gets a short code behind it. Those on sale are announced. ``kind`` is
    how the first stock is booked.
    """
    if not products:
        return []
    ids = [new_id() for _ in products]
    slugs = _free_slugs(session, [product.draft.slug for product in products])
    pairs = list(zip(ids, products, strict=True))
    session.execute(
        sa.insert(Product.__table__),  # type: ignore[arg-type]
        [_product_row(key, product, slugs[n]) for n, (key, product) in enumerate(pairs)],
    )
    _add_skus(session, pairs, actor, kind)
    pictures = [
        {"product_id": key, "media_id": media, "position": place}
        for key, product in pairs
        for place, media in enumerate(product.pictures)
    ]
    if pictures:
        session.execute(sa.insert(ProductPicture.__table__), pictures)  # type: ignore[arg-type]
    index_products(session, ids)
    published = [
        ProductPublished(product_id=key, title=product.draft.title)
        for key, product in pairs
        if product.state == ProductState.ON_SALE
    ]
    if published:
        announce(session, *published)
    state.bump(session, state.CATALOG)
    return ids


def _product_row(key: UUID, product: BulkProduct, slug: str) -> dict[str, object]:
    at = now()
    prices = [sku.price_fen for sku in product.skus if sku.is_active] or [0]
    return {
        **product_values(product.draft),
        "id": key,
        "slug": slug,
        "state": product.state,
        "cover_id": product.pictures[0] if product.pictures else None,
        "min_price_fen": min(prices),
        "max_price_fen": max(prices),
        "source_key": product.draft.source_key,
        "sold_count": product.draft.sold_count,
        "created_at": at,
        "updated_at": at,
        "published_at": at if product.state == ProductState.ON_SALE else None,
    }


def _add_skus(
    session: Session,
    pairs: Sequence[tuple[UUID, BulkProduct]],
    actor: str,
    kind: MovementKind,
) -> None:
    rows, counts, low_at = [], {}, {}
    for product_id, product in pairs:
        for place, sku in enumerate(product.skus):
            sku_id = new_id()
            rows.append({"id": sku_id, "product_id": product_id, **sku_values(sku, place)})
            counts[sku_id], low_at[sku_id] = sku.on_hand, sku.low_at
    if rows:
        session.execute(sa.insert(Sku.__table__), rows)  # type: ignore[arg-type]
        open_levels(session, counts, low_at=low_at, actor=actor, kind=kind)


def _free_slugs(session: Session, wanted: Sequence[str]) -> list[str]:
    taken = set(session.scalars(sa.select(Product.slug).where(Product.slug.in_(wanted))))
    slugs = []
    for slug in wanted:
        free = slug if slug not in taken else f"{slug[:110]}-{new_code(6).lower()}"
        taken.add(free)
        slugs.append(free)
    return slugs
