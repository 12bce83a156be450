"""Values that travel between placement, plugins and the edges. Pages see these, never rows."""

from core.orders.rules import CartProblem
from core.orders.types.after_sales import (
    AfterSaleLineView,
    AfterSaleOffer,
    AfterSaleView,
    OfferLine,
)
from core.orders.types.bags import (
    CartChange,
    CartLineView,
    CartView,
)
from core.orders.types.placing import (
    ConfirmOutcome,
    ConfirmVerdict,
    Extensions,
    PlacedOrder,
    PlacementFacts,
)
from core.orders.types.reading import (
    AddressView,
    OrderFilter,
    OrderLineView,
    OrderSummary,
    OrderView,
    PackingSlip,
    ShipmentView,
    TimelineEntry,
)

__all__ = [
    "AddressView",
    "AfterSaleLineView",
    "AfterSaleOffer",
    "AfterSaleView",
    "CartChange",
    "CartLineView",
    "CartProblem",
    "CartView",
    "ConfirmOutcome",
    "ConfirmVerdict",
    "Extensions",
    "OfferLine",
    "OrderFilter",
    "OrderLineView",
    "OrderSummary",
    "OrderView",
    "PackingSlip",
    "PlacedOrder",
    "PlacementFacts",
    "ShipmentView",
    "TimelineEntry",
]
