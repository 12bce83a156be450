"""Bags and orders, for reading: where they stand, what was sold on a line, what members bought.

What happens to orders is told by facts (``core.api.events``); nothing here changes one.
"""

from core.orders.services import order_detail
from core.orders.services.progress import (
    has_order,
    is_buyer,
    line_labels,
    progress_of,
    refunded_orders,
)
from core.orders.services.signals import order_signals
from core.orders.services.spending import buyer_ids, has_bought, sales_between, spending_of
from core.orders.types import CartView, OrderView, PackingSlip, PlacementFacts
from core.orders.types.progress import LineLabel, LineProgress, OrderProgress
from core.orders.types.signals import OrderSignals, Spending

__all__ = [
    "CartView",
    "LineLabel",
    "LineProgress",
    "OrderProgress",
    "OrderSignals",
    "OrderView",
    "PackingSlip",
    "PlacementFacts",
    "Spending",
    "buyer_ids",
    "has_bought",
    "has_order",
    "is_buyer",
    "line_labels",
    "order_detail",
    "order_signals",
    "progress_of",
    "refunded_orders",
    "sales_between",
    "spending_of",
]
