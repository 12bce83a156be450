"""The page of member prices: search, filter, and a grid to type into."""

from collections.abc import Sequence
from typing import Any

from flask import request

from core.api.catalog import CategoryView, Page, ProductRow, categories
from core.api.errors import NotFound, ShopError
from core.api.web import notice, reader, translate_error, writing
from plugins.member_pricing.admin import wording
from plugins.member_pricing.admin.cells import Group, grid, tell_moved, typed_changes
from plugins.member_pricing.admin.page import (
    ROOT,
    Wanted,
    carry_out,
    go,
    id_of,
    ids_picked,
    page_number,
    show_page,
    tell,
    these,
)
from plugins.member_pricing.services import editing, history
from plugins.member_pricing.services.listing import columns, coverage

PER_PAGE = 12


def show() -> str:
    """The list."""
    return _page(Wanted.asked(), page_number())


def save() -> Any:
    """Everything that was typed, or nothing of it."""
    wanted, number = Wanted.asked(), page_number()
    return _save(
        lambda groups, errors: _page(wanted, number, groups=groups, errors=errors),
        these(reader(), ids_picked("product")[:PER_PAGE]).items,
        f"{ROOT}?{wanted.query_string}&page={number}",
    )


def one(product_id: str) -> Any:
    """One product: its grid and what became of its prices."""
    return _one(_product(product_id))


def save_one(product_id: str) -> Any:
    """What was typed on the page of one product."""
    page = _product(product_id)
    return _save(
        lambda groups, errors: _one(page, groups=groups, errors=errors),
        page.items,
        f"{ROOT}/products/{product_id}",
    )


def _save(again: Any, products: Sequence[ProductRow], back: str) -> Any:
    """Take what the form says of products, wherever the list shows them by now."""
    groups = grid(reader(), products, columns(reader()))
    changes, is_fine = typed_changes(groups, request.form)
    if not is_fine:
        return again(groups, []), 422
    try:
        with writing() as session:
            done = carry_out(session, changes, "edit")
    except editing.PricesMoved as error:
        tell_moved(groups, error.moved)
        return again(groups, [translate_error(error)]), error.status
    except ShopError as error:
        return again(groups, [translate_error(error)]), error.status
    if done.count:
        tell(done.count, "One price saved.", "%(count)s prices saved.")
    else:
        notice("Nothing was different.", "warn")
    return go(back)


def _page(
    wanted: Wanted,
    number: int,
    *,
    groups: Sequence[Group] | None = None,
    errors: Sequence[str] = (),
) -> str:
    session = reader()
    page = wanted.page(session, number, PER_PAGE)
    known = columns(session)
    return show_page(
        "prices.html",
        "prices",
        wanted=wanted,
        page=page,
        groups=grid(session, page.items, known) if groups is None else groups,
        columns=known,
        coverage=coverage(session),
        shelves=list(shelf_choices(categories(session, include_hidden=True))),
        says=wording,
        errors=list(errors),
    )


def _product(product_id: str) -> Page[ProductRow]:
    """One product as a page of a list.

    Raises:
        NotFound: there is none.
    """
    found = id_of(product_id)
    if found is not None:
        page = these(reader(), [found])
        if page.items:
            return page
    raise NotFound("member_pricing.no_product", "There is no such product.")


def _one(
    page: Page[ProductRow], *, groups: Sequence[Group] | None = None, errors: Sequence[str] = ()
) -> str:
    session = reader()
    known, product = columns(session), page.items[0]
    return show_page(
        "product.html",
        "prices",
        product=product,
        groups=grid(session, page.items, known) if groups is None else groups,
        columns=known,
        changes=history.changes_of(session, product_id=product.id, limit=50),
        says=wording,
        errors=list(errors),
    )


def shelf_choices(tree: Sequence[CategoryView], above: str = "") -> Any:
    """Categories by slug, each under the names of those above it."""
    for category in tree:
        path = f"{above} / {category.name}" if above else category.name
        yield category.slug, path
        yield from shelf_choices(category.children, path)
