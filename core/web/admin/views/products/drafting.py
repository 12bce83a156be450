"""The product editor's state: everything as typed, read from the request or from what is stored."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import request

from core.api.forms import options
from core.catalog.services import categories
from core.catalog.types import ProductDraft, ProductEdit
from core.web import context, i18n
from core.web.admin.forms import sku_grid
from core.web.admin.forms.products import ProductForm
from core.web.admin.forms.sku_grid import OptionLine, SkuLine
from core.web.admin.queries.shelves import shelf_choices


@dataclass(frozen=True)
class Difference:
    """A field that two people filled in differently."""

    label: str
    theirs: str
    mine: str


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


def read_draft(stored: ProductEdit | None) -> Draft:
    """The state as sent."""
    form = product_form(request.form, stored)
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


def draft_of(stored: ProductEdit) -> Draft:
    """The state of a stored product."""
    lines = sku_grid.lines_of(stored.skus)
    return Draft(
        form=product_form(None, stored),
        attributes=list(stored.attributes),
        options=sku_grid.options_of([line for line in lines if line.is_active] or lines),
        lines=lines or [SkuLine()],
        pictures=[picture.id for picture in stored.pictures],
    )


def product_form(sent: Any, stored: ProductEdit | None) -> ProductForm:
    """The form of texts and settings, with the categories to choose from."""
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
    form.category_id.choices = options([("", i18n.gettext("No category")), *shelves])
    return form


def texts_of(draft: Draft) -> ProductDraft:
    """What the form says, as the catalogue takes it; the form is valid."""
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


def carry_out(draft: Draft, action: str) -> None:
    """Do what a button of the editor says, to the state alone."""
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
