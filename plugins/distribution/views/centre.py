"""The first page of the centre, and every commission with its explanation."""

from typing import Any

from flask import request

from core.api.charts import Series, area_chart
from core.api.i18n import gettext as _
from core.api.money import format_yuan
from core.api.web import member, reader, store_settings
from plugins.distribution.services.distributors import DistributorState
from plugins.distribution.services.reports import STATES, commissions, money_of, trend
from plugins.distribution.services.standings import Standing, standing_of
from plugins.distribution.views.page import go, page_number, show_page
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
    until = end_of_today(store_settings().timezone)
    earned = trend(session, standing.member_id, until=until, days=days)
    found = commissions(session, beneficiary_id=standing.member_id, limit=RECENT)
    return show_page(
        "home.html",
        standing,
        name=principal.name,
        money=money_of(session, standing.member_id),
        earned=earned,
        today_fen=earned.days[-1],
        days=days,
        ranges=RANGES,
        chart=_chart(earned.days, until, days),
        rows=ledger_rows(session, found),
    )


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


def ledger() -> str:
    """Every commission, by state; what refunds took back stands beside it as a negative amount."""
    session = reader()
    standing: Standing = standing_of(session, member().subject_id)
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    number = page_number()
    found = commissions(
        session,
        beneficiary_id=standing.member_id,
        state=state or None,
        limit=PER_PAGE + 1,
        offset=(number - 1) * PER_PAGE,
    )
    return show_page(
        "ledger.html",
        standing,
        rows=ledger_rows(session, found[:PER_PAGE]),
        states=[(each, str(STATE_LABELS[each])) for each in STATES],
        state=state,
        page=Slice(number, len(found) > PER_PAGE),
    )
