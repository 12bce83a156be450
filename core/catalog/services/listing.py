"""Product lists of the store: one statement a page, whatever the size of the catalogue."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.models import Category, Product
from core.catalog.rules.drafts import ProductState
from core.catalog.rules.words import Word, query_words
from core.catalog.services.cards import card, with_parts
from core.catalog.services.search import matches, search_values, shape_of, title_hits
from core.catalog.types import ProductCard, Sort
from core.db.prepared import Prepared, among
from core.kernel.paging import Page

MOST_PER_PAGE = 100
LAST_PAGE = 100_000

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
    left = 0 if total is None or shape else max(0, total - offset)
    is_near_end = 0 < left < offset
    start = max(0, left - per_page) if is_near_end else offset
    values = {
        **search_values(words),
        **_shelf_values(shelves),
        "offset": start,
        "reach": start + per_page,
    }
    order = sort if sort in _ORDER else "default"
    kind = order, _count_of(shelves), shape, per_page
    rows = _page_statement(*kind, is_near_end).all(session, values)
    if is_near_end:
        rows = rows[-left:]
    if shape and rows:
        total = rows[0].total
    elif page == 1 and len(rows) < per_page:
        total = len(rows)
    elif total is None:
        total = _counted_now(session, shelves, words)
    return Page(tuple(card(row) for row in rows), total, page, per_page)


def count_products(session: Session, shelves: Sequence[UUID] | None = None) -> int:
    """How many products are on sale, on some shelves or on all; its cost grows with them."""
    return 0 if shelves is not None and not shelves else _counted_now(session, shelves, ())


def product_cards(session: Session, ids: Sequence[UUID]) -> tuple[ProductCard, ...]:
    """Cards of those products that are on sale, in the order of ``ids``, in one statement."""
    if not ids:
        return ()
    chosen = sa.select(Product.id).where(Product.id.in_(ids), _on_sale()).subquery("chosen")
    cards = {found.id: found for found in map(card, session.execute(with_parts(chosen)))}
    return tuple(cards[product_id] for product_id in ids if product_id in cards)


def related_products(
    session: Session, product_id: UUID, category_id: UUID | None, *, limit: int = 6
) -> tuple[ProductCard, ...]:
    """Best-sold others of the same shelf (of all shelves without one), in one statement."""
    best = best_of_shelf(session, category_id, limit=limit + 1)
    return tuple(other for other in best if other.id != product_id)[:limit]


def best_of_shelf(
    session: Session, category_id: UUID | None, *, limit: int = 6
) -> tuple[ProductCard, ...]:
    """What sells best on one shelf (on all of them without one), in one statement."""
    rows = _best_statement(category_id is not None).all(
        session, {"shelf": category_id, "limit": limit}
    )
    return tuple(map(card, rows))


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
def _page_statement(
    sort: str,
    shelves: int,
    shape: tuple[tuple[bool, int], ...],
    per_page: int,
    is_from_end: bool,
) -> Prepared:
    """The statement of every page of one kind; built once, so that it is also compiled once.

    Args:
        sort: a key of the orders.
        shelves: how many are asked for; -1 for everything.
        shape: the words of a search.
        per_page: stands in the text: PostgreSQL plans anew each time what may end anywhere.
        is_from_end: whether the offset counts from the end, for pages that are nearer to it.
    """
    keys, limit = _ORDER[sort], sa.literal_column(str(per_page), sa.Integer)
    offset = _given("offset")
    if shape:
        if sort == "default":
            keys = ((title_hits(shape), True), (Product.sold_count, True), *keys)
        total = sa.func.count().over().label("total")  # a search reads all its matches anyway
        found = _chosen(_conditions(shelves >= 0, shape), keys, limit, total).offset(offset)
        return Prepared(_cards_of(found.subquery("chosen"), keys, "total"))
    way = tuple((key, descends != is_from_end) for key, descends in keys)
    if shelves <= 1:
        wanted = [_on_sale(), *([_on_shelf(0)] if shelves == 1 else ())]
        found = _chosen(wanted, way, limit).offset(offset)
        return Prepared(_cards_of(found.subquery("chosen"), keys))
    parts = [
        sa.select(_chosen([_on_sale(), _on_shelf(number)], way, _given("reach")).subquery())
        for number in range(shelves)
    ]
    every = sa.union_all(*parts).subquery("every")
    best = sa.select(every).order_by(*_places(every, way))
    limited = best.limit(limit).offset(offset)
    return Prepared(_cards_of(limited.subquery("chosen"), keys))


def _given(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.Integer())


def _on_shelf(number: int) -> sa.ColumnElement[bool]:
    return Product.category_id == sa.bindparam(f"shelf_{number}", type_=sa.Uuid())


@lru_cache(maxsize=2)
def _best_statement(has_category: bool) -> Prepared:
    wanted = [_on_sale()]
    if has_category:
        wanted.append(Product.category_id == sa.bindparam("shelf", type_=sa.Uuid()))
    keys = _ORDER["sold"]
    return Prepared(_cards_of(_chosen(wanted, keys, _given("limit")).subquery("chosen"), keys))


def _chosen(
    wanted: Sequence[sa.ColumnElement[bool]],
    keys: Sequence[_Key],
    limit: sa.ColumnElement[int],
    *more: sa.Label[int],
) -> sa.Select[*tuple[Any, ...]]:
    """Ids of products with the keys of their order: an index holds all of it."""
    ranks = [key.label(f"rank_{number}") for number, (key, _) in enumerate(keys)]
    return (
        sa.select(Product.id, *more, *ranks)
        .where(*wanted)
        .order_by(*(_directed(key, descends) for key, descends in keys))
        .limit(limit)
    )


def _cards_of(chosen: sa.Subquery, keys: Sequence[_Key], *more: str) -> sa.Select[*tuple[Any, ...]]:
    """The rows of those few, in their order."""
    return with_parts(chosen, *(chosen.c[name] for name in more)).order_by(*_places(chosen, keys))


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
