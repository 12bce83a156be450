"""Making, changing and publishing products."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.events import ProductPublished
from core.catalog.models import Category, Product, ProductPicture, ProductTerm, Sku
from core.catalog.rules.drafts import (
    MOST_PICTURES,
    PRODUCT_STATES,
    ProductState,
    checked_product,
)
from core.catalog.services.indexing import index_products
from core.catalog.services.skus import save_skus
from core.catalog.types import ProductDraft, SkuDraft
from core.db import state
from core.db.outbox import announce
from core.db.prepared import Prepared
from core.kernel.clock import now
from core.kernel.errors import Conflict, InvalidInput, NotFound, Rejected
from core.kernel.ids import new_code, new_id
from core.media.models import Media
from core.stock.services import discard_levels


def create_product(
    session: Session,
    draft: ProductDraft,
    *,
    skus: Sequence[SkuDraft] = (),
    pictures: Sequence[UUID] = (),
    actor: str,
) -> UUID:
    """Make a product, as a draft nobody sees yet; returns its id.

    Raises:
        InvalidInput: a wrong field, an address or code that is taken.
    """
    is_own_slug = bool(draft.slug)
    draft = checked_product(draft)
    draft = replace(draft, slug=_free_slug(session, draft.slug, is_own_slug, None))
    _check_category(session, draft.category_id)
    product_id, at = new_id(), now()
    session.execute(
        sa.insert(Product).values(
            id=product_id,
            state=ProductState.DRAFT,
            source_key=draft.source_key,
            sold_count=draft.sold_count,
            created_at=at,
            updated_at=at,
            **product_values(draft),
        )
    )
    if pictures:
        save_pictures(session, product_id, pictures)
    if skus:
        save_skus(session, product_id, skus, actor=actor)
    else:
        index_products(session, [product_id])
    return product_id


def update_product(
    session: Session, product_id: UUID, draft: ProductDraft, *, version: int | None = None
) -> None:
    """Change a product's texts and settings; SKUs and pictures have functions of their own.

    ``version`` is the one the form was filled in on; ``None`` overwrites whatever is there.
    ``source_key`` and ``sold_count`` of the draft are not looked at.

    Raises:
        NotFound: no such product.
        Conflict: somebody else changed it since ``version``.
        InvalidInput: a wrong field, or an address that is taken.
    """
    old = session.execute(_HEAD.where(Product.id == product_id).with_for_update()).first()
    if old is None:
        raise NotFound("catalog.no_product", "There is no such product.")
    if version is not None and old.version != version:
        raise Conflict(
            "catalog.stale", "Somebody else has changed this product. Load it again, then save."
        )
    draft = checked_product(replace(draft, slug=draft.slug or old.slug))
    _free_slug(session, draft.slug, True, product_id)
    _check_category(session, draft.category_id)
    session.execute(
        sa.update(Product)
        .where(Product.id == product_id)
        .values(version=Product.version + 1, updated_at=now(), **product_values(draft))
        .execution_options(synchronize_session=False)
    )
    index_products(session, [product_id])
    state.bump(session, state.CATALOG)


def set_product_state(session: Session, product_ids: Collection[UUID], target: str) -> int:
    """Put products on sale (``on_sale``) or take them off (``off_sale``); returns how many moved.

    Those that stand there already are left alone. A product that goes on sale is announced.

    Raises:
        Rejected: one to be put on sale has no active SKU.
        Conflict: a move that does not exist, such as taking a draft off sale.
    """
    goal = ProductState(target)
    rows = session.execute(
        _HEAD.where(Product.id.in_(product_ids)).order_by(Product.id).with_for_update()
    ).all()
    moving = [row for row in rows if PRODUCT_STATES.is_move(ProductState(row.state), goal)]
    if not moving:
        return 0
    ids = [row.id for row in moving]
    values: dict[str, Any] = {"state": goal, "updated_at": now()}
    if goal is ProductState.ON_SALE:
        _refuse_empty(session, ids)
        values["published_at"] = sa.func.coalesce(Product.published_at, now())
        announce(session, *(ProductPublished(product_id=row.id, title=row.title) for row in moving))
    session.execute(
        sa.update(Product)
        .where(Product.id.in_(ids))
        .values(version=Product.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    state.bump(session, state.CATALOG)
    return len(moving)


def delete_drafts(session: Session, product_ids: Collection[UUID]) -> int:
    """Delete products that were never on sale, stock and all; others are left alone.

    Returns:
        How many were deleted.
    """
    drafts = session.scalars(
        sa.select(Product.id).where(
            Product.id.in_(product_ids),
            Product.state == ProductState.DRAFT,
            Product.published_at.is_(None),
        )
    ).all()
    if drafts:
        skus = session.scalars(sa.select(Sku.id).where(Sku.product_id.in_(drafts))).all()
        discard_levels(session, skus)
        for table in (ProductTerm, ProductPicture, Sku):
            session.execute(sa.delete(table).where(table.product_id.in_(drafts)))
        session.execute(sa.delete(Product).where(Product.id.in_(drafts)))
    return len(drafts)


def save_pictures(session: Session, product_id: UUID, pictures: Sequence[UUID]) -> None:
    """Make these the product's gallery, in this order; the first becomes its cover.

    Raises:
        InvalidInput: too many, or one that does not exist.
    """
    wanted = list(dict.fromkeys(pictures))
    if len(wanted) > MOST_PICTURES:
        raise InvalidInput(
            "catalog.many_pictures",
            "A product takes at most %(limit)s pictures.",
            limit=MOST_PICTURES,
            field="pictures",
        )
    known = set(session.scalars(sa.select(Media.id).where(Media.id.in_(wanted))))
    if known != set(wanted):
        raise InvalidInput("media.unknown", "There is no such picture.", field="pictures")
    session.execute(sa.delete(ProductPicture).where(ProductPicture.product_id == product_id))
    if wanted:
        session.execute(
            sa.insert(ProductPicture),
            [
                {"product_id": product_id, "media_id": media_id, "position": position}
                for position, media_id in enumerate(wanted)
            ],
        )
    session.execute(
        sa.update(Product)
        .where(Product.id == product_id)
        .values(cover_id=wanted[0] if wanted else None, updated_at=now())
    )
    state.bump(session, state.CATALOG)


_sold = Product.__table__.c.sold_count + sa.bindparam("pieces", type_=sa.BigInteger())
_COUNT_SOLD = Prepared(
    sa.update(Product.__table__)  # type: ignore[arg-type]
    .where(Product.__table__.c.id == sa.bindparam("key"))
    .values(sold_count=sa.case((_sold > 0, _sold), else_=0))
)


def count_sold(session: Session, quantities: dict[UUID, int]) -> None:
    """Add pieces to the “sold” figure of products (negative takes back, never below zero)."""
    _COUNT_SOLD.many(
        session,
        [{"key": key, "pieces": pieces} for key, pieces in sorted(quantities.items())],
    )


_HEAD = sa.select(Product.id, Product.slug, Product.title, Product.state, Product.version)


def product_values(draft: ProductDraft) -> dict[str, Any]:
    """Columns of a product's row that a draft sets."""
    return {
        "slug": draft.slug,
        "title": draft.title,
        "subtitle": draft.subtitle,
        "description": draft.description,
        "attributes": [list(pair) for pair in draft.attributes],
        "category_id": draft.category_id,
        "market_price_fen": draft.market_price_fen,
        "per_member_limit": draft.per_member_limit,
        "position": draft.position,
    }


def _free_slug(session: Session, slug: str, is_own: bool, product_id: UUID | None) -> str:
    """The slug, or with a short code behind it when it is taken and was made by us.

    Raises:
        InvalidInput: it is taken and the merchant chose it.
    """
    taken = session.scalar(sa.select(Product.id).where(Product.slug == slug))
    if taken is None or taken == product_id:
        return slug
    if is_own:
        raise InvalidInput("catalog.slug_taken", "This address is taken.", field="slug")
    return f"{slug}-{new_code(5).lower()}"


def _check_category(session: Session, category_id: UUID | None) -> None:
    if category_id is None:
        return
    if session.scalar(sa.select(Category.id).where(Category.id == category_id)) is None:
        raise InvalidInput("catalog.no_category", "There is no such category.", field="category_id")


def _refuse_empty(session: Session, product_ids: Sequence[UUID]) -> None:
    title = session.scalar(
        sa.select(Product.title)
        .where(
            Product.id.in_(product_ids),
            ~sa.exists().where(Sku.product_id == Product.id, Sku.is_active),
        )
        .limit(1)
    )
    if title is not None:
        raise Rejected(
            "catalog.no_sku_to_sell", "“%(title)s” has no SKU that could be sold.", title=title
        )
