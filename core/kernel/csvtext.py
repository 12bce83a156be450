"""CSV that spreadsheets open without harm: quoted by the standard library, formulas disarmed.

Spreadsheets keep fifteen digits of a number and show the rest as zeros, so a tab before a longer
one, such as that of a bank card or an order, makes it text. Who reads a file back strips it.

Source: OWASP, CSV Injection: a cell that starts with ``=``, ``+``, ``-``, ``@``, tab or carriage
return may be run as a formula; an apostrophe before it makes it text.
"""

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

BOM = "\ufeff"
"""Stands before the first line so that Excel reads UTF-8; the edge that sends a file adds it."""

_EXACT_DIGITS = 15
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def disarm(value: object) -> str:
    """A cell that no spreadsheet runs or rounds. Numbers stay as they are, also negative ones."""
    if value is None:
        return ""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    text = str(value)
    if len(text) > _EXACT_DIGITS and text.isascii() and text.isdigit():
        return f"\t{text}"
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def csv_line(values: Iterable[object]) -> str:
    """One line of CSV with its line end (CRLF, as RFC 4180 asks); every cell is disarmed."""
    target = io.StringIO()
    csv.writer(target).writerow([disarm(value) for value in values])
    return target.getvalue()
