"""Commissions: every one with what explains it, narrowed and downloaded."""

from collections.abc import Iterator
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from core.api.catalog import Page
from core.api.csv import csv_download, csv_line
from core.api.forms import Period
from core.api.i18n import gettext as _
from core.api.members import ids_matching, names_of
from core.api.money import format_yuan
from core.api.orders import line_labels
from core.api.web import audit, reader, store_settings, writing
from plugins.distribution.admin.page import PER_PAGE, page_number, search_text, show_page
from plugins.distribution.services.overview import (
    CommissionFilter,
    export_commissions,
    find_commissions,
)
from plugins.distribution.services.reports import STATES, CommissionView
from plugins.distribution.views.showing import STATE_LABELS, uuid_or_none

TONES = {"pending": "warn", "frozen": "info", "available": "ok", "reversed": ""}


def show() -> str:
    """The list, newest first."""
    session, number = reader(), page_number()
    period = Period(request.args)
    wanted = _wanted(period)
    found, total, left_fen = find_commissions(
        session, wanted, limit=PER_PAGE, offset=(number - 1) * PER_PAGE
    )
    people = {row.beneficiary_id for row in found} | {row.buyer_id for row in found}
    return show_page(
        "commissions.html",
        "commissions",
        page=Page(tuple(found), total, number, PER_PAGE),
        left_fen=left_fen,
        names=names_of(session, people),
        lines=line_labels(session, [row.order_line_id for row in found]),
        states=[(each, str(STATE_LABELS[each])) for each in STATES],
        labels={key: str(label) for key, label in STATE_LABELS.items()},
        tones=TONES,
        state=wanted.state,
        query=search_text(),
        period=period,
        query_string=request.query_string.decode("ascii", "ignore"),
        is_narrowed=bool(request.args),
    )


def download() -> Any:
    """What the filter finds as CSV; the download is written into the audit log."""
    wanted = _wanted(Period(request.args))
    with writing() as session:
        audit(
            session,
            "distribution.commissions.export",
            "commission",
            "csv",
            after={name: value for name, value in request.args.items() if value},
        )
    return csv_download("commissions.csv", _lines(reader(), wanted))


def _wanted(period: Period) -> CommissionFilter:
    since, until = period.bounds(store_settings().timezone) if period.validate() else (None, None)
    state, query = request.args.get("state", ""), search_text()
    member_id = uuid_or_none(request.args.get("member", ""))
    is_number = query.isascii() and query.isdigit() and len(query) > 11
    members: Any = [member_id] if member_id else None
    if query and not is_number:
        members = ids_matching(query)
    return CommissionFilter(
        state=state if state in STATES else "",
        order_no=query if is_number else "",
        members=members,
        since=since,
        until=until,
    )


def _lines(session: Session, wanted: CommissionFilter) -> Iterator[str]:
    yield csv_line(
        [
            _("Order"),
            _("Product"),
            _("Level"),
            _("Distributor"),
            _("Buyer"),
            _("Paid for the line"),
            _("Rate in percent"),
            _("Commission"),
            _("Taken back"),
            _("Left"),
            _("State"),
            _("Plan version"),
            _("Accrued at (UTC)"),
            _("Settled at (UTC)"),
        ]
    )
    for chunk in export_commissions(session, wanted):
        people = {row.beneficiary_id for row in chunk} | {row.buyer_id for row in chunk}
        names = names_of(session, people)
        lines = line_labels(session, [row.order_line_id for row in chunk])
        for row in chunk:
            line = lines.get(row.order_line_id)
            yield csv_line(_cells(row, line.title if line else "", names))


def _cells(row: CommissionView, title: str, names: Any) -> list[object]:
    return [
        row.order_no,
        title,
        row.level,
        names.get(row.beneficiary_id, ""),
        names.get(row.buyer_id, ""),
        format_yuan(row.base_fen),
        format_yuan(row.rate_bps),
        format_yuan(row.amount_fen),
        format_yuan(row.reversed_fen),
        format_yuan(row.left_fen),
        str(STATE_LABELS[row.shown_state]),
        row.plan_version,
        f"{row.accrued_at:%Y-%m-%d %H:%M:%S}",
        f"{row.available_at:%Y-%m-%d %H:%M:%S}" if row.available_at else "",
    ]
