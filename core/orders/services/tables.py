"""The tables of orders as Core sees them: hot paths read rows and write with Core."""

from typing import Any, TypeAlias, cast

import sqlalchemy as sa

from core.orders.models import (
    AfterSale,
    AfterSaleLine,
    CartLine,
    Order,
    OrderEntry,
    OrderLine,
    Shipment,
)

Row: TypeAlias = sa.Row[*tuple[Any, ...]]
"""A row whose columns the reader knows."""

CART_LINE = cast(sa.Table, CartLine.__table__)
ORDER = cast(sa.Table, Order.__table__)
LINE = cast(sa.Table, OrderLine.__table__)
ENTRY = cast(sa.Table, OrderEntry.__table__)
SHIPMENT = cast(sa.Table, Shipment.__table__)
AFTER_SALE = cast(sa.Table, AfterSale.__table__)
AFTER_SALE_LINE = cast(sa.Table, AfterSaleLine.__table__)
