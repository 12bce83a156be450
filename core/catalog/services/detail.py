"""One product, and the lines of a cart: everything a page needs in one statement."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.models import Category, Product, ProductPicture, Sku
from core.catalog.rules.drafts import ProductState
from core.catalog.services.cards import shown_market_price
from core.catalog.types import OptionView, ProductDetail, SkuFacts, SkuView
from core.db.nested import json_rows
from core.db.prepared import Prepared, Row, among
from core.kernel.errors import NotFound
from core.media.models import Media
from core.media.services import PICTURE_COLUMNS, picture_of
from core.media.types import PictureView
from core.stock.models import StockLevel

_AVAILABLE = sa.func.coalesce(StockLevel.on_hand - StockLevel.allocated, 0)

_SKUS = (
    sa.select(
        json_rows(
            Sku.position,
            Sku.id,
            Sku.code,
            Sku.options,
            Sku.price_fen,
            Sku.market_price_fen,
            _AVAILABLE,
            sa.func.coalesce(StockLevel.low_at, 0),
            Sku.picture_id,
            Sku.cost_fen,
            Sku.weight_g,
        )
    )
    .select_from(Sku)
    .outerjoin(StockLevel, StockLevel.sku_id == Sku.id)
    .where(Sku.product_id == Product.id, Sku.is_active)
    .correlate(Product)
    .scalar_subquery()
)

_SKU_PICTURE = sa.orm.aliased(Sku)
_PICTURES = (
    sa.select(json_rows(ProductPicture.position, *PICTURE_COLUMNS))
    .select_from(Media)
    .outerjoin(
        ProductPicture,
        (ProductPicture.media_id == Media.id) & (ProductPicture.product_id == Product.id),
    )
    .where(
        Media.id.in_(
            sa.select(ProductPicture.media_id)
            .where(ProductPicture.product_id == Product.id)
            .correlate(Product)
            .union_all(
                sa.select(_SKU_PICTURE.picture_id)
                .where(_SKU_PICTURE.product_id == Product.id, _SKU_PICTURE.picture_id.is_not(None))
                .correlate(Product)
            )
        )
    )
    .correlate(Product)
    .scalar_subquery()
)

_DETAIL = Prepared(
    sa.select(
        Product.id,
        Product.slug,
        Product.title,
        Product.subtitle,
        Product.description,
        Product.attributes,
        Product.category_id,
        Category.slug.label("category_slug"),
        Category.name.label("category_name"),
        Category.name_en.label("category_name_en"),
        Product.state,
        Product.min_price_fen,
        Product.max_price_fen,
        Product.market_price_fen,
        Product.sold_count,
        Product.per_member_limit,
        Product.version,
        Product.published_at,
        _SKUS.label("skus"),
        _PICTURES.label("pictures"),
    )
    .outerjoin(Category, Category.id == Product.category_id)
    .where(Product.slug == sa.bindparam("slug", type_=sa.String()))
)

_LINES = Prepared(
    sa.select(
        Sku.id,
        Product.id.label("product_id"),
        Product.category_id,
        Product.slug,
        Product.title,
        Sku.code,
        Sku.options,
        Sku.price_fen,
        Sku.market_price_fen,
        Sku.cost_fen,
        Sku.weight_g,
        _AVAILABLE.label("available"),
        Product.per_member_limit,
        Product.state,
        Sku.is_active,
        *(column.label(f"picture_{column.key}") for column in PICTURE_COLUMNS),
    )
    .join(Product, Product.id == Sku.product_id)
    .outerjoin(StockLevel, StockLevel.sku_id == Sku.id)
    .outerjoin(Media, Media.id == sa.func.coalesce(Sku.picture_id, Product.cover_id))
    .where(among(Sku.id, "ids"))
)


def product_detail(session: Session, slug: str, *, include_drafts: bool = False) -> ProductDetail:
    """Everything the product page shows, in one statement: SKUs, stock and pictures included.

    A product off sale is returned too; drafts only with ``include_drafts`` (the admin's preview).

    Raises:
        NotFound: no product has this address, or it is still a draft.
    """
    row = _DETAIL.first(session, {"slug": slug.replace("\0", "")})
    if row is None or (row.state == ProductState.DRAFT and not include_drafts):
        raise NotFound("catalog.no_product", "There is no such product.")
    views, gallery = _pictures(row.pictures or [])
    skus = tuple(_sku_view(values, views) for values in sorted(row.skus or [], key=_by_position))
    return ProductDetail(
        id=row.id,
        slug=row.slug,
        title=row.title,
        subtitle=row.subtitle,
        description=row.description,
        attributes=tuple((name, value) for name, value in row.attributes),
        category_id=row.category_id,
        category_slug=row.category_slug,
        category_name=row.category_name,
        category_name_en=row.category_name_en,
        state=row.state,
        price_fen=row.min_price_fen,
        max_price_fen=row.max_price_fen,
        market_price_fen=shown_market_price(row.market_price_fen, row.min_price_fen),
        sold_count=row.sold_count,
        per_member_limit=row.per_member_limit,
        version=row.version,
        published_at=row.published_at,
        pictures=gallery,
        options=options_of(sku.options for sku in skus),
        skus=skus,
    )


def sku_lines(session: Session, wants: Mapping[UUID, int]) -> list[SkuFacts]:
    """Facts of the SKUs of a cart or order, in the order of ``wants``, in one statement.

    SKUs that do not exist are left out; those off sale or sold out are not: the facts tell.
    """
    if not wants:
        return []
    rows = {row.id: row for row in _LINES.all(session, {"ids": list(wants)})}
    return [_facts(rows[sku], quantity) for sku, quantity in wants.items() if sku in rows]


def options_of(choices: Iterable[Mapping[str, str]]) -> tuple[OptionView, ...]:
    """Options and their values as they first appear over the SKUs."""
    values: dict[str, dict[str, None]] = {}
    for choice in choices:
        for name, value in choice.items():
            values.setdefault(name, {})[value] = None
    return tuple(OptionView(name, tuple(found)) for name, found in values.items())


def _by_position(values: Sequence[Any]) -> tuple[int, str]:
    return values[0], str(values[1])


def _pictures(
    rows: Iterable[Sequence[Any]],
) -> tuple[dict[UUID, PictureView], tuple[PictureView, ...]]:
    """Every picture by id, and the gallery in order."""
    views: dict[UUID, PictureView] = {}
    places: list[tuple[int, UUID]] = []
    for position, media_id, *rest in rows:
        view = PictureView(UUID(media_id), *rest)
        views[view.id] = view
        if position is not None:
            places.append((position, view.id))
    return views, tuple(views[media_id] for _, media_id in sorted(places))


def _sku_view(values: Sequence[Any], pictures: Mapping[UUID, PictureView]) -> SkuView:
    _, sku_id, code, options, price, market, available, low_at, picture, cost, weight = values
    return SkuView(
        id=UUID(sku_id),
        code=code,
        options=options,
        price_fen=price,
        market_price_fen=shown_market_price(market, price),
        available=max(0, available),
        low_at=low_at,
        picture=pictures.get(UUID(picture)) if picture else None,
        cost_fen=cost,
        weight_g=weight,
    )


def _facts(row: Row, quantity: int) -> SkuFacts:
    return SkuFacts(
        sku_id=row.id,
        product_id=row.product_id,
        category_id=row.category_id,
        slug=row.slug,
        title=row.title,
        code=row.code,
        options=row.options,
        quantity=quantity,
        price_fen=row.price_fen,
        market_price_fen=shown_market_price(row.market_price_fen, row.price_fen),
        cost_fen=row.cost_fen,
        weight_g=row.weight_g,
        available=max(0, row.available),
        limit=row.per_member_limit,
        product_state=row.state,
        is_active=row.is_active,
        picture=picture_of(row[-len(PICTURE_COLUMNS) :]),
    )
