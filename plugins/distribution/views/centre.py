"""The first page of the centre, and every commission with its explanation."""

from typing import Any

from flask import request
from sqlalchemy.orm import Session

from core.api.charts import Series, area_chart
from core.api.clock import now
from core.api.i18n import gettext as _
from core.api.money import format_yuan
from core.api.web import member, reader, store_settings
from plugins.distribution.rules import Grade
from plugins.distribution.rules.grading import next_grade
from plugins.distribution.services.distributors import DistributorState, distributor
from plugins.distribution.services.grades import numbers_of
from plugins.distribution.services.listing import Wanted, earned_since, ledger_of
from plugins.distribution.services.reports import STATES, commissions, money_of, trend
from plugins.distribution.services.standings import Standing, standing_of
from plugins.distribution.services.statements import Month, months_of
from plugins.distribution.views.grade import Progress, progress_of
from plugins.distribution.views.page import asked_number, for_earners, go, page_number, show_page
from plugins.distribution.views.showing import (
    STATE_LABELS,
    Slice,
    day_labels,
    end_of_today,
    ledger_rows,
)

RANGES = (7, 30, 90)
RECENT = 5
PER_PAGE = 20
ROOT = "/x/distribution/"


def home() -> Any:
    """Identity, money, trend, tools and the newest commissions; others are led to joining."""
    principal, session = member(), reader()
    standing = standing_of(session, principal.subject_id)
    if standing.state not in {DistributorState.ACTIVE, DistributorState.FROZEN}:
        return go(f"{ROOT}join")
    days = request.args.get("days", 30, type=int)
    days = days if days in RANGES else 30
    zone = store_settings().timezone
    until = end_of_today(zone)
    earned = trend(session, standing.member_id, until=until, days=days)
    found = commissions(session, beneficiary_id=standing.member_id, limit=RECENT)
    return show_page(
        "home.html",
        standing,
        name=principal.name,
        money=money_of(session, standing.member_id),
        earned=earned,
        today_fen=earned.days[-1],
        month_fen=earned_since(session, standing.member_id, Month.of(now(), zone).bounds(zone)[0]),
        days=days,
        ranges=RANGES,
        chart=_chart(earned.days, until, days),
        next_grade=_next_grade(session, standing),
        rows=ledger_rows(session, standing.member_id, found),
    )


def _next_grade(session: Session, standing: Standing) -> tuple[Grade, Progress] | None:
    """The next grade and the condition that is nearest, or farthest where all of them must hold."""
    grade = next_grade(standing.programme, standing.grade_id)
    row = distributor(session, standing.member_id) if grade else None
    if grade is None or not grade.conditions or (row and row.is_grade_locked):
        return None
    steps = progress_of(grade, numbers_of(session, standing.member_id, standing.programme))
    choose = min if grade.needs_all else max
    return grade, choose(steps, key=lambda step: step.percent)


def _chart(values: tuple[int, ...], until: Any, days: int) -> Any:
    labels = day_labels(until, days, store_settings().timezone)
    return area_chart(
        labels,
        [Series(_("Commission"), values)],
        title=_("Commission per day, last %(days)s days", days=days),
        label_heading=_("Day"),
        show=lambda fen: f"¥{format_yuan(fen)}",
        unit=100,
        width=340,
        height=170,
        marks=5,
    )


@for_earners
def ledger() -> str:
    """Commissions by state, month and order; what was taken back stands as a negative row."""
    session, zone = reader(), store_settings().timezone
    standing: Standing = standing_of(session, member().subject_id)
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    months = months_of(session, standing.member_id, zone)
    month = Month.read(request.args.get("month", ""))
    month = month if month in months else None
    since, until = month.bounds(zone) if month else (None, None)
    words = asked_number()
    number = page_number()
    found = ledger_of(
        session,
        standing.member_id,
        Wanted(state, since, until, words),
        limit=PER_PAGE + 1,
        offset=(number - 1) * PER_PAGE,
    )
    return show_page(
        "ledger.html",
        standing,
        rows=ledger_rows(session, standing.member_id, found[:PER_PAGE]),
        states=[(each, str(STATE_LABELS[each])) for each in STATES],
        state=state,
        months=months,
        month=str(month) if month else "",
        words=words,
        page=Slice(number, len(found) > PER_PAGE),
    )
