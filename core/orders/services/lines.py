"""Order lines as pages show them, for any number of orders at once."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.models import Product, Sku
from core.db.prepared import Prepared, among, one_of
from core.media.services import picture_views
from core.media.types import PictureView
from core.orders.services.tables import AFTER_SALE, AFTER_SALE_LINE, LINE, Row
from core.orders.states import OPEN_AFTER_SALE
from core.orders.types import OrderLineView

_product = Product.__table__
_sku = Sku.__table__

_asked = (
    sa.select(
        AFTER_SALE_LINE.c.order_line_id,
        sa.func.sum(AFTER_SALE_LINE.c.quantity).label("quantity"),
        sa.func.sum(AFTER_SALE_LINE.c.amount_fen).label("amount_fen"),
    )
    .join(AFTER_SALE, AFTER_SALE.c.id == AFTER_SALE_LINE.c.after_sale_id)
    .where(
        among(AFTER_SALE.c.order_id, "orders"),
        one_of(AFTER_SALE.c.state, OPEN_AFTER_SALE),
    )
    .group_by(AFTER_SALE_LINE.c.order_line_id)
    .subquery()
)
_lines = Prepared(
    sa.select(
        LINE,
        _product.c.slug,
        _sku.c.code,
        sa.func.coalesce(_asked.c.quantity, 0).label("asked_quantity"),
        sa.func.coalesce(_asked.c.amount_fen, 0).label("asked_fen"),
    )
    .join(_product, _product.c.id == LINE.c.product_id)
    .join(_sku, _sku.c.id == LINE.c.sku_id)
    .outerjoin(_asked, _asked.c.order_line_id == LINE.c.id)
    .where(among(LINE.c.order_id, "orders"))
    .order_by(LINE.c.order_id, LINE.c.position)
)


def line_views(
    session: Session, order_ids: Collection[UUID]
) -> dict[UUID, tuple[OrderLineView, ...]]:
    """Lines by order, in order. Two statements: lines with what is left of them, and pictures."""
    if not order_ids:
        return {}
    rows = _lines.all(session, {"orders": list(order_ids)})
    pictures = picture_views(session, {row.picture_id for row in rows if row.picture_id})
    found: dict[UUID, list[OrderLineView]] = {order_id: [] for order_id in order_ids}
    for row in rows:
        found[row.order_id].append(_view(row, pictures))
    return {order_id: tuple(lines) for order_id, lines in found.items()}


def _view(row: Row, pictures: dict[UUID, PictureView]) -> OrderLineView:
    return OrderLineView(
        line_id=row.id,
        product_id=row.product_id,
        sku_id=row.sku_id,
        slug=row.slug,
        title=row.title,
        options=row.options,
        picture_id=row.picture_id,
        picture=pictures.get(row.picture_id),
        quantity=row.quantity,
        unit_price_fen=row.unit_price_fen,
        discount_fen=row.discount_fen,
        paid_fen=row.paid_fen,
        refunded_quantity=row.refunded_quantity,
        refunded_fen=row.refunded_fen,
        left_quantity=row.quantity - row.refunded_quantity - int(row.asked_quantity),
        left_fen=row.paid_fen - row.refunded_fen - int(row.asked_fen),
        sku_code=row.code,
    )
