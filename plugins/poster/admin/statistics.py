"""What posters bring: shown, scanned, registered, ordered; by template and by member, as a file."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from core.api.charts import Series
from core.api.clock import local_date, now
from core.api.contributions import AdminPage, CardStep
from core.api.csv import csv_download, csv_line
from core.api.forms import Period
from core.api.i18n import gettext as _
from core.api.i18n import lazy_gettext as _l
from core.api.members import names_of
from core.api.money import format_yuan
from core.api.values import dataclass
from core.api.web import audit, reader, render_admin_page, store_settings, writing
from plugins.poster.services import statistics
from plugins.poster.services.statistics import Figures
from plugins.poster.services.template_views import names_of_templates

PLUGIN = "poster"
ROOT = "/admin/x/poster"
PRESETS = {7: _l("7 days"), 30: _l("30 days"), 90: _l("90 days")}
DAYS = 30
MOST_DAYS = 400
PER_PAGE = 25
_CHUNK = 500


@dataclass(frozen=True)
class Range:
    """The days that are asked for, both included. ``preset``: how many, up to today; 0: others."""

    since: date
    until: date
    preset: int

    @property
    def days(self) -> list[date]:
        """Every day, the first one first."""
        count = (self.until - self.since).days + 1
        return [self.since + timedelta(days=number) for number in range(count)]


def show() -> str:
    """Sums, the way from poster to order, every template, and those whose posters sell best."""
    session, chosen = reader(), _range()
    template_id = _template_id()
    number = max(1, min(request.args.get("page", 1, type=int) or 1, 10_000))
    by_template = statistics.by_template(session, chosen.since, chosen.until)
    sums = _sum(by_template, template_id)
    found = statistics.by_member(
        session,
        chosen.since,
        chosen.until,
        template_id,
        limit=PER_PAGE + 1,
        offset=(number - 1) * PER_PAGE,
    )
    daily = statistics.by_day(session, chosen.since, chosen.until, template_id)
    days = chosen.days
    per_day = [daily.get(day, Figures()) for day in days]
    names = names_of_templates(session)
    return render_admin_page(
        "admin/statistics.html",
        PLUGIN,
        tab="statistics",
        root=ROOT,
        chosen=chosen,
        presets=[(key, str(label)) for key, label in PRESETS.items()],
        period=Period(data={"since": chosen.since, "until": chosen.until}),
        sums=sums,
        steps=_steps(sums),
        templates=[(key, names.get(key, ""), each) for key, each in by_template.items()],
        template_id=template_id,
        template_name=names.get(template_id, "") if template_id else "",
        members=found[:PER_PAGE],
        has_more=len(found) > PER_PAGE,
        page_number=number,
        names=names_of(session, [member_id for member_id, _figures in found]),
        labels=[f"{day.month}/{day.day}" for day in days],
        series=[
            Series(_("Scans"), [each.scan_count for each in per_day]),
            Series(_("Orders"), [each.order_count for each in per_day]),
        ],
        query_string=request.query_string.decode("ascii", "ignore"),
    )


def download() -> Any:
    """The members of the time as CSV; the download is written into the audit log."""
    chosen, template_id = _range(), _template_id()
    with writing() as writer:
        audit(
            writer,
            "poster.statistics.export",
            "poster",
            "csv",
            after={
                "since": str(chosen.since),
                "until": str(chosen.until),
                "template": str(template_id or ""),
            },
        )
    return csv_download("posters.csv", _lines(reader(), chosen, template_id))


def _lines(session: Session, chosen: Range, template_id: UUID | None) -> Iterator[str]:
    yield csv_line(
        [
            _("Member"),
            _("From"),
            _("Until"),
            _("Posters shown"),
            _("Scans"),
            _("People"),
            _("Registered"),
            _("Orders"),
            _("Goods in yuan"),
            _("Refunded orders"),
            _("Refunded in yuan"),
        ]
    )
    offset = 0
    while found := statistics.by_member(
        session, chosen.since, chosen.until, template_id, limit=_CHUNK, offset=offset
    ):
        names = names_of(session, [member_id for member_id, _figures in found])
        for member_id, each in found:
            yield csv_line(_cells(names.get(member_id, ""), chosen, each))
        offset += _CHUNK


def _cells(name: str, chosen: Range, each: Figures) -> list[object]:
    return [
        name,
        chosen.since,
        chosen.until,
        each.shown_count,
        each.scan_count,
        each.scanner_count,
        each.registered_count,
        each.order_count,
        format_yuan(each.order_fen),
        each.refunded_count,
        format_yuan(each.refunded_fen),
    ]


def _range() -> Range:
    """The time that the address names; anything odd is the last thirty days."""
    today = local_date(now(), store_settings().timezone)
    form = Period(request.args)
    if form.validate() and form.since.data and form.until.data:
        until = min(form.until.data, today)
        since = max(min(form.since.data, until), until - timedelta(days=MOST_DAYS - 1))
        length = (until - since).days + 1
        return Range(since, until, length if until == today and length in PRESETS else 0)
    days = request.args.get("days", DAYS, type=int)
    days = days if days in PRESETS else DAYS
    return Range(today - timedelta(days=days - 1), today, days)


def _template_id() -> UUID | None:
    try:
        return UUID(request.args.get("template", ""))
    except ValueError:
        return None


def _sum(by_template: Any, template_id: UUID | None) -> Figures:
    if template_id is not None:
        found: Figures = by_template.get(template_id, Figures())
        return found
    return statistics.added(by_template.values())


def _steps(sums: Figures) -> list[CardStep]:
    return [
        CardStep(
            _("Posters shown"), sums.shown_count, _("looks at ready posters, once a day each")
        ),
        CardStep(_("People who scanned"), sums.scanner_count, _("each once a poster")),
        CardStep(_("Registered"), sums.registered_count, _("made an account after scanning")),
        CardStep(_("Orders"), sums.order_count, _("paid, by people who came last by a poster")),
    ]


STATISTICS_PAGES = (
    AdminPage("poster.statistics", f"{ROOT}/statistics", show, "poster.view"),
    AdminPage(
        "poster.statistics_csv", f"{ROOT}/statistics/csv", download, "poster.view", ("POST",)
    ),
)
"""Pages of this module."""
