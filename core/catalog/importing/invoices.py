"""A catalogue made of another shop's sales: one product a stock code.

The rules, in the order in which they are tried on a line (the first that fits decides):

1. A blank line is skipped; one with missing or surplus cells, without a code, or with a quantity or
   price that cannot be read has failed.
2. Postage, fees, manual bookings and vouchers are no products (``code.service``).
3. A description with a question mark, or with more small letters than capitals, is a remark of the
   warehouse such as “damaged?” (``title.remark``): this source writes names in capitals.
4. Zero or negative prices and zero or negative quantities are gifts, corrections and returns.
5. What is left is a sale. The first described sale of a code stands for the product
   (``imported``), the others are merged. Codes that differ only in case are one product; its code
   is in capitals. A code whose sales all lack a description gives no product (``title.missing``).

The product's title is the most frequent description of its sales, spaces squeezed; of equally
frequent ones the longer, then the first in the alphabet. Its price is the most frequent positive
unit price of its sales; of equally frequent ones the higher. Its stock is the number of pieces
sold, so that the same sales could be made.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from core.catalog.importing.types import ColumnMapping, Line, NewProduct, Outcome, Unit, Verdict
from core.catalog.rules.drafts import MOST_PRICE_FEN
from core.catalog.types import ProductDraft, SkuDraft
from core.kernel.money import AmountTooLarge, format_yuan, parse_yuan
from core.kernel.text import slugify, squeeze
from core.stock.rules import MOST_PIECES as MOST_STOCK

_SERVICE_CODES = {
    "POST", "DOT", "D", "M", "C2", "C3", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK", "ADJUST",
    "ADJUST2", "TEST001", "TEST002", "GIFT",
}  # fmt: skip
_SERVICE_SHAPE = re.compile(r"GIFT_\d.*|[^\d]{1,3}")

_WHOLE = re.compile(r"[+-]?\d{1,9}(?:\.0+)?")


@dataclass
class _Fault(Exception):
    """A line that is no sale, with its reason."""

    outcome: Outcome
    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Sale:
    code: str
    title: str
    quantity: int
    price_fen: int


@dataclass
class _Tally:
    """What the sales of one code say."""

    first_line: int = 0
    titles: Counter[str] = field(default_factory=Counter)
    prices: Counter[int] = field(default_factory=Counter)
    pieces: int = 0

    @property
    def title(self) -> str:
        """The most frequent description; see the module."""
        best = min(self.titles.items(), key=lambda pair: (-pair[1], -len(pair[0]), pair[0]))
        return best[0]

    @property
    def price_fen(self) -> int:
        """The most frequent price; see the module."""
        return max(self.prices.items(), key=lambda pair: (pair[1], pair[0]))[0]


class InvoicePlan:
    """What becomes of every line of a file of sales.

    Args:
        lines: gives the file's lines anew; called once here and once for :meth:`units`.
        mapping: which column is what.
    """

    def __init__(self, lines: Callable[[], Iterator[Line]], mapping: ColumnMapping) -> None:
        self._lines = lines
        self._columns = mapping.columns
        self._tallies: dict[str, _Tally] = {}
        self.total = 0
        for line in lines():
            self.total += 1
            try:
                sale = _read(line, self._columns)
            except _Fault:
                continue
            self._count(line, sale)

    def units(self) -> Iterator[Unit]:
        """One unit a line, in the order of the file."""
        for line in self._lines():
            try:
                sale = _read(line, self._columns)
            except _Fault as fault:
                verdict = Verdict(line, fault.outcome, fault.code, fault.params, is_kept=True)
                yield Unit((verdict,))
                continue
            yield self._unit(line, sale)

    def _count(self, line: Line, sale: _Sale) -> None:
        tally = self._tallies.setdefault(sale.code, _Tally())
        if sale.title:
            tally.first_line = tally.first_line or line.no
            tally.titles[sale.title] += 1
        tally.prices[sale.price_fen] += 1
        tally.pieces = min(tally.pieces + sale.quantity, MOST_STOCK)

    def _unit(self, line: Line, sale: _Sale) -> Unit:
        tally = self._tallies[sale.code]
        if not tally.titles:
            return Unit((Verdict(line, Outcome.SKIPPED, "title.missing", is_kept=True),))
        if line.no == tally.first_line:
            verdict = Verdict(line, Outcome.IMPORTED, "created")
            return Unit((verdict,), _product(sale.code, tally))
        other_title = sale.title != tally.title
        other_price = sale.price_fen != tally.price_fen
        reason = {
            (False, False): "merged.same",
            (True, False): "merged.title",
            (False, True): "merged.price",
            (True, True): "merged.both",
        }[other_title, other_price]
        return Unit((Verdict(line, Outcome.MERGED, reason, is_kept=other_title),))


MOST_PIECES = 1_000_000
"""Most pieces that a line may speak of; beyond it is a slip of somebody's pen."""


def is_service(code: str) -> bool:
    """Whether a code stands for postage, a fee or a booking. ``code`` is in capitals."""
    return code in _SERVICE_CODES or _SERVICE_SHAPE.fullmatch(code) is not None


@lru_cache(maxsize=1 << 16)  # a file has many lines and few descriptions
def is_remark(text: str) -> bool:
    """Whether a description is a remark of the warehouse and no name."""
    capitals = sum(letter.isupper() for letter in text)
    small = sum(letter.islower() for letter in text)
    return "?" in text or small > capitals


def _read(line: Line, columns: Mapping[str, str]) -> _Sale:
    if line.fault:
        outcome = Outcome.SKIPPED if line.fault == "line.blank" else Outcome.FAILED
        raise _Fault(outcome, line.fault)
    code = squeeze(line.cells.get(columns["code"], "")).upper()
    title = squeeze(line.cells.get(columns["title"], ""))
    if not code:
        raise _Fault(Outcome.FAILED, "code.missing")
    quantity = _whole(line.cells.get(columns["quantity"], ""))
    if abs(quantity) > MOST_PIECES:
        raise _Fault(Outcome.FAILED, "quantity.absurd", {"value": str(quantity)[:40]})
    price_fen = _amount(line.cells.get(columns["price"], ""))
    if abs(price_fen) > MOST_PRICE_FEN:
        raise _Fault(Outcome.FAILED, "price.absurd", {"value": format_yuan(price_fen)})
    _refuse_other_bookings(code, title, quantity, price_fen)
    return _Sale(code[:64], title[:160], quantity, price_fen)


def _refuse_other_bookings(code: str, title: str, quantity: int, price_fen: int) -> None:
    rules: tuple[tuple[bool, str, dict[str, str]], ...] = (
        (is_service(code), "code.service", {"value": code}),
        (is_remark(title), "title.remark", {"value": title}),
        (price_fen < 0, "price.negative", {}),
        (price_fen == 0, "price.zero", {}),
        (quantity < 0, "quantity.return", {}),
        (quantity == 0, "quantity.zero", {}),
    )
    for fits, reason, params in rules:
        if fits:
            raise _Fault(Outcome.SKIPPED, reason, dict(params))


def _whole(text: str) -> int:
    cleaned = text.strip()
    if not _WHOLE.fullmatch(cleaned):
        raise _Fault(Outcome.FAILED, "number.format", {"value": squeeze(text)[:40]})
    return int(cleaned.partition(".")[0])


def _amount(text: str) -> int:
    try:
        return parse_yuan(text)
    except AmountTooLarge:
        raise _Fault(Outcome.FAILED, "price.absurd", {"value": squeeze(text)[:40]}) from None
    except ValueError:
        raise _Fault(Outcome.FAILED, "price.format", {"value": squeeze(text)[:40]}) from None


def _product(code: str, tally: _Tally) -> NewProduct:
    slug = f"{slugify(tally.title)[:80]}-{slugify(code)}".strip("-")
    return NewProduct(
        draft=ProductDraft(title=tally.title, slug=slug, source_key=f"import:{code}"[:80]),
        skus=(SkuDraft(code=code, price_fen=tally.price_fen, on_hand=tally.pieces),),
        stock={code: tally.pieces},
    )
