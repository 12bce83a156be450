"""Categories: the shelves of the store as a tree."""

from typing import Any
from uuid import UUID

from flask import request

from core.api.forms import options
from core.catalog.services import (
    categories,
    create_category,
    delete_category,
    update_category,
)
from core.catalog.types import CategoryDraft, CategoryView
from core.kernel.errors import NotFound, ShopError
from core.kernel.values import dataclass
from core.web import context, i18n
from core.web.access import access
from core.web.admin.answers import Answer, done, sentences
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.forms.products import CategoryForm
from core.web.admin.queries.shelves import product_counts, shelf_choices
from core.web.admin.render import render_admin_page


@dataclass(frozen=True)
class Shelf:
    """A category as a line of the tree."""

    view: CategoryView
    depth: int


@admin.get("/categories")
@access("staff:product.view")
def category_list() -> str:
    """The tree, with a form for a new shelf."""
    return _show(None, _form(None, None))


@admin.get("/categories/<uuid:category_id>")
@access("staff:product.view")
def category(category_id: UUID) -> str:
    """The tree, with the form of one shelf."""
    chosen = _find(category_id)
    return _show(chosen, _form(None, chosen))


def _show(chosen: CategoryView | None, form: CategoryForm, errors: Any = ()) -> str:
    session = context.reader()
    return render_admin_page(
        "catalog/categories.html",
        here="categories",
        shelves=_flat(categories(session, include_hidden=True)),
        counts=product_counts(session),
        chosen=chosen,
        form=form,
        errors=list(errors),
    )


@admin.post("/categories")
@access("staff:product.edit")
def add_category() -> Answer:
    """A new shelf."""
    form = _form(request.form, None)
    if not form.validate():
        return _show(None, form), 422
    try:
        with context.writing() as session:
            made = create_category(session, _draft(form))
            record(session, "category.create", "category", made, after=_plain(form))
    except ShopError as error:
        return _show(None, form, form.refuse(error)), error.status
    return done("/admin/categories", "The category is there.")


@admin.post("/categories/<uuid:category_id>")
@access("staff:product.edit")
def save_category(category_id: UUID) -> Answer:
    """Change a shelf, or remove an empty one."""
    chosen = _find(category_id)
    if request.form.get("do") == "delete":
        return _delete(chosen)
    form = _form(request.form, chosen)
    if not form.validate():
        return _show(chosen, form), 422
    try:
        with context.writing() as session:
            update_category(session, category_id, _draft(form, chosen))
            before = {
                "name": chosen.name,
                "name_en": chosen.name_en,
                "slug": chosen.slug,
                "parent_id": str(chosen.parent_id or ""),
                "position": chosen.position,
                "is_visible": chosen.is_visible,
            }
            after = _plain(form)
            record(session, "category.edit", "category", category_id, before=before, after=after)
    except ShopError as error:
        return _show(chosen, form, form.refuse(error)), error.status
    return done("/admin/categories", "Saved.")


def _delete(chosen: CategoryView) -> Answer:
    try:
        with context.writing() as session:
            delete_category(session, chosen.id)
            record(session, "category.delete", "category", chosen.id, before={"name": chosen.name})
    except ShopError as error:
        return _show(chosen, _form(None, chosen), sentences(error)), error.status
    return done("/admin/categories", "The category is gone.")


def _form(sent: Any, chosen: CategoryView | None) -> CategoryForm:
    values: dict[str, Any] = {}
    if chosen is not None:
        values = {
            "name": chosen.name,
            "name_en": chosen.name_en,
            "slug": chosen.slug,
            "parent_id": str(chosen.parent_id or ""),
            "position": chosen.position,
            "is_visible": chosen.is_visible,
        }
    form = CategoryForm(sent, data=values)
    tree = categories(context.reader(), include_hidden=True)
    choices = [
        (key, text) for key, text in shelf_choices(tree) if not chosen or key != str(chosen.id)
    ]
    form.parent_id.choices = options([("", i18n.gettext("At the top")), *choices])
    return form


def _draft(form: CategoryForm, chosen: CategoryView | None = None) -> CategoryDraft:
    return CategoryDraft(
        name=form.name.data or "",
        name_en=form.name_en.data or "",
        slug=form.slug.data or (chosen.slug if chosen else ""),
        parent_id=UUID(form.parent_id.data) if form.parent_id.data else None,
        picture_id=chosen.picture.id if chosen and chosen.picture else None,
        position=form.position.data or 0,
        is_visible=bool(form.is_visible.data),
    )


def _plain(form: CategoryForm) -> dict[str, Any]:
    return dict(form.data)


def _flat(tree: tuple[CategoryView, ...], depth: int = 1) -> list[Shelf]:
    found = []
    for view in tree:
        found.append(Shelf(view, depth))
        found += _flat(view.children, depth + 1)
    return found


def _find(category_id: UUID) -> CategoryView:
    for shelf in _flat(categories(context.reader(), include_hidden=True)):
        if shelf.view.id == category_id:
            return shelf.view
    raise NotFound("catalog.no_category", "There is no such category.")
