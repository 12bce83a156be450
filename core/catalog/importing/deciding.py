"""What a batch of units means for the catalogue as it is: decided first, written afterwards.

A preview stops after the decision; an import goes on to ``writing``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.importing.merchant import NO_TITLE
from core.catalog.importing.snapshots import Stored, category_paths, load_stored
from core.catalog.importing.types import NewProduct, Outcome, Unit, Verdict
from core.catalog.models import Product, Sku
from core.catalog.rules.drafts import checked_skus
from core.kernel.errors import InvalidInput
from core.kernel.values import dataclass
from core.media.models import Media


@dataclass(frozen=True)
class Decision:
    """What is to be done about a unit.

    Args:
        verdicts: what becomes of its lines, if the writing goes well.
        action: ``add``, ``change`` or ``none``.
        product: for ``add`` and ``change``.
        stored: the product as it is, for ``change``.
        pictures: the gallery wanted; ``None``: as it is.
    """

    verdicts: tuple[Verdict, ...]
    action: str = "none"
    product: NewProduct | None = None
    stored: Stored | None = None
    pictures: tuple[UUID, ...] | None = None

    @property
    def effect(self) -> str | None:
        """The reason code of its product, ``None`` when it makes none."""
        imported = (v.code for v in self.verdicts if v.outcome is Outcome.IMPORTED)
        return next(imported, None)


@dataclass(frozen=True)
class _Known:
    """What the batch's products refer to, read in a handful of statements."""

    by_code: Mapping[str, UUID]
    by_slug: Mapping[str, UUID]
    stored: Mapping[UUID, Stored]
    pictures: Mapping[str, UUID]
    shelves: Mapping[tuple[str, ...], UUID | None]


def decide(session: Session, units: Sequence[Unit]) -> list[Decision]:
    """One decision a unit, in order; reads only, but locks the stock of products found."""
    products = [unit.product for unit in units if unit.product is not None]
    known = _look_up(session, products)
    return [_decide(unit, known) for unit in units]


def failed(verdicts: Sequence[Verdict], code: str, message: str = "", **params: Any) -> Decision:
    """The decision that these lines cannot be imported: the first says why, the others follow."""
    first, *others = verdicts
    told = replace(
        first,
        outcome=Outcome.FAILED,
        code=code,
        params=params,
        is_kept=True,
        message=message,
    )
    following = (
        replace(verdict, outcome=Outcome.FAILED, code="product.line", params={}, is_kept=True)
        for verdict in others
    )
    return Decision((told, *following))


def _look_up(session: Session, products: Sequence[NewProduct]) -> _Known:
    codes = [sku.code for product in products for sku in product.skus]
    by_code = {
        row.code: row.product_id
        for row in session.execute(sa.select(Sku.code, Sku.product_id).where(Sku.code.in_(codes)))
    }
    updates = [product for product in products if product.is_update]
    if not updates:
        return _Known(by_code, {}, {}, {}, {})
    slugs = [product.draft.slug for product in updates]
    by_slug = {
        row.slug: row.id
        for row in session.execute(
            sa.select(Product.slug, Product.id).where(Product.slug.in_(slugs))
        )
    }
    return _Known(
        by_code=by_code,
        by_slug=by_slug,
        stored=load_stored(session, {*by_code.values(), *by_slug.values()}),
        pictures=_find_pictures(session, {name for each in updates for name in each.pictures}),
        shelves={path: shelf for shelf, path in category_paths(session).items()},
    )


def _find_pictures(session: Session, names: set[str]) -> dict[str, UUID]:
    """Pictures by the reference a file uses: name, ``name#hash`` or ``#hash``; the newest wins."""
    if not names:
        return {}
    plain = {name.partition("#")[0] for name in names}
    marks = {name.partition("#")[2] for name in names} - {""}
    found: dict[str, UUID] = {}
    wanted: sa.ColumnElement[bool] = Media.filename.in_(plain)
    if marks:
        shortest = min(map(len, marks))
        starts = {mark[:shortest] for mark in marks}
        wanted |= sa.func.substr(Media.content_hash, 1, shortest).in_(starts)
    rows = session.execute(
        sa.select(Media.id, Media.filename, Media.content_hash).where(wanted).order_by(Media.id)
    ).all()
    for name in names:
        filename, _, mark = name.partition("#")
        for row in rows:
            if row.content_hash.startswith(mark) if mark else row.filename == filename:
                found[name] = row.id
    return found


def _decide(unit: Unit, known: _Known) -> Decision:
    product = unit.product
    if product is None:
        return Decision(unit.verdicts)
    owners = {known.by_code[sku.code] for sku in product.skus if sku.code in known.by_code}
    if not product.is_update:
        if owners:
            return _settled(unit, "exists")
        return Decision(unit.verdicts, "add", product)
    if product.draft.slug in known.by_slug:
        owners.add(known.by_slug[product.draft.slug])
    if len(owners) > 1:
        return failed(unit.verdicts, "code.elsewhere", value=product.skus[0].code)
    missing = next((name for name in product.pictures if name not in known.pictures), None)
    if missing is not None:
        return failed(unit.verdicts, "picture.unknown", value=missing)
    pictures = tuple(known.pictures[name] for name in product.pictures)
    if not owners:
        return _decide_new(unit, product, pictures)
    return _decide_change(unit, product, known.stored[owners.pop()], pictures, known)


def _decide_new(unit: Unit, product: NewProduct, pictures: tuple[UUID, ...]) -> Decision:
    if product.draft.title == NO_TITLE:
        return failed(unit.verdicts, "title.needed")
    if any(sku.price_fen == 0 for sku in product.skus):
        return failed(unit.verdicts, "price.missing")
    try:
        checked_skus(product.skus)
    except InvalidInput as fault:
        return failed(unit.verdicts, fault.code, fault.message, **fault.params)
    return Decision(unit.verdicts, "add", product, pictures=pictures)


def _decide_change(
    unit: Unit,
    product: NewProduct,
    stored: Stored,
    pictures: tuple[UUID, ...],
    known: _Known,
) -> Decision:
    own = {sku.draft.code: sku for sku in stored.skus}
    for sku in product.skus:
        if sku.code not in own and sku.price_fen == 0:
            return failed(unit.verdicts, "price.missing")
    for code, count in product.stock.items():
        if code in own and count < own[code].allocated:
            return failed(unit.verdicts, "stock.promised", value=own[code].allocated)
    gallery = pictures if "pictures" in product.given else stored.pictures
    shelf = known.shelves.get(product.category)
    is_shelf_new = "category" in product.given and product.category not in known.shelves
    is_same = (
        not is_shelf_new
        and stored.wanted_draft(product, shelf) == stored.draft
        and stored.wanted_skus(product) == tuple(sku.draft for sku in stored.skus)
        and gallery == stored.pictures
        and product.state in {"", stored.state}
        and all(own[code].draft.on_hand == n for code, n in product.stock.items() if code in own)
        and all(own[code].draft.low_at == n for code, n in product.low_at.items() if code in own)
    )
    if is_same:
        return _settled(unit, "same")
    return Decision(
        tuple(replace(verdict, code="changed") for verdict in unit.verdicts),
        "change",
        product,
        stored,
        gallery,
    )


def _settled(unit: Unit, code: str) -> Decision:
    """Nothing to do: the lines stand for a product that is there."""
    return Decision(tuple(replace(verdict, code=code) for verdict in unit.verdicts))
