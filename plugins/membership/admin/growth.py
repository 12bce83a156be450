"""The growth log: every change of everybody's growth value, narrowed, summed, downloaded."""

from collections.abc import Iterator
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from core.api.catalog import Page
from core.api.csv import csv_download, csv_line
from core.api.forms import Period
from core.api.i18n import gettext as _
from core.api.members import ids_matching, names_of
from core.api.web import audit, reader, store_settings, writing
from plugins.membership.admin.page import PER_PAGE, id_or_none, page_number, show_page
from plugins.membership.services.reports import (
    EntryFilter,
    EntryView,
    all_entries,
    count_entries,
    entries,
)
from plugins.membership.views.wording import KIND_LABELS, TASK_LABELS

_CHUNK = 500
NARROWING = ("q", "kind", "member", "since", "until")


def show() -> str:
    """The list, newest first."""
    session, number, period = reader(), page_number(), Period(request.args)
    wanted = _wanted(period)
    count, given, taken = count_entries(session, wanted)
    rows = entries(session, wanted, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    only = id_or_none(request.args.get("member", ""))
    return show_page(
        "growth.html",
        "growth",
        page=Page(tuple(rows), count, number, PER_PAGE),
        given=given,
        taken=taken,
        names=names_of(session, {row.member_id for row in rows} | ({only} if only else set())),
        only=only,
        kind=wanted.kind,
        kinds=KIND_LABELS,
        tasks={str(task): label for task, label in TASK_LABELS.items()},
        query=request.args.get("q", "").strip()[:80],
        period=period,
        query_string=request.query_string.decode("ascii", "ignore"),
        is_narrowed=any(request.args.get(name) for name in NARROWING),
    )


def download() -> Any:
    """What the filter finds as CSV; written into the audit log."""
    session, wanted = reader(), _wanted(Period(request.args))
    with writing() as writer:
        audit(
            writer,
            "membership.growth.export",
            "growth",
            "csv",
            after={name: value for name, value in request.args.items() if value},
        )
    return csv_download("growth.csv", _lines(session, wanted))


def _wanted(period: Period) -> EntryFilter:
    since, until = period.bounds(store_settings().timezone) if period.validate() else (None, None)
    kind = request.args.get("kind", "")
    query = request.args.get("q", "").strip()[:80]
    is_number = query.isascii() and query.isdigit() and len(query) > 11
    only = id_or_none(request.args.get("member", ""))
    member_ids: Any = (only,) if only else None
    if query and not is_number:
        member_ids = ids_matching(query)
    return EntryFilter(
        member_ids=member_ids,
        kind=kind if kind in KIND_LABELS else "",
        order_no=query if is_number else "",
        since=since,
        until=until,
    )


def _lines(session: Session, wanted: EntryFilter) -> Iterator[str]:
    yield csv_line(
        [_("Time (UTC)"), _("Member"), _("Kind"), _("Growth value"), _("Order"), _("Task"),
         _("Reason"), _("Who")]
    )  # fmt: skip
    chunk: list[EntryView] = []
    for row in all_entries(session, wanted):
        chunk.append(row)
        if len(chunk) == _CHUNK:
            yield from _written(session, chunk)
            chunk = []
    yield from _written(session, chunk)


def _written(session: Session, rows: list[EntryView]) -> Iterator[str]:
    names = names_of(session, {row.member_id for row in rows})
    tasks = {str(task): str(label) for task, label in TASK_LABELS.items()}
    for row in rows:
        yield csv_line(
            [
                f"{row.at:%Y-%m-%d %H:%M:%S}",
                names.get(row.member_id, ""),
                str(KIND_LABELS.get(row.kind, row.kind)),
                row.amount,
                row.order_no,
                tasks.get(row.subject, ""),
                row.note,
                row.actor,
            ]
        )
