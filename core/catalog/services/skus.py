"""Saving the SKUs of a product: what the form or file says becomes so."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.events import PriceChanged
from core.catalog.models import Product, Sku
from core.catalog.rules.drafts import ProductState, checked_skus
from core.catalog.services.indexing import index_products, keep_price_bounds
from core.catalog.types import SkuDraft
from core.db import state
from core.db.outbox import announce
from core.kernel.clock import now
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.ids import new_id
from core.stock.services import open_levels

_SKU = Sku.__table__


def save_skus(
    session: Session, product_id: UUID, drafts: Sequence[SkuDraft], *, actor: str
) -> list[UUID]:
    """Make these the product's SKUs, in this order; returns their ids in it.

    A draft with an id, or with the code of one of the product's SKUs, changes that SKU. SKUs that
    are not among the drafts are switched off, never deleted: orders point at them. A new SKU's
    stock is opened with its ``on_hand``. Price changes of a product on sale are announced.

    Raises:
        NotFound: no such product.
        InvalidInput: a wrong field, a foreign id, or a code that another product uses.
    """
    product_state = session.scalar(
        sa.select(Product.state).where(Product.id == product_id).with_for_update()
    )
    if product_state is None:
        raise NotFound("catalog.no_product", "There is no such product.")
    skus = checked_skus(drafts)
    old = {row.id: row for row in session.execute(_OLD.where(_SKU.c.product_id == product_id))}
    ids = _matched_ids(skus, {row.code: row.id for row in old.values()}, set(old))
    _refuse_foreign_codes(session, product_id, [sku.code for sku in skus])
    _write(session, product_id, list(zip(ids, skus, strict=True)), set(old), actor)
    keep_price_bounds(session, [product_id])
    index_products(session, [product_id])
    session.execute(
        sa.update(Product)
        .where(Product.id == product_id)
        .values(version=Product.version + 1, updated_at=now())
        .execution_options(synchronize_session=False)
    )
    if product_state == ProductState.ON_SALE:
        _announce_prices(session, product_id, zip(ids, skus, strict=True), old)
    state.bump(session, state.CATALOG)
    return ids


_OLD = sa.select(_SKU.c.id, _SKU.c.code, _SKU.c.price_fen)


def sku_values(sku: SkuDraft, position: int) -> dict[str, Any]:
    """Columns of a SKU's row that a draft sets."""
    return {
        "code": sku.code,
        "options": dict(sku.options),
        "price_fen": sku.price_fen,
        "cost_fen": sku.cost_fen,
        "market_price_fen": sku.market_price_fen,
        "picture_id": sku.picture_id,
        "weight_g": sku.weight_g,
        "is_active": sku.is_active,
        "position": position,
    }


def _matched_ids(
    skus: Sequence[SkuDraft], by_code: dict[str, UUID], known: set[UUID]
) -> list[UUID]:
    """Each draft's SKU: by its id, else by its code, else a new id."""
    ids = []
    for sku in skus:
        if sku.id is not None and sku.id not in known:
            raise InvalidInput("catalog.foreign_sku", "There is no such SKU.", field="skus")
        ids.append(sku.id or by_code.get(sku.code) or new_id())
    if len(set(ids)) < len(ids):
        raise InvalidInput("catalog.code_twice", "Two SKUs have the same code.", field="skus")
    return ids


def _refuse_foreign_codes(session: Session, product_id: UUID, codes: Sequence[str]) -> None:
    taken = session.scalar(
        sa.select(_SKU.c.code)
        .where(_SKU.c.code.in_(codes), _SKU.c.product_id != product_id)
        .limit(1)
    )
    if taken is not None:
        raise InvalidInput(
            "catalog.code_taken",
            "Another product uses the code “%(sku_code)s”.",
            sku_code=taken,
            field="skus",
        )


def _write(
    session: Session,
    product_id: UUID,
    skus: Sequence[tuple[UUID, SkuDraft]],
    known: set[UUID],
    actor: str,
) -> None:
    rows = [{"id": key, **sku_values(sku, place)} for place, (key, sku) in enumerate(skus)]
    changed = [row for row in rows if row["id"] in known]
    added = [{**row, "product_id": product_id} for row in rows if row["id"] not in known]
    gone = known - {row["id"] for row in changed}
    if gone:
        session.execute(sa.update(_SKU).where(_SKU.c.id.in_(gone)).values(is_active=False))  # type: ignore[arg-type]
    if changed:
        _free_codes(session, [row["id"] for row in changed])
        places: dict[str, Any] = {
            name: sa.bindparam(f"new_{name}") for name in changed[0] if name != "id"
        }
        session.execute(
            sa.update(_SKU).where(_SKU.c.id == sa.bindparam("key")).values(places),  # type: ignore[arg-type]
            [
                {"key": row["id"], **{f"new_{name}": row[name] for name in places}}
                for row in changed
            ],
        )
    if added:
        session.execute(sa.insert(_SKU), added)  # type: ignore[arg-type]
        fresh = {row["id"] for row in added}
        opened = {key: sku for key, sku in skus if key in fresh}
        open_levels(
            session,
            {key: sku.on_hand for key, sku in opened.items()},
            low_at={key: sku.low_at for key, sku in opened.items()},
            actor=actor,
        )


def _free_codes(session: Session, ids: Sequence[UUID]) -> None:
    """Let go of codes that are about to be written again, so that two SKUs may swap theirs."""
    session.execute(
        sa.update(_SKU)  # type: ignore[arg-type]
        .where(_SKU.c.id.in_(ids))
        .values(code=sa.literal("~") + sa.cast(_SKU.c.id, sa.String()))
    )


def _announce_prices(
    session: Session,
    product_id: UUID,
    skus: Any,
    old: dict[UUID, Any],
) -> None:
    events = [
        PriceChanged(
            product_id=product_id, sku_id=key, old_fen=old[key].price_fen, new_fen=sku.price_fen
        )
        for key, sku in skus
        if key in old and old[key].price_fen != sku.price_fen
    ]
    if events:
        announce(session, *events)
