"""Prices as lines of a table: reading a pasted text or a file, and writing the same columns.

A line names a SKU by its code, or a product by its address; then the audience, the price, the first
and the last day. An empty price takes the price away. Other columns are passed over.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.catalog import SkuName, products_addressed, products_named, skus_coded, skus_of
from core.api.clock import day_bounds
from core.api.csv import csv_line
from core.api.errors import InvalidInput
from core.api.money import format_yuan
from plugins.member_pricing.rules import Audience, Terms, check_terms, price_text, read_price
from plugins.member_pricing.services.editing import (
    Change,
    Kept,
    Target,
    parts,
    prices_of,
)
from plugins.member_pricing.services.listing import Key, applies, by_product, fault_of

HEADS = ("code", "audience", "price", "from", "until")
TOLD = ("title", "options", "list_price")
"""Columns of the export that the import passes over."""
MOST_LINES = 5_000
"""So many are read at once; what follows waits for the next time."""
MOST_IN_LINE = 10_000
"""Characters; a longer line is of no table."""
Words = Mapping[str, Audience]
"""Audiences by what a line may call them, in lower case."""


@dataclass(frozen=True)
class BadLine:
    """A line that cannot be taken, as it was typed, and why (a catalogue entry)."""

    number: int
    text: str
    reason: str


@dataclass(frozen=True)
class GoodLine:
    """A line that can be taken: what it changes, what the price is now, what is wrong with it."""

    number: int
    name: str
    change: Change
    kept: Kept | None
    fault: str = ""

    @property
    def kind(self) -> str:
        """``new``, ``changed``, ``removed`` or ``same``."""
        before, after = self.kept.terms if self.kept else None, self.change.terms
        if before == after:
            return "same"
        if before is None:
            return "new"
        return "changed" if after else "removed"


@dataclass
class Table:
    """What a text came to."""

    good: list[GoodLine] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    head: str = ""
    later: Sequence[str] = ()

    @property
    def real(self) -> list[GoodLine]:
        """Lines that would change something."""
        return [line for line in self.good if line.kind != "same"]

    @property
    def left(self) -> str:
        """The lines to be mended and those not read yet, under their heads, as they were typed."""
        lines = [*(each.text for each in self.bad), *self.later]
        return "\n".join([*([self.head] if self.head else []), *lines]) if lines else ""

    def count(self, kind: str) -> int:
        """Good lines of a kind."""
        return sum(1 for line in self.good if line.kind == kind)

    @property
    def faulty(self) -> Mapping[str, int]:
        """Products that the table gives a price that loses money or helps nobody, by fault."""
        found = {(line.fault, line.change.target.product_id) for line in self.real}
        return Counter(fault for fault, _product in found if fault)


@dataclass(frozen=True)
class _Line:
    number: int
    text: str
    cells: Mapping[str, str]


def read_table(
    session: Session, text: str, words: Words, zone: str, head_words: Mapping[str, str]
) -> Table:
    """Read the first ``MOST_LINES`` of a text; five statements for each five hundred.

    Args:
        session: any session.
        text: the lines; with a first line of heads in any order, or without in that of ``HEADS``.
        words: what audiences are called.
        zone: of the store's calendar.
        head_words: head in the reader's language, lower case → one of ``HEADS``.

    Raises:
        InvalidInput: a line is too long for a table.
    """
    typed = text.splitlines()
    lines, head = _lines(typed[: MOST_LINES + 1], head_words)
    codes = [line.cells.get("code", "") for line in lines]
    skus = {sku.code: sku for sku in skus_coded(session, codes)}
    unknown = [code for code in codes if code not in skus]
    products = {each.slug: each for each in products_addressed(session, unknown)}
    table, seen = Table(head=head, later=typed[MOST_LINES + 1 :]), set[tuple[UUID, str]]()
    read: list[tuple[_Line, str, Change]] = []
    for line in lines:
        code = line.cells.get("code", "")
        try:
            if code in skus:
                target, name = Target(skus[code].product_id, skus[code].id), skus[code].label
            elif code in products:
                target, name = Target(products[code].id), products[code].title
            else:
                raise InvalidInput("member_pricing.code", "No SKU or product has this code.")
            change = Change(target, _audience(line, words), _terms(line, zone))
            if change.key in seen:
                raise InvalidInput("member_pricing.twice", "This price stands here twice.")
            seen.add(change.key)
            read.append((line, name, change))
        except InvalidInput as error:
            table.bad.append(BadLine(line.number, line.text, error.message))
    table.good = _judged(session, read)
    return table


def _judged(session: Session, read: Sequence[tuple[_Line, str, Change]]) -> list[GoodLine]:
    """Lines beside the present prices, and what would be wrong once all of them count."""
    ids = [change.target.product_id for _line, _name, change in read]
    prices, skus = prices_of(session, ids), by_product(session, ids)
    after = dict(prices)
    for _line, _name, change in read:
        after.pop(change.key, None)
        if change.terms:
            after[change.key] = Kept(change.target, change.audience, change.terms, 0)
    return [
        GoodLine(
            line.number,
            name,
            change,
            prices.get(change.key),
            _fault(change, after, skus[change.target.product_id]),
        )
        for line, name, change in read
    ]


def _fault(change: Change, after: Mapping[Key, Kept], skus: Sequence[SkuName]) -> str:
    kept = after.get(change.key)
    if kept is None:
        return ""
    return fault_of(kept.terms.price, [sku for sku in skus if applies(after, kept, sku)])


def _lines(texts: Sequence[str], head_words: Mapping[str, str]) -> tuple[list[_Line], str]:
    """Lines with their cells by head, and the line of heads when there is one."""
    heads: Sequence[str] = HEADS
    lines: list[_Line] = []
    head = ""
    for number, typed in enumerate(texts, 1):
        cells = _cells(typed)
        if not any(cells):
            continue
        known = [head_words.get(cell.casefold(), cell.casefold()) for cell in cells]
        if not lines and not head and "code" in known:
            heads, head = known, typed
            continue
        lines.append(_Line(number, typed, dict(zip(heads, cells, strict=False))))
    return lines, head


def _cells(line: str) -> list[str]:
    if len(line) > MOST_IN_LINE:
        raise InvalidInput("member_pricing.table", "This is no table with one price a line.")
    mark = "\t" if "\t" in line else ";" if ";" in line and "," not in line else ","
    row: list[str] = next(csv.reader(io.StringIO(line.lstrip("\ufeff")), delimiter=mark), [])
    return [cell.strip().removeprefix("'") for cell in row]


def _audience(line: _Line, words: Words) -> Audience:
    found = words.get(line.cells.get("audience", "").casefold())
    if found is None:
        raise InvalidInput(
            "member_pricing.audience", "Name a tier, all members or returning customers."
        )
    return found


def _terms(line: _Line, zone: str) -> Terms | None:
    price = read_price(line.cells.get("price", ""))
    if price is None:
        return None
    first, last = (_day(line.cells.get(name, "")) for name in ("from", "until"))
    terms = Terms(
        price,
        day_bounds(first, zone)[0] if first else None,
        day_bounds(last, zone)[1] if last else None,
    )
    check_terms(terms)
    return terms


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        year, month, day = (int(part) for part in text.replace("/", "-").split("-"))
        return date(year, month, day)
    except ValueError:
        raise InvalidInput("member_pricing.day", "Write days like 2026-12-31.") from None


def write_table(
    session: Session,
    product_ids: Sequence[UUID],
    name_of: Callable[[Audience], str],
    days_of: Callable[[Terms], tuple[Any, Any]],
) -> Iterator[str]:
    """Every price of some products in the columns that :func:`read_table` reads.

    Prices of audiences without a name, such as a tier that is no longer there, count for nobody
    and are left out. Three statements for each five hundred products.
    """
    yield csv_line((*HEADS, *TOLD))
    for some in parts(product_ids):
        prices = prices_of(session, some)
        skus = {sku.id: sku for sku in skus_of(session, some)}
        for product in products_named(session, some):
            own = [
                kept
                for kept in prices.values()
                if kept.target.product_id == product.id and name_of(kept.audience)
            ]
            for kept in sorted(
                own, key=lambda each: (str(each.target.sku_id or ""), each.audience.key)
            ):
                sku = skus.get(kept.target.sku_id) if kept.target.sku_id else None
                yield csv_line(_row(kept, product, sku, name_of, days_of))


def _row(kept: Kept, product: Any, sku: Any, name_of: Any, days_of: Any) -> Iterable[Any]:
    first, last = days_of(kept.terms)
    return (
        sku.code if sku else product.slug,
        name_of(kept.audience),
        price_text(kept.terms.price),
        first or "",
        last or "",
        product.title,
        " · ".join(sku.options.values()) if sku else "",
        format_yuan(sku.price_fen) if sku else "",
    )
