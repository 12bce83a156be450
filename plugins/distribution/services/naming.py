"""What the things are called that belong to plans, and finding more of them, for staff."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.catalog import (
    CategoryView,
    admin_products,
    categories,
    product_titles,
    skus_coded,
    skus_named,
    skus_of,
)
from core.api.values import dataclass
from plugins.distribution.rules import Rule, Scope
from plugins.distribution.rules.editing import Key

MOST_FOUND = 20


@dataclass(frozen=True)
class Thing:
    """A SKU, product or category with its names.

    Args:
        scope: which of the three.
        id: its id.
        title: of the product, or the path of the category.
        detail: of a SKU: its code and options.
    """

    scope: Scope
    id: UUID
    title: str
    detail: str = ""

    @property
    def key(self) -> Key:
        """As plans name it."""
        return self.scope, self.id


def things_named(session: Session, keys: Iterable[Key]) -> Mapping[Key, Thing]:
    """Things by key; those that were deleted are left out. At most a statement a scope and 500."""
    wanted: dict[Scope, list[UUID]] = {Scope.SKU: [], Scope.PRODUCT: [], Scope.CATEGORY: []}
    for scope, target_id in keys:
        wanted[scope].append(target_id)
    found: dict[Key, Thing] = {}
    for sku in skus_named(session, wanted[Scope.SKU]):
        detail = " · ".join([sku.code, *sku.options.values()])
        found[Scope.SKU, sku.id] = Thing(Scope.SKU, sku.id, sku.title, detail)
    for product_id, title in product_titles(session, wanted[Scope.PRODUCT]).items():
        found[Scope.PRODUCT, product_id] = Thing(Scope.PRODUCT, product_id, title)
    if wanted[Scope.CATEGORY]:
        shelves = {each.id: each for each in category_things(session)}
        for category_id in wanted[Scope.CATEGORY]:
            if category_id in shelves:
                found[Scope.CATEGORY, category_id] = shelves[category_id]
    return found


def category_things(session: Session) -> Sequence[Thing]:
    """All categories, each under the names of those above it, such as “茶器 / 壶”."""
    tree = categories(session, include_hidden=True)
    return [Thing(Scope.CATEGORY, key, path) for key, path in _paths(tree, "")]


def _paths(tree: Sequence[CategoryView], above: str) -> Iterator[tuple[UUID, str]]:
    for category in tree:
        path = f"{above} / {category.name}" if above else category.name
        yield category.id, path
        yield from _paths(category.children, path)


def find_things(session: Session, query: str) -> Sequence[Thing]:
    """Categories, products and their SKUs that a search finds; four statements.

    A SKU is listed by itself where its product has several, or its code is what was typed.
    """
    text = query.strip().casefold()
    if not text:
        return ()
    shelves = [each for each in category_things(session) if text in each.title.casefold()]
    products = admin_products(session, query=query, per_page=MOST_FOUND).items
    found: list[Thing] = shelves[:MOST_FOUND]
    by_product: dict[UUID, list[Thing]] = {product.id: [] for product in products}
    for sku in skus_of(session, list(by_product)):
        detail = " · ".join([sku.code, *sku.options.values()])
        by_product[sku.product_id].append(Thing(Scope.SKU, sku.id, sku.title, detail))
    for product in products:
        found.append(Thing(Scope.PRODUCT, product.id, product.title))
        skus = by_product[product.id]
        if len(skus) > 1 or text in {each.detail.split(" · ")[0].casefold() for each in skus}:
            found += skus
    return found


def sku_things(session: Session, codes: Sequence[str]) -> Mapping[str, Thing]:
    """SKUs by code."""
    return {
        sku.code: Thing(Scope.SKU, sku.id, sku.title, " · ".join([sku.code, *sku.options.values()]))
        for sku in skus_coded(session, codes)
    }


def counts_by_scope(rules: Sequence[Rule]) -> Mapping[Scope, int]:
    """How many SKUs, products and categories there are among rules."""
    counts = {Scope.CATEGORY: 0, Scope.PRODUCT: 0, Scope.SKU: 0}
    for rule in rules:
        counts[rule.scope] += 1
    return counts
