"""Product lists of the store: one statement a page, whatever the size of the catalogue."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.models import Category, Product, Sku
from core.catalog.rules.drafts import ProductState
from core.catalog.rules.words import Word, query_words
from core.catalog.services.search import matches, search_values, shape_of, title_hits
from core.catalog.types import ProductCard, Sort
from core.db.nested import json_rows
from core.db.prepared import Prepared, Row, among
from core.kernel.paging import Page
from core.media.models import Media
from core.media.services import PICTURE_COLUMNS, picture_of
from core.stock.models import StockLevel

MOST_PER_PAGE = 100
LAST_PAGE = 100_000

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

_Key = tuple[sa.ColumnElement[Any] | Any, bool]

_ORDER: dict[str, tuple[_Key, ...]] = {  # column and whether it descends
    "default": ((Product.position, False), (Product.id, False)),
    "price": ((Product.min_price_fen, False), (Product.id, False)),
    "-price": ((Product.min_price_fen, True), (Product.id, True)),
    "new": ((Product.published_at, True), (Product.id, True)),
    "sold": ((Product.sold_count, True), (Product.id, True)),
}


def list_products(
    session: Session,
    *,
    shelves: Sequence[UUID] | None = None,
    query: str = "",
    sort: Sort = "default",
    page: int = 1,
    per_page: int = 20,
    total: int | None = None,
) -> Page[ProductCard]:
    """A page of what is on sale, in one statement, and one more to count when that is needed.

    In ``query`` all words must be found (in title, subtitle, attributes, options, codes or shelf
    name); with the default sort, products with more of them in the title come first. A page past
    the end is empty and still knows the total.

    Args:
        session: any session.
        shelves: stand on one of these (:func:`core.catalog.services.shelves_below` gives a shelf
            with those below it); ``None``: all products.
        query: words to find.
        sort: the order; an unknown one is the default.
        page: from 1.
        per_page: at most 100.
        total: how many there are, where the caller knows (:func:`count_products`).
    """
    words = query_words(query)
    page, per_page = min(max(1, page), LAST_PAGE), min(max(1, per_page), MOST_PER_PAGE)
    if (query.strip() and not words) or (shelves is not None and not shelves):
        return Page((), 0, page, per_page)
    shape, offset = shape_of(words), (page - 1) * per_page
    values = {
        **search_values(words),
        **_shelf_values(shelves),
        "limit": per_page,
        "offset": offset,
        "reach": offset + per_page,
    }
    order = sort if sort in _ORDER else "default"
    rows = _page_statement(order, _count_of(shelves), shape).all(session, values)
    if shape and rows:
        total = rows[0].total
    elif page == 1 and len(rows) < per_page:
        total = len(rows)
    elif total is None:
        total = _counted_now(session, shelves, words)
    return Page(tuple(_card(row) for row in rows), total, page, per_page)


def count_products(session: Session, shelves: Sequence[UUID] | None = None) -> int:
    """How many products are on sale, on some shelves or on all; its cost grows with them."""
    return 0 if shelves is not None and not shelves else _counted_now(session, shelves, ())


def product_cards(session: Session, ids: Sequence[UUID]) -> tuple[ProductCard, ...]:
    """Cards of those products that are on sale, in the order of ``ids``, in one statement."""
    if not ids:
        return ()
    chosen = sa.select(Product.id).where(Product.id.in_(ids), _on_sale()).subquery("chosen")
    cards = {card.id: card for card in map(_card, session.execute(_with_parts(chosen)))}
    return tuple(cards[product_id] for product_id in ids if product_id in cards)


def related_products(
    session: Session, product_id: UUID, category_id: UUID | None, *, limit: int = 6
) -> tuple[ProductCard, ...]:
    """Best-sold others of the same shelf (of all shelves without one), in one statement."""
    best = best_of_shelf(session, category_id, limit=limit + 1)
    return tuple(card for card in best if card.id != product_id)[:limit]


def best_of_shelf(
    session: Session, category_id: UUID | None, *, limit: int = 6
) -> tuple[ProductCard, ...]:
    """What sells best on one shelf (on all of them without one), in one statement."""
    rows = _best_statement(category_id is not None).all(
        session, {"shelf": category_id, "limit": limit}
    )
    return tuple(map(_card, rows))


def shelf_ids(category: sa.ColumnElement[str]) -> sa.Select[UUID]:
    """Ids of the shelf with this slug and of the shelves below it."""
    child, grandchild = sa.orm.aliased(Category), sa.orm.aliased(Category)
    own = sa.select(Category.id).where(Category.slug == category)
    children = sa.select(child.id).where(child.parent_id.in_(own))
    grandchildren = sa.select(grandchild.id).where(grandchild.parent_id.in_(children))
    all_three = sa.union_all(own, children, grandchildren).subquery()
    return sa.select(all_three.c.id)


def _count_of(shelves: Sequence[UUID] | None) -> int:
    return -1 if shelves is None else len(shelves)


def _shelf_values(shelves: Sequence[UUID] | None) -> dict[str, Any]:
    """Values of the shelves: one by one for a list in an order, together for a search."""
    if shelves is None:
        return {}
    return {"shelves": list(shelves)} | {f"shelf_{n}": shelf for n, shelf in enumerate(shelves)}


@lru_cache(maxsize=256)
def _page_statement(sort: str, shelves: int, shape: tuple[tuple[bool, int], ...]) -> Prepared:
    """The statement of every page of one kind; built once, so that it is also compiled once.

    Args:
        sort: a key of the orders.
        shelves: how many are asked for; -1 for everything.
        shape: the words of a search.
    """
    keys = _ORDER[sort]
    offset = sa.bindparam("offset", type_=sa.Integer())
    if shape:
        if sort == "default":
            keys = ((title_hits(shape), True), (Product.sold_count, True), *keys)
        total = sa.func.count().over().label("total")  # a search reads all its matches anyway
        found = _chosen(_conditions(shelves >= 0, shape), keys, "limit", total).offset(offset)
        return Prepared(_cards_of(found.subquery("chosen"), keys, "total"))
    if shelves <= 1:
        wanted = [_on_sale(), *([_on_shelf(0)] if shelves == 1 else ())]
        found = _chosen(wanted, keys, "limit").offset(offset)
        return Prepared(_cards_of(found.subquery("chosen"), keys))
    parts = [
        sa.select(_chosen([_on_sale(), _on_shelf(number)], keys, "reach").subquery())
        for number in range(shelves)
    ]
    every = sa.union_all(*parts).subquery("every")
    best = sa.select(every).order_by(*_places(every, keys))
    limited = best.limit(sa.bindparam("limit", type_=sa.Integer())).offset(offset)
    return Prepared(_cards_of(limited.subquery("chosen"), keys))


def _on_shelf(number: int) -> sa.ColumnElement[bool]:
    return Product.category_id == sa.bindparam(f"shelf_{number}", type_=sa.Uuid())


@lru_cache(maxsize=2)
def _best_statement(has_category: bool) -> Prepared:
    wanted = [_on_sale()]
    if has_category:
        wanted.append(Product.category_id == sa.bindparam("shelf", type_=sa.Uuid()))
    keys = _ORDER["sold"]
    return Prepared(_cards_of(_chosen(wanted, keys, "limit").subquery("chosen"), keys))


def _chosen(
    wanted: Sequence[sa.ColumnElement[bool]],
    keys: Sequence[_Key],
    limit: str,
    *more: sa.Label[int],
) -> sa.Select[*tuple[Any, ...]]:
    """Ids of products with the keys of their order: an index holds all of it."""
    ranks = [key.label(f"rank_{number}") for number, (key, _) in enumerate(keys)]
    return (
        sa.select(Product.id, *more, *ranks)
        .where(*wanted)
        .order_by(*(_directed(key, descends) for key, descends in keys))
        .limit(sa.bindparam(limit, type_=sa.Integer()))
    )


def _cards_of(chosen: sa.Subquery, keys: Sequence[_Key], *more: str) -> sa.Select[*tuple[Any, ...]]:
    """The rows of those few, in their order."""
    return _with_parts(chosen, *(chosen.c[name] for name in more)).order_by(*_places(chosen, keys))


def _places(found: sa.Subquery, keys: Sequence[_Key]) -> list[sa.ColumnElement[Any]]:
    return [
        _directed(found.c[f"rank_{number}"], descends) for number, (_, descends) in enumerate(keys)
    ]


def _directed(key: sa.ColumnElement[Any] | Any, descends: bool) -> sa.ColumnElement[Any]:
    ordered: sa.ColumnElement[Any] = key.desc() if descends else key.asc()
    return ordered


def _counted_now(session: Session, shelves: Sequence[UUID] | None, words: Sequence[Word]) -> int:
    statement = _count_statement(shelves is not None, shape_of(words))
    values = {**search_values(words), **_shelf_values(shelves)}
    return int(statement.all(session, values)[0].total)


@lru_cache(maxsize=256)
def _count_statement(has_shelves: bool, shape: tuple[tuple[bool, int], ...]) -> Prepared:
    total = sa.func.count().label("total")
    wanted = _conditions(has_shelves, shape)
    return Prepared(sa.select(total).select_from(Product).where(*wanted))


def _conditions(
    has_shelves: bool, shape: tuple[tuple[bool, int], ...]
) -> list[sa.ColumnElement[bool]]:
    wanted = [_on_sale(), *matches(shape)]
    if has_shelves:
        wanted.append(among(Product.category_id, "shelves"))
    return wanted


def _on_sale() -> sa.ColumnElement[bool]:
    return Product.state == ProductState.ON_SALE


def _with_parts(chosen: sa.Subquery, *more: sa.ColumnElement[Any]) -> sa.Select[*tuple[Any, ...]]:
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


def _card(row: Row) -> ProductCard:
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
