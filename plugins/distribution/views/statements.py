"""Statements by month on the phone, and what their rows are called for everybody."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import request

from core.api.csv import csv_download, csv_line
from core.api.i18n import gettext as _
from core.api.i18n import lazy_gettext as _l
from core.api.web import member, reader, store_settings
from plugins.distribution.services.accounts import AVAILABLE, FROZEN, PENDING, RESERVED
from plugins.distribution.services.standings import standing_of
from plugins.distribution.services.statements import (
    Change,
    Line,
    Month,
    Statement,
    months_of,
    statement_of,
)
from plugins.distribution.views.page import for_earners, show_page

SHOWN = 200
"""Rows on a page; the file has all."""

CHANGE_LABELS = {
    Change.ACCRUED: _l("Commission of an order"),
    Change.FROZEN: _l("Goods received"),
    Change.SETTLED: _l("Settled"),
    Change.REVERSED: _l("Taken back after a refund"),
    Change.REJECTED: _l("Not granted after review"),
    Change.REQUESTED: _l("Payout asked for"),
    Change.RETURNED: _l("Payout given back"),
    Change.PAID: _l("Paid out"),
    Change.OTHER: _l("Correction"),
}
"""What rows are called."""

ACCOUNT_LABELS = {
    PENDING: _l("On its way"),
    FROZEN: _l("Received, in return time"),
    AVAILABLE: _l("Ready to withdraw"),
    RESERVED: _l("In payouts"),
}
"""Where money stands at the end of a month."""


@for_earners
def show() -> str:
    """A month of the signed-in distributor: this one, or the one that is asked for."""
    session, zone = reader(), store_settings().timezone
    standing = standing_of(session, member().subject_id)
    months = months_of(session, standing.member_id, zone)
    month = asked_month(months)
    return show_page(
        "statements.html",
        standing,
        months=months,
        **shown(statement_of(session, standing.member_id, month, zone)),
    )


@for_earners
def download() -> Any:
    """The same as a file."""
    session, zone = reader(), store_settings().timezone
    member_id = member().subject_id
    month = asked_month(months_of(session, member_id, zone))
    return as_file(statement_of(session, member_id, month, zone), zone)


def asked_month(months: Sequence[Month]) -> Month:
    """The month in the address; the newest when it names none of these."""
    month = Month.read(request.args.get("month", ""))
    return month if month is not None and month in months else months[0]


def shown(statement: Statement) -> dict[str, Any]:
    """What both faces need to show a statement."""
    return {
        "statement": statement,
        "figures": [(str(label), fen) for label, fen in figures(statement)],
        "accounts": [(str(text), statement.closing[key]) for key, text in ACCOUNT_LABELS.items()],
        "rows": statement.lines[::-1][:SHOWN],
        "has_more": len(statement.lines) > SHOWN,
        "labels": {str(key): str(label) for key, label in CHANGE_LABELS.items()},
    }


def figures(statement: Statement) -> Iterator[tuple[str, int]]:
    """Opening, what changed it, closing: they add up. What is seldom is left out when it is 0."""
    yield _("At the beginning"), statement.opening_fen
    yield _("Earned"), statement.total_fen(Change.ACCRUED)
    yield _("Taken back after refunds"), statement.total_fen(Change.REVERSED)
    for change in (Change.REJECTED, Change.OTHER):
        if fen := statement.total_fen(change):
            yield str(CHANGE_LABELS[change]), fen
    yield _("Paid out"), statement.total_fen(Change.PAID)
    yield _("At the end"), statement.closing_fen


def as_file(statement: Statement, zone: str) -> Any:
    """A statement for spreadsheets; times are the store's."""
    return csv_download(f"statement-{statement.month}.csv", _lines(statement, zone))


def _lines(statement: Statement, zone: str) -> Iterator[str]:
    yield csv_line([_("Month"), str(statement.month)])
    for label, fen in figures(statement):
        yield csv_line([label, _in_yuan(fen)])
    yield csv_line([_("Fee within what was paid out"), _in_yuan(statement.fee_fen)])
    yield csv_line([_("Service tax within what was paid out"), _in_yuan(statement.tax_fen)])
    for key, label in ACCOUNT_LABELS.items():
        yield csv_line([str(label), _in_yuan(statement.closing[key])])
    yield csv_line([])
    yield csv_line(
        [
            _("Time"),
            _("What"),
            _("Order"),
            _("Payout number"),
            _("Number of commissions"),
            _("Change of the sum"),
            _("Moved on"),
            _("Fee"),
            _("Service tax"),
        ]
    )
    for line in statement.lines:
        yield csv_line(_cells(line, zone))


def _cells(line: Line, zone: str) -> list[object]:
    return [
        f"{line.at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}",
        str(CHANGE_LABELS[line.change]),
        line.order_no,
        line.payout_no,
        line.commissions or "",
        _in_yuan(line.amount_fen),
        _in_yuan(line.moved_fen),
        _in_yuan(line.fee_fen),
        _in_yuan(line.tax_fen),
    ]


def _in_yuan(fen: int) -> Decimal:
    """An amount that spreadsheets reckon with, also when it is negative."""
    return Decimal(fen).scaleb(-2)
