"""The product editor: texts, pictures, options and SKUs on one page, saved in one go.

Every button that is not "save" (make the grid, move a picture, add a line) sends the whole form and
shows it again with that done and nothing lost; only "save" changes the product.
"""

from typing import Any
from uuid import UUID

from flask import request

from core.catalog.services import (
    create_product,
    product_for_edit,
    save_pictures,
    save_skus,
    set_product_state,
    update_product,
)
from core.catalog.types import ProductEdit
from core.kernel.errors import Conflict, InvalidInput, ShopError
from core.media.services import picture_views, prepare_picture, record_picture
from core.media.types import PictureView
from core.web import context, i18n
from core.web.access import access
from core.web.admin.answers import Answer, done, sentences
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.contributed import panels
from core.web.admin.forms import sku_grid
from core.web.admin.forms.sku_grid import OptionLine, SkuLine
from core.web.admin.render import render_admin_page
from core.web.admin.views.products.comparing import differences, snapshot
from core.web.admin.views.products.drafting import (
    Draft,
    carry_out,
    draft_of,
    product_form,
    read_draft,
    texts_of,
)

_MOST_FILES = 12
_FILE_BYTES = 20 * 1024 * 1024


@admin.get("/products/new")
@access("staff:product.edit")
def new_product() -> str:
    """An empty editor."""
    form = product_form(None, None)
    return _show(None, Draft(form, [], [], [SkuLine()], []))


@admin.post("/products/new")
@access("staff:product.edit")
def create() -> Answer:
    """Make a product, or carry out one of the editor's buttons."""
    return _receive(None)


@admin.get("/products/<uuid:product_id>")
@access("staff:product.view")
def product(product_id: UUID) -> str:
    """The editor of one product."""
    stored = product_for_edit(context.reader(), product_id)
    return _show(stored, draft_of(stored))


@admin.post("/products/<uuid:product_id>")
@access("staff:product.edit")
def update(product_id: UUID) -> Answer:
    """Save a product, or carry out one of the editor's buttons."""
    return _receive(product_for_edit(context.reader(), product_id))


@admin.post("/products/<uuid:product_id>/state")
@access("staff:product.edit")
def change_state(product_id: UUID) -> Answer:
    """Put one product on sale or take it off."""
    target = "on_sale" if request.form.get("state") == "on_sale" else "off_sale"
    try:
        with context.writing() as session:
            set_product_state(session, [product_id], target)
            record(session, f"product.{target}", "product", product_id)
    except ShopError as error:
        stored = product_for_edit(context.reader(), product_id)
        draft = draft_of(stored)
        draft.errors = sentences(error)
        return _show(stored, draft), error.status
    message = "The product is on sale." if target == "on_sale" else "The product is off sale."
    return done(f"/admin/products/{product_id}", message)


def _receive(stored: ProductEdit | None) -> Answer:
    draft = read_draft(stored)
    action = request.form.get("do", "save")
    draft.is_changed = True
    _take_files(draft)
    if action not in ("save", "publish"):
        try:
            carry_out(draft, action)
        except ShopError as error:
            draft.errors += sentences(error)
            return _show(stored, draft), error.status
        return _show(stored, draft)
    is_sound = draft.form.validate()
    skus, draft.lines = sku_grid.drafts_of(draft.lines)
    if not is_sound or not skus or draft.errors:
        if not draft.errors:
            draft.errors = [
                i18n.gettext("Please look at the marked fields; nothing was saved yet.")
            ]
        return _show(stored, draft), 422
    try:
        product_id = _save(stored, draft, skus)
    except Conflict as error:
        return _show_conflict(stored, draft, error)
    except ShopError as error:
        draft.errors = _at_fields(draft, error)
        return _show(stored, draft), error.status
    if action == "publish":
        return _publish(product_id)
    return done(f"/admin/products/{product_id}", "Saved.")


def _publish(product_id: UUID) -> Answer:
    with context.writing() as session:
        set_product_state(session, [product_id], "on_sale")
        record(session, "product.on_sale", "product", product_id)
    return done(f"/admin/products/{product_id}", "Saved, and on sale.")


def _save(stored: ProductEdit | None, draft: Draft, skus: list[Any]) -> UUID:
    actor, texts = context.staff().actor, texts_of(draft)
    with context.writing() as session:
        if stored is None:
            product_id = create_product(
                session, texts, skus=skus, pictures=draft.pictures, actor=actor
            )
            after = snapshot(product_for_edit(session, product_id))
            record(session, "product.create", "product", product_id, after=after)
            return product_id
        version = str(draft.form.version.data or "")
        update_product(
            session, stored.id, texts, version=int(version) if version.isdecimal() else None
        )
        save_skus(session, stored.id, skus, actor=actor)
        if draft.pictures != [picture.id for picture in stored.pictures]:
            save_pictures(session, stored.id, draft.pictures)
        before, after = snapshot(stored), snapshot(product_for_edit(session, stored.id))
        record(session, "product.edit", "product", stored.id, before=before, after=after)
        return stored.id


def _show_conflict(stored: ProductEdit | None, draft: Draft, error: Conflict) -> Answer:
    """Both states side by side; saving again keeps what is typed here."""
    if stored is None:
        draft.errors = sentences(error)
        return _show(None, draft), error.status
    theirs = product_for_edit(context.reader(), stored.id)
    draft.conflict = differences(theirs, draft)
    draft.form.version.data = str(theirs.version)
    return _show(theirs, draft), error.status


def _at_fields(draft: Draft, error: ShopError) -> list[str]:
    """Put a refusal at the field of the form or line that it names."""
    named = str(error.params.get("field", "")) if isinstance(error, InvalidInput) else ""
    aliases = {"market_price": "market_price_fen", "category": "category_id"}
    target = draft.form._fields.get(aliases.get(named, named))
    if target is not None:
        target.errors = [*target.errors, i18n.translate_error(error)]
    elif "sku_code" in error.params:
        draft.lines = sku_grid.refused(
            draft.lines, str(error.params["sku_code"]), i18n.translate_error(error)
        )
    else:
        return sentences(error)
    return [i18n.gettext("Please look at the marked fields; nothing was saved yet.")]


def _take_files(draft: Draft) -> None:
    """Store what was uploaded; each picture in a unit of work of its own, encoding outside it."""
    for file in request.files.getlist("files")[:_MOST_FILES]:
        if not file.filename:
            continue
        try:
            data = file.stream.read(_FILE_BYTES + 1)
            prepared = prepare_picture(
                context.shop().config.uploads, file.filename, data, str(draft.form.title.data or "")
            )
            with context.writing() as session:
                picture_id = record_picture(session, prepared).id
                record(
                    session, "picture.upload", "picture", picture_id, after={"file": file.filename}
                )
        except ShopError as error:
            draft.errors.append(f"{file.filename}: {i18n.translate_error(error)}")
            continue
        if picture_id not in draft.pictures:
            draft.pictures.append(picture_id)


def _show(stored: ProductEdit | None, draft: Draft) -> str:
    views: dict[UUID, PictureView] = picture_views(context.reader(), draft.pictures)
    spare = 1 if draft.options else 2
    return render_admin_page(
        "products/editor.html",
        here="products",
        product=stored,
        draft=draft,
        form=draft.form,
        pictures=[views[each] for each in draft.pictures if each in views],
        attributes=[*draft.attributes, *([("", "")] * (3 if not draft.attributes else 1))],
        options=[*draft.options, *([OptionLine()] * spare)][: sku_grid.MOST_OPTIONS],
        has_options=bool(draft.options),
        panels=panels(context.reader(), "product", stored.id) if stored else [],
        errors=draft.errors,
    )
