"""The bag as pages show it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from core.media.types import PictureView
from core.orders.rules import CartProblem, options_text
from core.pricing.types import Quote


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
    picture: PictureView | None
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
        """Chosen options in one line, such as ``雨过天青 · 大号``."""
        return options_text(self.options)

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
