"""Bags and orders, for reading: where they stand, what was sold on a line, who bought before.

What happens to orders is told by facts (``core.api.events``); nothing here changes one.
"""

from core.orders.services import order_detail
from core.orders.services.progress import has_order, line_labels, progress_of, refunded_orders
from core.orders.types import CartView, OrderView, PackingSlip, PlacementFacts
from core.orders.types.progress import LineLabel, LineProgress, OrderProgress

__all__ = [
    "CartView",
    "LineLabel",
    "LineProgress",
    "OrderProgress",
    "OrderView",
    "PackingSlip",
    "PlacementFacts",
    "has_order",
    "line_labels",
    "order_detail",
    "progress_of",
    "refunded_orders",
]
