"""The list of products: search, filters, and what can be done with several at once."""

import flask
from flask import request
from werkzeug.wrappers import Response

from core.catalog.importing import export_products
from core.catalog.services import (
    admin_products,
    catalog_counts,
    categories,
    delete_drafts,
    set_product_state,
)
from core.kernel.clock import local_date, now
from core.kernel.errors import Rejected, ShopError
from core.web import context, flash
from core.web.access import access
from core.web.admin.answers import (
    Answer,
    back,
    csv_download,
    done,
    page_number,
    picked_ids,
    query_text,
    sentences,
)
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.contributed import buttons, columns
from core.web.admin.queries.shelves import shelf_choices
from core.web.admin.render import render_admin_page

_STATES = ("on_sale", "draft", "off_sale")


@admin.get("/products")
@access("staff:product.view")
def products() -> str:
    """Last changed first."""
    return _show()


def _show(errors: list[str] | None = None) -> str:
    session = context.reader()
    asked = request.args.get("state", "")
    state = asked if asked in _STATES else ""
    only_low = asked == "low"
    category = request.args.get("category", "")
    page = admin_products(
        session,
        query=query_text(),
        state=state,
        category=category or None,
        only_low=only_low,
        page=page_number(),
        per_page=30,
    )
    return render_admin_page(
        "products/index.html",
        here="products",
        page=page,
        columns=columns(session, "product", [product.id for product in page.items]),
        buttons=buttons("product"),
        counts=catalog_counts(session),
        shelves=shelf_choices(categories(session, include_hidden=True), by_slug=True),
        state=state,
        states=_STATES,
        only_low=only_low,
        category=category,
        query=query_text(),
        is_narrowed=bool(request.args),
        errors=errors or [],
    )


@admin.post("/products/bulk")
@access("staff:product.edit")
def bulk() -> Answer:
    """Put several on sale, take them off, or delete drafts."""
    ids, action = picked_ids(), request.form.get("do", "")
    if not ids:
        flash.say("Choose some products first.", "warn")
        return done_nothing()
    try:
        with context.writing() as session:
            if action == "delete":
                count = delete_drafts(session, ids)
                if not count:
                    raise Rejected(
                        "catalog.no_drafts",
                        "Only drafts that were never on sale can be deleted. "
                        "Take the others off sale instead.",
                    )
            elif action in ("on_sale", "off_sale"):
                count = set_product_state(session, ids, action)
            else:
                return done_nothing()
            record(
                session,
                f"product.{action}",
                "product",
                ids[0] if len(ids) == 1 else f"{len(ids)}",
                after={"products": [str(each) for each in ids], "changed": count},
            )
    except ShopError as error:
        return _show(sentences(error)), error.status
    words = {
        "delete": "Drafts deleted: %(count)s.",
        "on_sale": "Products put on sale: %(count)s.",
        "off_sale": "Products taken off sale: %(count)s.",
    }
    if action == "delete" and count < len(ids):
        message = "Drafts deleted: %(count)s. Left alone, as they were on sale once: %(left)s."
        return done(back("/admin/products"), message, count=count, left=len(ids) - count)
    return done(back("/admin/products"), words[action], count=count)


def done_nothing() -> Response:
    """Back to the list with nothing changed."""
    return flask.redirect(back("/admin/products"), 303)


@admin.post("/products/export.csv")
@access("staff:product.import")
def export_catalogue() -> Response:
    """Every product with its SKUs as CSV, in the columns that the import reads; it is audited."""
    with context.writing() as session:
        record(session, "product.export", "product", "*")
    day = local_date(now(), context.shop().settings().timezone)
    return csv_download(f"products-{day}.csv", export_products(context.reader()))
