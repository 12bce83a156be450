"""CSV that spreadsheets open without harm: quoted by the standard library, formulas disarmed.

Source: OWASP, CSV Injection: a cell that starts with ``=``, ``+``, ``-``, ``@``, tab or carriage
return may be run as a formula; an apostrophe before it makes it text.
"""

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

BOM = "\ufeff"
"""Stands before the first line so that Excel reads UTF-8; the edge that sends a file adds it."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def disarm(value: object) -> str:
    """A cell as text that no spreadsheet runs. Numbers stay as they are, also negative ones."""
    if value is None:
        return ""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def csv_line(values: Iterable[object]) -> str:
    """One line of CSV with its line end (CRLF, as RFC 4180 asks); every cell is disarmed."""
    target = io.StringIO()
    csv.writer(target).writerow([disarm(value) for value in values])
    return target.getvalue()
