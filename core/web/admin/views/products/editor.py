"""The product editor: texts, pictures, options and SKUs on one page, saved in one go.

Every button that is not "save" (make the grid, move a picture, add a line) sends the whole form and
shows it again with that done and nothing lost; only "save" changes the product.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import request

from core.catalog.services import (
    categories,
    create_product,
    product_for_edit,
    save_pictures,
    save_skus,
    set_product_state,
    update_product,
)
from core.catalog.types import ProductDraft, ProductEdit
from core.kernel.errors import Conflict, InvalidInput, ShopError
from core.media.services import picture_views, prepare_picture, record_picture
from core.media.types import PictureView
from core.web import context, i18n
from core.web.access import access
from core.web.admin.answers import Answer, done, sentences
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.forms import sku_grid
from core.web.admin.forms.products import ProductForm
from core.web.admin.forms.sku_grid import OptionLine, SkuLine
from core.web.admin.render import render_admin_page
from core.web.admin.views.products.comparing import Difference, differences, snapshot
from core.web.admin.views.products.index import shelf_choices

_MOST_FILES = 12
_FILE_BYTES = 20 * 1024 * 1024


@dataclass
class Draft:
    """The editor's whole state as typed."""

    form: ProductForm
    attributes: list[tuple[str, str]]
    options: list[OptionLine]
    lines: list[SkuLine]
    pictures: list[UUID]
    errors: list[str] = field(default_factory=list)
    is_changed: bool = False
    conflict: list[Difference] | None = None


@admin.get("/products/new")
@access("staff:product.edit")
def new_product() -> str:
    """An empty editor."""
    form = _form(None, None)
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
    return _show(stored, _draft_of(stored))


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
        draft = _draft_of(stored)
        draft.errors = sentences(error)
        return _show(stored, draft), error.status
    message = "The product is on sale." if target == "on_sale" else "The product is off sale."
    return done(f"/admin/products/{product_id}", message)


def _receive(stored: ProductEdit | None) -> Answer:
    draft = _read(stored)
    action = request.form.get("do", "save")
    draft.is_changed = True
    _take_files(draft)
    if action not in ("save", "publish"):
        _carry_out(draft, action)
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
    actor, texts = context.staff().actor, _texts(draft)
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
            session, stored.id, texts, version=int(version) if version.isdigit() else None
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
        return [i18n.gettext("Please look at the marked fields; nothing was saved yet.")]
    return sentences(error)


def _carry_out(draft: Draft, action: str) -> None:
    name, _, value = action.partition(":")
    if name == "grid":
        draft.lines = sku_grid.combine(draft.options, draft.lines) or [SkuLine()]
    elif name == "attribute":
        draft.attributes += [("", "")] * 3
    elif name in ("up", "down", "remove"):
        _move_picture(draft, name, value)


def _move_picture(draft: Draft, move: str, value: str) -> None:
    place = next((i for i, each in enumerate(draft.pictures) if str(each) == value), None)
    if place is None:
        return
    picture = draft.pictures.pop(place)
    if move != "remove":
        target = place - 1 if move == "up" else place + 1
        draft.pictures.insert(max(0, target), picture)


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


def _read(stored: ProductEdit | None) -> Draft:
    form = _form(request.form, stored)
    names, values = request.form.getlist("attribute-name"), request.form.getlist("attribute-value")
    known = sku_grid.lines_of(stored.skus) if stored else []
    return Draft(
        form=form,
        attributes=[(n, v) for n, v in zip(names, values, strict=False) if n.strip() or v.strip()],
        options=sku_grid.read_options(request.form),
        lines=sku_grid.read_lines(request.form, known) or known or [SkuLine()],
        pictures=_picture_ids(),
    )


def _picture_ids() -> list[UUID]:
    found: list[UUID] = []
    for text in request.form.getlist("picture"):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _draft_of(stored: ProductEdit) -> Draft:
    lines = sku_grid.lines_of(stored.skus)
    return Draft(
        form=_form(None, stored),
        attributes=list(stored.attributes),
        options=sku_grid.options_of([line for line in lines if line.is_active] or lines),
        lines=lines or [SkuLine()],
        pictures=[picture.id for picture in stored.pictures],
    )


def _form(sent: Any, stored: ProductEdit | None) -> ProductForm:
    values: dict[str, Any] = {}
    if stored is not None:
        values = {
            "title": stored.title,
            "subtitle": stored.subtitle,
            "description": stored.description,
            "slug": stored.slug,
            "category_id": str(stored.category_id or ""),
            "market_price_fen": stored.market_price_fen,
            "per_member_limit": stored.per_member_limit,
            "position": stored.position,
            "version": str(stored.version),
        }
    form = ProductForm(sent, data=values)
    shelves = shelf_choices(categories(context.reader(), include_hidden=True))
    form.category_id.choices = [("", i18n.gettext("No category")), *shelves]
    return form


def _texts(draft: Draft) -> ProductDraft:
    form = draft.form
    return ProductDraft(
        title=form.title.data or "",
        subtitle=form.subtitle.data or "",
        description=form.description.data or "",
        slug=form.slug.data or "",
        attributes=tuple(draft.attributes),
        category_id=UUID(form.category_id.data) if form.category_id.data else None,
        market_price_fen=form.market_price_fen.data,
        per_member_limit=form.per_member_limit.data,
        position=form.position.data or 0,
    )


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
        errors=draft.errors,
    )
