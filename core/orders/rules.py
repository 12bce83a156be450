"""Decisions of orders as plain functions: limits of the bag, status in a word, refund shares."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.kernel.errors import Rejected
from core.kernel.money import share_fen
from core.kernel.text import squeeze
from core.kernel.values import dataclass
from core.orders.states import (
    MONEY_IN,
    AfterSaleKind,
    FulfilmentState,
    OrderState,
    OrderStatus,
    PaymentState,
)

LINES_LIMIT = 99
"""Most different SKUs in one bag or order."""

PIECES_LIMIT = 999
"""Most pieces of one SKU in one bag or order."""

NOTE_LENGTH = 200

CANCEL_REASONS = (
    "Changed my mind",
    "Ordered by mistake",
    "Wrong address or phone",
    "Found it cheaper elsewhere",
    "Other reason",
)
"""What a shopper chooses from when cancelling; catalogue entries."""

AFTER_SALE_REASONS = {
    "not_wanted": "I no longer want it",
    "damaged": "It arrived damaged",
    "not_as_described": "It is not as described",
    "wrong_item": "I got something else",
    "missing": "Something is missing",
    "not_arrived": "It did not arrive",
    "other": "Another reason",
}
"""What a shopper chooses from when asking for money back: key as stored → catalogue entry."""


class CartProblem(StrEnum):
    """Why a line of the bag cannot be bought as it stands."""

    OFF_SALE = "off_sale"
    SOLD_OUT = "sold_out"
    NOT_ENOUGH = "not_enough"
    OVER_LIMIT = "over_limit"
    USED_UP = "used_up"


@dataclass(frozen=True)
class Ceiling:
    """The most pieces of a SKU that can be chosen now, and what sets that figure."""

    pieces: int
    problem: CartProblem | None


_PROBLEMS = {
    CartProblem.OFF_SALE: "No longer on sale.",
    CartProblem.SOLD_OUT: "Sold out.",
    CartProblem.NOT_ENOUGH: "Only %(left)s left.",
    CartProblem.OVER_LIMIT: "At most %(left)s per person.",
    CartProblem.USED_UP: "You have bought as many of these as one person can.",
}


def ceiling(*, is_on_sale: bool, available: int, allowance: int | None) -> Ceiling:
    """The most pieces that can be chosen.

    Args:
        is_on_sale: whether product and SKU are on sale.
        available: pieces left in stock.
        allowance: pieces of the product this member may still buy; ``None``: any number.
    """
    if not is_on_sale:
        return Ceiling(0, CartProblem.OFF_SALE)
    if available <= 0:
        return Ceiling(0, CartProblem.SOLD_OUT)
    if allowance is not None and allowance <= 0:
        return Ceiling(0, CartProblem.USED_UP)
    if allowance is not None and allowance < min(available, PIECES_LIMIT):
        return Ceiling(allowance, CartProblem.OVER_LIMIT)
    if available < PIECES_LIMIT:
        return Ceiling(available, CartProblem.NOT_ENOUGH)
    return Ceiling(PIECES_LIMIT, CartProblem.OVER_LIMIT)


def problem_message(problem: CartProblem) -> str:
    """Catalogue entry that explains a problem; its place ``left`` is the most that can be had."""
    return _PROBLEMS[problem]


def order_status(state: str, payment_state: str, fulfilment_state: str) -> OrderStatus:
    """All axes in one word."""
    if payment_state == PaymentState.REFUNDED:
        return OrderStatus.REFUNDED
    if state == OrderState.CANCELLED:
        return OrderStatus.CANCELLED
    if state == OrderState.EXPIRED:
        return OrderStatus.EXPIRED
    if payment_state not in MONEY_IN:
        return OrderStatus.UNPAID
    if fulfilment_state == FulfilmentState.PENDING:
        return OrderStatus.TO_SHIP
    if fulfilment_state == FulfilmentState.SHIPPED:
        return OrderStatus.TO_RECEIVE
    return OrderStatus.COMPLETED


def can_ask_refund(
    payment_state: str,
    settled_at: datetime | None,
    aftersale_until: datetime | None,
    at: datetime,
) -> bool:
    """Whether a shopper may open an after-sale: paid, not settled, the window not over.

    The window opens with payment and ends at ``aftersale_until``, which receipt sets.
    """
    is_over = settled_at is not None or (aftersale_until is not None and at > aftersale_until)
    return payment_state in MONEY_IN and not is_over


@dataclass(frozen=True)
class LineLeft:
    """What is left of an order line, refunds and open after-sales taken off."""

    quantity: int
    amount_fen: int


@dataclass(frozen=True)
class RefundShare:
    """What one line of an after-sale gives back."""

    quantity: int
    amount_fen: int


def refund_share(left: LineLeft, quantity: int, amount_fen: int | None = None) -> RefundShare:
    """How much money goes back for ``quantity`` pieces of a line.

    The share is taken of what is left, so that returning a line piece by piece gives back exactly
    what was paid for it. ``amount_fen`` overrides the share, up to what is left of the line.

    Raises:
        Rejected: more pieces or more money than is left, or nothing at all.
    """
    if not 0 <= quantity <= left.quantity:
        raise Rejected(
            "after_sale.quantity",
            "At most %(left)s pieces of this line can go back.",
            left=left.quantity,
        )
    if amount_fen is None:
        whole = share_fen(left.amount_fen, quantity, left.quantity) if left.quantity else 0
        return RefundShare(quantity, whole)
    if not 0 <= amount_fen <= left.amount_fen:
        raise Rejected(
            "after_sale.amount",
            "At most %(left_fen)s of this line can go back.",
            left_fen=left.amount_fen,
        )
    return RefundShare(quantity, amount_fen)


def is_whole_order(left: Sequence[LineLeft], shares: Sequence[RefundShare]) -> bool:
    """Whether an after-sale takes back everything that is left of every line."""
    return all(
        share.quantity == rest.quantity and share.amount_fen == rest.amount_fen
        for rest, share in zip(left, shares, strict=True)
    )


def returns_stock(kind: str, fulfilment_state: str) -> bool:
    """Whether pieces of an after-sale go back on the shelf: they came back, or never left."""
    return kind == AfterSaleKind.RETURN or fulfilment_state == FulfilmentState.PENDING


def tidy_note(text: str, limit: int = NOTE_LENGTH) -> str:
    """A shopper's words in one line, cut to what is stored."""
    return squeeze(text)[:limit]


def options_text(options: Mapping[str, Any]) -> str:
    """Chosen options in one line; empty without options."""
    return " · ".join(str(value) for value in options.values())


def check_pieces(quantity: int) -> int:
    """A wanted number of pieces.

    Raises:
        Rejected: not between 1 and :data:`PIECES_LIMIT`.
    """
    if not 1 <= quantity <= PIECES_LIMIT:
        raise Rejected(
            "orders.pieces", "Choose between 1 and %(limit)s pieces.", limit=PIECES_LIMIT
        )
    return quantity
