"""Facts of the trunk: frozen values with ids and amounts, told after they are committed.

The hook of a fact is its name in snake case (:class:`OrderPaid` → ``order_paid``). A plugin is told
each fact once per fact that its handler's transaction commits; see ``core.api.hooks``.
"""

from core.catalog.events import PriceChanged, ProductPublished
from core.kernel.events import Event
from core.members.events import (
    MemberErased,
    MemberFollowed,
    MemberRegistered,
    MemberTierChanged,
    MemberUnfollowed,
)
from core.orders.events import (
    AfterSaleClosed,
    AfterSaleOpened,
    ChainLink,
    LineFact,
    LineRefund,
    OrderCancelled,
    OrderPaid,
    OrderPlaced,
    OrderReceived,
    OrderRefunded,
    OrderSettled,
    OrderShipped,
)
from core.payments.events import (
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
    PaymentSuspended,
)
from core.payouts.events import PayoutFailed, PayoutSucceeded
from core.sharing.events import ReferralBound, ShareCreated, ShareScanned, ShareVisited
from core.stock.events import StockReturned

__all__ = [
    "AfterSaleClosed",
    "AfterSaleOpened",
    "ChainLink",
    "Event",
    "LineFact",
    "LineRefund",
    "MemberErased",
    "MemberFollowed",
    "MemberRegistered",
    "MemberTierChanged",
    "MemberUnfollowed",
    "OrderCancelled",
    "OrderPaid",
    "OrderPlaced",
    "OrderReceived",
    "OrderRefunded",
    "OrderSettled",
    "OrderShipped",
    "PaymentFailed",
    "PaymentRefunded",
    "PaymentSucceeded",
    "PaymentSuspended",
    "PayoutFailed",
    "PayoutSucceeded",
    "PriceChanged",
    "ProductPublished",
    "ReferralBound",
    "ShareCreated",
    "ShareScanned",
    "ShareVisited",
    "StockReturned",
]
