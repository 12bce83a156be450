"""One word for all axes, as conditions the database understands."""

import sqlalchemy as sa

from core.orders.services.tables import ORDER
from core.orders.states import (
    MONEY_IN,
    FulfilmentState,
    OrderState,
    OrderStatus,
    PaymentState,
)

_is_refunded = ORDER.c.payment_state == PaymentState.REFUNDED
_is_alive = ORDER.c.state.in_((OrderState.PLACED, OrderState.COMPLETED))
_has_money = sa.and_(_is_alive, ORDER.c.payment_state.in_(MONEY_IN))


def is_status(status: OrderStatus) -> sa.ColumnElement[bool]:
    """Whether an order stands there; agrees with ``rules.order_status``."""
    return _CONDITIONS[status]


_CONDITIONS: dict[OrderStatus, sa.ColumnElement[bool]] = {
    OrderStatus.REFUNDED: _is_refunded,
    OrderStatus.CANCELLED: sa.and_(ORDER.c.state == OrderState.CANCELLED, ~_is_refunded),
    OrderStatus.EXPIRED: sa.and_(ORDER.c.state == OrderState.EXPIRED, ~_is_refunded),
    OrderStatus.UNPAID: sa.and_(
        _is_alive, ORDER.c.payment_state.not_in((*MONEY_IN, PaymentState.REFUNDED))
    ),
    OrderStatus.TO_SHIP: sa.and_(_has_money, ORDER.c.fulfilment_state == FulfilmentState.PENDING),
    OrderStatus.TO_RECEIVE: sa.and_(
        _has_money, ORDER.c.fulfilment_state == FulfilmentState.SHIPPED
    ),
    OrderStatus.COMPLETED: sa.and_(
        _has_money, ORDER.c.fulfilment_state == FulfilmentState.RECEIVED
    ),
}
