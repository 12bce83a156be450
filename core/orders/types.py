"""Values that travel between placement, plugins and the edges. Pages see these, never rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.orm import Session

from core.orders.states import (
    AfterSaleKind,
    AfterSaleState,
    FulfilmentState,
    OrderState,
    OrderStatus,
    PaymentState,
    after_sale_label,
    status_label,
)
from core.pricing.types import PriceRule, Quote, TraceStep

if TYPE_CHECKING:
    from core.media.types import PictureView


@dataclass(frozen=True)
class PlacementFacts:
    """An order about to be stored, as checks and freezes see it.

    ``chain`` holds (level, member id) of up to three uplines, level 1 first.
    """

    order_id: UUID
    member_id: UUID
    quote: Quote
    chain: tuple[tuple[int, UUID], ...]
    province: str


def _no_check(hook: str, **arguments: Any) -> None:
    """Nobody to ask."""


@dataclass(frozen=True)
class Extensions:
    """What the enabled plugins add to orders, handed in by the edge (``shop.extensions()``).

    Args:
        rules: price rules of plugins; core adds its own.
        check: calls a ``check_*`` hook by name with keyword arguments, raises ``Rejected``.
        freezes: plugin name → what to freeze on the order.
    """

    rules: Sequence[PriceRule] = ()
    check: Callable[..., None] = _no_check
    freezes: Mapping[str, Callable[[Session, PlacementFacts], Any]] = field(default_factory=dict)


class CartProblem(StrEnum):
    """Why a line of the bag cannot be bought as it stands."""

    OFF_SALE = "off_sale"
    SOLD_OUT = "sold_out"
    NOT_ENOUGH = "not_enough"
    OVER_LIMIT = "over_limit"


@dataclass(frozen=True)
class CartChange:
    """What became of a change to the bag.

    ``quantity`` is what the line holds now (0: no line). When less than asked was possible,
    ``message`` is a catalogue entry that says why, with ``params``; otherwise it is empty.
    """

    sku_id: UUID
    quantity: int
    message: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CartLineView:
    """A line of the bag as the page shows it.

    ``total_fen`` and ``discount_fen`` come from the quote; a line that is not quoted (not selected,
    or with a problem) shows its list price. ``max_quantity`` is the most that can be chosen now.
    """

    sku_id: UUID
    product_id: UUID
    slug: str
    title: str
    options: Mapping[str, str]
    picture_id: UUID | None
    picture: "PictureView | None"
    quantity: int
    unit_price_fen: int
    discount_fen: int
    total_fen: int
    available: int
    max_quantity: int
    is_selected: bool
    problem: CartProblem | None = None
    message: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def options_text(self) -> str:
        """Chosen options in one line, such as ``雨过天青 / 大号``."""
        return " / ".join(str(value) for value in self.options.values())

    @property
    def is_quoted(self) -> bool:
        """Whether the line is part of the quote and will be ordered."""
        return self.is_selected and self.problem is None


@dataclass(frozen=True)
class CartView:
    """Somebody's bag: good lines first as added (newest on top), lines with a problem at the end.

    ``quote`` prices the selected good lines in the order of ``quoted_lines``; it is ``None`` when
    there are none.
    """

    owner: str
    lines: tuple[CartLineView, ...]
    quote: Quote | None

    @property
    def quoted_lines(self) -> tuple[CartLineView, ...]:
        """Lines that will be ordered, in the order of ``quote.lines``."""
        return tuple(line for line in self.lines if line.is_quoted)

    @property
    def problem_lines(self) -> tuple[CartLineView, ...]:
        """Lines that cannot be bought as they stand."""
        return tuple(line for line in self.lines if line.problem is not None)

    @property
    def pieces(self) -> int:
        """Pieces in the bag, without lines that have a problem: the figure on the bag's icon."""
        return sum(line.quantity for line in self.lines if line.problem is None)

    @property
    def selected_pieces(self) -> int:
        """Pieces that will be ordered."""
        return sum(line.quantity for line in self.quoted_lines)

    @property
    def total_fen(self) -> int:
        """What is asked for the selected lines, freight included; 0 when there are none."""
        return self.quote.total_fen if self.quote else 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies in the bag."""
        return not self.lines

    @property
    def is_all_selected(self) -> bool:
        """Whether every good line is selected."""
        good = [line for line in self.lines if line.problem is None]
        return bool(good) and all(line.is_selected for line in good)


@dataclass(frozen=True)
class PlacedOrder:
    """What placement answers. ``is_new`` is false when the same request was placed before.

    An order of 0 fen is paid at once (``is_paid``) and needs no visit to the cashier.
    """

    order_id: UUID
    order_no: str
    total_fen: int
    expires_at: datetime
    is_new: bool
    is_paid: bool = False


class ConfirmVerdict(StrEnum):
    """What became of a payment's result.

    ``CONFIRMED``: the order is paid by this call. ``REPEATED``: it was known already, nothing
    happened. ``SUSPENDED``: money came that does not fit; it goes back. ``FAILED``, ``PENDING``: as
    the gateway says.
    """

    CONFIRMED = "confirmed"
    REPEATED = "repeated"
    SUSPENDED = "suspended"
    FAILED = "failed"
    PENDING = "pending"


@dataclass(frozen=True)
class ConfirmOutcome:
    """The answer of ``finalise.confirm_payment``."""

    verdict: ConfirmVerdict
    order_id: UUID
    order_no: str
    is_paid: bool


@dataclass(frozen=True)
class AddressView:
    """Where a parcel goes, as frozen on the order."""

    name: str
    phone: str
    province: str
    city: str
    district: str
    detail: str
    postcode: str = ""

    @property
    def one_line(self) -> str:
        """Province to house number in one line."""
        return " ".join(
            part for part in (self.province, self.city, self.district, self.detail) if part
        )


@dataclass(frozen=True)
class OrderLineView:
    """A line of an order with what was really paid for it.

    ``left_quantity`` and ``left_fen`` are what an after-sale may still ask for.
    """

    line_id: UUID
    product_id: UUID
    sku_id: UUID
    slug: str
    title: str
    options: Mapping[str, str]
    picture_id: UUID | None
    picture: "PictureView | None"
    quantity: int
    unit_price_fen: int
    discount_fen: int
    paid_fen: int
    refunded_quantity: int
    refunded_fen: int
    left_quantity: int
    left_fen: int
    sku_code: str = ""

    @property
    def options_text(self) -> str:
        """Chosen options in one line."""
        return " / ".join(str(value) for value in self.options.values())

    @property
    def list_fen(self) -> int:
        """List price of the line."""
        return self.unit_price_fen * self.quantity


@dataclass(frozen=True)
class TimelineEntry:
    """One entry of the order's story; ``message`` is a catalogue entry filled by ``params``."""

    source: str
    kind: str
    message: str
    params: Mapping[str, Any]
    actor: str
    at: datetime


@dataclass(frozen=True)
class ShipmentView:
    """A parcel."""

    carrier: str
    tracking_no: str
    actor: str
    at: datetime


@dataclass(frozen=True)
class AfterSaleLineView:
    """How much of a line goes back; ``quantity`` 0: money only."""

    line_id: UUID
    title: str
    options: Mapping[str, str]
    picture: "PictureView | None"
    quantity: int
    amount_fen: int

    @property
    def options_text(self) -> str:
        """Chosen options in one line."""
        return " / ".join(str(value) for value in self.options.values())


@dataclass(frozen=True)
class AfterSaleView:
    """A wish for money back and where it stands. ``amount_fen`` includes ``freight_fen``."""

    after_sale_id: UUID
    after_sale_no: str
    order_id: UUID
    order_no: str
    member_id: UUID
    nickname: str
    kind: AfterSaleKind
    state: AfterSaleState
    reason: str
    note: str
    answer: str
    amount_fen: int
    freight_fen: int
    lines: tuple[AfterSaleLineView, ...]
    created_at: datetime
    decided_at: datetime | None
    closed_at: datetime | None

    @property
    def label(self) -> str:
        """Catalogue entry of its state."""
        return after_sale_label(self.state)

    @property
    def can_withdraw(self) -> bool:
        """Whether the shopper may still take it back."""
        return self.state == AfterSaleState.REQUESTED

    @property
    def can_decide(self) -> bool:
        """Whether staff has to approve or reject it."""
        return self.state == AfterSaleState.REQUESTED


@dataclass(frozen=True)
class OfferLine:
    """What an after-sale may still ask for on one line, open after-sales already taken off."""

    line_id: UUID
    title: str
    options: Mapping[str, str]
    picture: "PictureView | None"
    quantity: int
    left_quantity: int
    left_fen: int


@dataclass(frozen=True)
class AfterSaleOffer:
    """What can be asked back of an order: per line, and freight when everything goes back."""

    order_id: UUID
    order_no: str
    lines: tuple[OfferLine, ...]
    left_freight_fen: int
    is_shipped: bool


@dataclass(frozen=True)
class OrderSummary:
    """An order in a list: its state, its total, its first lines."""

    order_id: UUID
    order_no: str
    member_id: UUID
    nickname: str
    phone: str
    status: OrderStatus
    state: OrderState
    payment_state: PaymentState
    fulfilment_state: FulfilmentState
    total_fen: int
    refunded_fen: int
    pieces: int
    lines: tuple[OrderLineView, ...]
    receiver: str
    placed_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    has_open_after_sale: bool

    @property
    def label(self) -> str:
        """Catalogue entry of the status."""
        return status_label(self.status)


@dataclass(frozen=True)
class OrderView:
    """Everything about one order that its owner or staff may read.

    ``trace`` is the frozen price story; ``chain`` the frozen uplines, level 1 first (staff only:
    empty when read as the shopper). ``can_*`` are what its owner may do at the moment of reading.
    """

    order_id: UUID
    order_no: str
    member_id: UUID
    status: OrderStatus
    state: OrderState
    payment_state: PaymentState
    fulfilment_state: FulfilmentState
    lines: tuple[OrderLineView, ...]
    goods_fen: int
    discount_fen: int
    freight_fen: int
    total_fen: int
    paid_fen: int
    refunded_fen: int
    address: AddressView
    note: str
    trace: tuple[TraceStep, ...]
    chain: tuple[tuple[int, UUID], ...]
    timeline: tuple[TimelineEntry, ...]
    shipments: tuple[ShipmentView, ...]
    after_sales: tuple[AfterSaleView, ...]
    placed_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    received_at: datetime | None
    aftersale_until: datetime | None
    settled_at: datetime | None
    closed_at: datetime | None
    close_reason: str
    can_pay: bool
    can_cancel: bool
    can_receive: bool
    can_ask_refund: bool

    @property
    def label(self) -> str:
        """Catalogue entry of the status."""
        return status_label(self.status)

    @property
    def list_fen(self) -> int:
        """Goods at list price."""
        return self.goods_fen + self.discount_fen

    @property
    def pieces(self) -> int:
        """Pieces ordered."""
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True)
class OrderFilter:
    """What admin looks for. Empty fields do not narrow; ``since`` and ``until`` are UTC instants.

    ``query`` matches an order number or after-sale number, a phone, a nickname, the receiver's name
    or a line's title.
    """

    query: str = ""
    status: OrderStatus | None = None
    has_open_after_sale: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    member_id: UUID | None = None


@dataclass(frozen=True)
class PackingSlip:
    """What is printed and laid in the parcel: no prices of other orders, no internal notes."""

    order_no: str
    shop_name: str
    address: AddressView
    lines: tuple[OrderLineView, ...]
    pieces: int
    goods_fen: int
    discount_fen: int
    freight_fen: int
    total_fen: int
    note: str
    placed_at: datetime
    printed_at: datetime
