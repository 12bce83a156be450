"""What is left of an order to give back: refunds and open after-sales taken off."""

from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel.values import dataclass
from core.orders.rules import LineLeft
from core.orders.services.tables import AFTER_SALE, AFTER_SALE_LINE, LINE, Row
from core.orders.states import OPEN_AFTER_SALE, AfterSaleState

_asked = (
    sa.select(
        AFTER_SALE_LINE.c.order_line_id,
        sa.func.sum(AFTER_SALE_LINE.c.quantity).label("quantity"),
        sa.func.sum(AFTER_SALE_LINE.c.amount_fen).label("amount_fen"),
    )
    .join(AFTER_SALE, AFTER_SALE.c.id == AFTER_SALE_LINE.c.after_sale_id)
    .where(AFTER_SALE.c.order_id == sa.bindparam("order"), AFTER_SALE.c.state.in_(OPEN_AFTER_SALE))
    .group_by(AFTER_SALE_LINE.c.order_line_id)
    .subquery()
)
_left = (
    sa.select(
        LINE,
        sa.func.coalesce(_asked.c.quantity, 0).label("asked_quantity"),
        sa.func.coalesce(_asked.c.amount_fen, 0).label("asked_fen"),
    )
    .outerjoin(_asked, _asked.c.order_line_id == LINE.c.id)
    .where(LINE.c.order_id == sa.bindparam("order"))
    .order_by(LINE.c.position)
)
_freight_asked = sa.select(sa.func.coalesce(sa.func.sum(AFTER_SALE.c.freight_fen), 0)).where(
    AFTER_SALE.c.order_id == sa.bindparam("order"),
    AFTER_SALE.c.state.in_((*OPEN_AFTER_SALE, AfterSaleState.REFUNDED)),
)


@dataclass(frozen=True)
class LeftLine:
    """An order line and what is left of it."""

    line_id: UUID
    sku_id: UUID
    title: str
    options: Mapping[str, str]
    picture_id: UUID | None
    quantity: int
    paid_fen: int
    left: LineLeft


def left_lines(session: Session, order_id: UUID) -> list[LeftLine]:
    """Every line of an order with what is left of it, in one statement."""
    rows = session.connection().execute(_left, {"order": order_id})
    return [
        LeftLine(
            line_id=row.id,
            sku_id=row.sku_id,
            title=row.title,
            options=row.options,
            picture_id=row.picture_id,
            quantity=row.quantity,
            paid_fen=row.paid_fen,
            left=LineLeft(
                quantity=row.quantity - row.refunded_quantity - int(row.asked_quantity),
                amount_fen=row.paid_fen - row.refunded_fen - int(row.asked_fen),
            ),
        )
        for row in rows
    ]


def left_freight(session: Session, order: Row) -> int:
    """Freight that is neither back nor asked for, in fen."""
    asked = session.connection().scalar(_freight_asked, {"order": order.id})
    return int(order.freight_fen - int(asked or 0))
