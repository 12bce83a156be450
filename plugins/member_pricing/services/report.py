"""Who would pay what: the store's own pipeline, asked for guests and for each audience."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.api.catalog import SkuName
from core.api.clock import now
from core.api.contributions import PriceRule
from core.api.pricing import Quote, QuoteLine, QuoteRequest, TraceStep
from core.api.values import dataclass
from plugins.member_pricing.rules import AudienceKind, Person
from plugins.member_pricing.services.listing import Column
from plugins.member_pricing.services.offers import rule_as

Ask = Callable[[Sequence[QuoteRequest], Sequence[PriceRule]], Sequence[Quote]]
"""Prices baskets, with rules that stand in for those of the same key."""


@dataclass(frozen=True)
class Payer:
    """Somebody who would buy; ``column`` ``None`` is a guest."""

    column: Column | None
    person: Person


@dataclass(frozen=True)
class Paid:
    """What somebody would pay for a line or a basket, and how it comes about."""

    goods_fen: int
    list_fen: int
    trace: tuple[TraceStep, ...]

    @property
    def has_price(self) -> bool:
        """Whether a member price counts in it."""
        return any(step.stage == "member" for step in self.trace)


@dataclass(frozen=True)
class ReportRow:
    """A SKU, so many pieces of it, and what each payer would pay for them."""

    sku: SkuName
    quantity: int
    paid: tuple[Paid, ...]

    @property
    def list_fen(self) -> int:
        """By the list."""
        return self.sku.price_fen * self.quantity


@dataclass(frozen=True)
class Report:
    """Rows, the payers of their columns, and the sums when the rows are one basket."""

    payers: tuple[Payer, ...]
    rows: tuple[ReportRow, ...]
    basket: tuple[Paid, ...] = ()

    def covered(self, index: int) -> int:
        """How many SKUs have a member price for the payer of a column."""
        return sum(1 for row in self.rows if row.paid[index].has_price)

    @property
    def covered_at_all(self) -> int:
        """How many SKUs have a member price for anybody."""
        return sum(1 for row in self.rows if any(paid.has_price for paid in row.paid))


def payers_of(columns: Sequence[Column]) -> tuple[Payer, ...]:
    """A guest, a member without tier, a returning one, and one of each tier who never bought."""
    found = [Payer(None, Person(is_member=False))]
    for column in columns:
        is_returning = column.audience.kind == AudienceKind.RETURNING
        rank = column.tier.rank if column.tier else 0
        found.append(Payer(column, Person(rank=rank, is_returning=is_returning)))
    return tuple(found)


def report_on(
    skus: Sequence[tuple[SkuName, int]],
    columns: Sequence[Column],
    settings: Mapping[str, Any],
    ask: Ask,
    *,
    is_basket: bool = False,
) -> Report:
    """What everybody would pay, each SKU by itself or all as one basket.

    Offers to one person alone, such as for a first order, are not in it: nobody in particular buys.
    """
    payers, at = payers_of(columns), now()
    lines = [_line(sku, quantity) for sku, quantity in skus]
    baskets = [QuoteRequest(tuple(lines), None, at)] if is_basket else []
    baskets += [] if is_basket else [QuoteRequest((line,), None, at) for line in lines]
    quotes = [_ask(ask, baskets, payer, settings) if lines else [] for payer in payers]
    if is_basket and lines:
        whole = [Paid(each.goods_fen, each.list_fen, each.trace) for (each,) in quotes]
        return Report(payers, _rows_of_basket(skus, [each for (each,) in quotes]), tuple(whole))
    rows = [
        ReportRow(sku, quantity, tuple(_paid(column[index], 0) for column in quotes))
        for index, (sku, quantity) in enumerate(skus)
    ]
    return Report(payers, tuple(rows))


def _ask(
    ask: Ask, baskets: Sequence[QuoteRequest], payer: Payer, settings: Mapping[str, Any]
) -> Sequence[Quote]:
    return ask(baskets, (rule_as(payer.person, settings),))


def _rows_of_basket(
    skus: Sequence[tuple[SkuName, int]], quotes: Sequence[Quote]
) -> tuple[ReportRow, ...]:
    return tuple(
        ReportRow(sku, quantity, tuple(_paid(quote, index) for quote in quotes))
        for index, (sku, quantity) in enumerate(skus)
    )


def _paid(quote: Quote, index: int) -> Paid:
    line = quote.lines[index]
    steps = tuple(step for step in quote.trace if step.line == index)
    return Paid(line.total_fen, line.line.list_fen, steps)


def _line(sku: SkuName, quantity: int) -> QuoteLine:
    return QuoteLine(sku.id, sku.product_id, sku.category_id, quantity, sku.price_fen, sku.cost_fen)
