"""Products as they are now, many at once, in the words of an import: to compare with the file."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.importing.types import NewProduct
from core.catalog.models import Category, Product, ProductPicture, Sku
from core.catalog.types import ProductDraft, SkuDraft
from core.kernel.values import dataclass
from core.media.models import Media
from core.stock.models import StockLevel

PICTURE_MARK = 12
"""How many characters of a picture's hash stand behind its name in a file."""


@dataclass(frozen=True)
class StoredSku:
    """A SKU as it is. ``draft.on_hand`` is its count now."""

    draft: SkuDraft
    allocated: int


@dataclass(frozen=True)
class Stored:
    """A product as it is, SKUs in the merchant's order. ``pictures`` are ids of its gallery."""

    id: UUID
    draft: ProductDraft
    category: tuple[str, ...]
    pictures: tuple[UUID, ...]
    picture_names: tuple[str, ...]
    state: str
    skus: tuple[StoredSku, ...]

    def wanted_draft(self, new: NewProduct, category_id: UUID | None) -> ProductDraft:
        """The product's texts after the import: the file's where it gives them, else its own."""
        fields = {
            "title": "title",
            "subtitle": "subtitle",
            "description": "description",
            "attributes": "attributes",
            "market_price": "market_price_fen",
            "limit": "per_member_limit",
            "position": "position",
        }
        given = {
            name: getattr(new.draft, name) for column, name in fields.items() if column in new.given
        }
        shelf = category_id if "category" in new.given else self.draft.category_id
        return replace(self.draft, category_id=shelf, **given)

    def wanted_skus(self, new: NewProduct) -> tuple[SkuDraft, ...]:
        """The SKUs after the import: its own, changed where the file gives more, then new ones."""
        own = {stored.draft.code: stored.draft for stored in self.skus}
        named = {sku.code: sku for sku in new.skus}
        changed = [_changed(sku, named.get(code), new.given) for code, sku in own.items()]
        added = [sku for code, sku in named.items() if code not in own]
        return (*changed, *added)


def _changed(own: SkuDraft, sku: SkuDraft | None, given: Collection[str]) -> SkuDraft:
    if sku is None:
        return own
    fields = {
        "cost": "cost_fen",
        "sku_market_price": "market_price_fen",
        "weight_g": "weight_g",
        "active": "is_active",
    }
    values = {name: getattr(sku, name) for column, name in fields.items() if column in given}
    if "value1" in given:
        values["options"] = sku.options
    return replace(own, price_fen=sku.price_fen or own.price_fen, **values)


def load_stored(session: Session, product_ids: Collection[UUID]) -> dict[UUID, Stored]:
    """Products by id, in four statements; their stock is locked until the transaction ends."""
    if not product_ids:
        return {}
    paths = category_paths(session)
    skus = _skus(session, product_ids)
    pictures = _pictures(session, product_ids)
    table = Product.__table__
    return {
        row.id: Stored(
            id=row.id,
            draft=ProductDraft(
                title=row.title,
                subtitle=row.subtitle,
                description=row.description,
                slug=row.slug,
                attributes=tuple((name, value) for name, value in row.attributes),
                category_id=row.category_id,
                market_price_fen=row.market_price_fen,
                per_member_limit=row.per_member_limit,
                position=row.position,
                source_key=row.source_key,
                sold_count=row.sold_count,
            ),
            category=paths.get(row.category_id, ()),
            pictures=tuple(media for media, _ in pictures.get(row.id, ())),
            picture_names=tuple(name for _, name in pictures.get(row.id, ())),
            state=row.state,
            skus=tuple(skus.get(row.id, ())),
        )
        for row in session.execute(sa.select(table).where(table.c.id.in_(product_ids)))
    }


def category_paths(session: Session) -> dict[UUID | None, tuple[str, ...]]:
    """Names of every shelf from the root down."""
    rows = session.execute(sa.select(Category.id, Category.parent_id, Category.name))
    shelves: Mapping[UUID, sa.Row[UUID, UUID | None, str]] = {row.id: row for row in rows}
    paths: dict[UUID | None, tuple[str, ...]] = {None: ()}
    for shelf_id, row in shelves.items():
        names, above = [row.name], shelves.get(row.parent_id) if row.parent_id else None
        while above is not None:
            names.append(above.name)
            above = shelves.get(above.parent_id) if above.parent_id else None
        paths[shelf_id] = tuple(reversed(names))
    return paths


def _skus(session: Session, product_ids: Collection[UUID]) -> dict[UUID, list[StoredSku]]:
    rows = session.execute(
        sa.select(Sku.__table__, StockLevel.on_hand, StockLevel.allocated, StockLevel.low_at)
        .join(StockLevel, StockLevel.sku_id == Sku.id)
        .where(Sku.product_id.in_(product_ids))
        .order_by(Sku.id)
        .with_for_update(of=StockLevel)
    ).all()
    found: dict[UUID, list[StoredSku]] = {}
    for row in sorted(rows, key=lambda row: (not row.is_active, row.position, row.id)):
        draft = SkuDraft(
            code=row.code,
            price_fen=row.price_fen,
            options=row.options,
            id=row.id,
            cost_fen=row.cost_fen,
            market_price_fen=row.market_price_fen,
            picture_id=row.picture_id,
            weight_g=row.weight_g,
            is_active=row.is_active,
            on_hand=row.on_hand,
            low_at=row.low_at,
        )
        found.setdefault(row.product_id, []).append(StoredSku(draft, row.allocated))
    return found


def _pictures(
    session: Session, product_ids: Collection[UUID]
) -> dict[UUID, list[tuple[UUID, str]]]:
    rows = session.execute(
        sa.select(ProductPicture.product_id, Media.id, Media.filename, Media.content_hash)
        .join(Media, Media.id == ProductPicture.media_id)
        .where(ProductPicture.product_id.in_(product_ids))
        .order_by(ProductPicture.product_id, ProductPicture.position)
    )
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for product_id, media_id, filename, content_hash in rows:
        name = f"{filename}#{content_hash[:PICTURE_MARK]}"
        found.setdefault(product_id, []).append((media_id, name))
    return found
