"""The axes an order stands on, as words and as tables of moves. Each axis has one writer."""

from enum import StrEnum

from core.kernel.states import StateMachine


class OrderState(StrEnum):
    """Where the contract stands.

    ``COMPLETED``: the goods arrived. ``CANCELLED``: ended before, unpaid or with the money back.
    ``EXPIRED``: not paid in time.
    """

    PLACED = "placed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class PaymentState(StrEnum):
    """Where the money stands. An order of 0 fen is ``PAID`` from the start."""

    NONE = "none"
    PENDING = "pending"
    PARTIAL = "partial"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


class FulfilmentState(StrEnum):
    """Where the parcel stands."""

    PENDING = "pending"
    SHIPPED = "shipped"
    RECEIVED = "received"


class AfterSaleState(StrEnum):
    """Where a wish for money back stands. ``APPROVED``: the gateway is giving the money back."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUNDED = "refunded"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class AfterSaleKind(StrEnum):
    """``REFUND``: money only, the goods stay. ``RETURN``: goods come back to the shelf."""

    REFUND = "refund"
    RETURN = "return"


class OrderStatus(StrEnum):
    """All axes in one word, as shoppers and order lists say it."""

    UNPAID = "unpaid"
    TO_SHIP = "to_ship"
    TO_RECEIVE = "to_receive"
    COMPLETED = "completed"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


MONEY_IN = (PaymentState.PAID, PaymentState.PARTIALLY_REFUNDED)
"""Payment states of an order whose goods are owed or delivered: paid and not wholly refunded."""

OPEN_AFTER_SALE = (AfterSaleState.REQUESTED, AfterSaleState.APPROVED)
"""States in which an after-sale holds up settlement."""

AFTER_SALE_MOVES: StateMachine[AfterSaleState] = StateMachine(
    "after_sale",
    {
        AfterSaleState.REQUESTED: frozenset(
            {AfterSaleState.APPROVED, AfterSaleState.REJECTED, AfterSaleState.WITHDRAWN}
        ),
        AfterSaleState.APPROVED: frozenset({AfterSaleState.REFUNDED}),
    },
)

_LABELS = {
    OrderStatus.UNPAID: "To pay",
    OrderStatus.TO_SHIP: "To ship",
    OrderStatus.TO_RECEIVE: "To receive",
    OrderStatus.COMPLETED: "Completed",
    OrderStatus.REFUNDED: "Refunded",
    OrderStatus.CANCELLED: "Cancelled",
    OrderStatus.EXPIRED: "Expired",
}

_AFTER_SALE_LABELS = {
    AfterSaleState.REQUESTED: "Waiting for the store",
    AfterSaleState.APPROVED: "Refund on its way",
    AfterSaleState.REFUNDED: "Money returned",
    AfterSaleState.REJECTED: "Declined",
    AfterSaleState.WITHDRAWN: "Withdrawn",
}


def status_label(status: OrderStatus) -> str:
    """Catalogue entry of a status."""
    return _LABELS[status]


def after_sale_label(state: AfterSaleState) -> str:
    """Catalogue entry of an after-sale's state."""
    return _AFTER_SALE_LABELS[state]
