"""Reading an invoice file: one line of CSV per SKU, grouped into purchases and returns.

Columns as in UCI "Online Retail": InvoiceNo, StockCode, Description, Quantity, InvoiceDate,
UnitPrice, CustomerID, Country. Prices are taken as yuan. An invoice number that starts with C is a
return; its quantities are negative.
"""

import csv
import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from core.kernel.errors import Rejected
from core.kernel.money import parse_yuan
from core.kernel.values import dataclass

COLUMNS = ("InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID")


MOST_PIECES = 100_000
"""Quantities beyond it, either way, are slips of somebody's pen."""


@dataclass(frozen=True)
class InvoiceLine:
    """A line as the file has it; ``line_no`` counts from 2, the line after the heading."""

    line_no: int
    code: str
    quantity: int
    price_fen: int


@dataclass(frozen=True)
class Invoice:
    """The lines of one invoice number. ``customer`` is empty when the file names nobody."""

    number: str
    at: datetime
    customer: str
    lines: tuple[InvoiceLine, ...]

    @property
    def is_return(self) -> bool:
        """Whether goods came back."""
        return self.number.startswith("C")


@dataclass(frozen=True)
class Unplayed:
    """A line that was not played, and why: ``reason`` is a stable code."""

    line_no: int
    reason: str


def read_invoices(path: Path) -> tuple[list[Invoice], list[Unplayed]]:
    """All invoices in order of time, and the lines that are not an invoice line at all.

    Raises:
        Rejected: the file is missing, is no CSV, or lacks a column.
    """
    grouped: dict[str, list[InvoiceLine]] = {}
    heads: dict[str, tuple[datetime, str]] = {}
    unreadable = []
    for line_no, row in _rows(path):
        try:
            number, line, at, customer = _parse(line_no, row)
        except ValueError:
            unreadable.append(Unplayed(line_no, "unreadable"))
            continue
        grouped.setdefault(number, []).append(line)
        first = heads.setdefault(number, (at, customer))
        heads[number] = min(first[0], at), first[1] or customer
    invoices = [
        Invoice(number, *heads[number], lines=tuple(lines)) for number, lines in grouped.items()
    ]
    return sorted(invoices, key=lambda invoice: (invoice.at, invoice.number)), unreadable


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise Rejected(
                    "replay.columns",
                    "%(path)s lacks the columns %(names)s.",
                    path=str(path),
                    names=", ".join(missing),
                )
            for row in reader:
                yield reader.line_num, row
    except (OSError, EOFError, csv.Error) as error:
        raise Rejected(
            "replay.file", "%(path)s cannot be read: %(why)s.", path=str(path), why=str(error)
        ) from error


def _parse(line_no: int, row: dict[str, str]) -> tuple[str, InvoiceLine, datetime, str]:
    if any(row[name] is None for name in COLUMNS):
        raise ValueError("the line is too short")
    number = row["InvoiceNo"].strip().upper()
    code = row["StockCode"].strip().upper()
    if not number or not code:
        raise ValueError("no invoice number or stock code")
    quantity = int(row["Quantity"])
    if abs(quantity) > MOST_PIECES:
        raise ValueError("nobody bought that many")
    line = InvoiceLine(line_no, code, quantity, parse_yuan(row["UnitPrice"]))
    at = datetime.fromisoformat(row["InvoiceDate"].strip()).replace(tzinfo=UTC)
    customer = row["CustomerID"].strip().removesuffix(".0")
    return number, line, at, customer
