"""The first page: what distribution brings in and costs, and who does best."""

from datetime import datetime, timedelta

from flask import request
from sqlalchemy.orm import Session

from core.api.charts import Series
from core.api.clock import local_date
from core.api.contributions import CardStep
from core.api.i18n import gettext as _
from core.api.i18n import lazy_gettext as _l
from core.api.members import names_of
from core.api.orders import sales_between
from core.api.payouts import count_payouts
from core.api.sharing import funnel_counts
from core.api.web import reader, store_settings
from plugins.distribution.admin.cards import way_steps
from plugins.distribution.admin.page import show_page
from plugins.distribution.services.distributors import DistributorState
from plugins.distribution.services.holds import count_cases
from plugins.distribution.services.overview import (
    distributor_counts,
    earned_daily,
    joined_between,
    open_totals,
    top_distributors,
    turnover,
)
from plugins.distribution.services.programmes import current
from plugins.distribution.services.settlement import settlement_health
from plugins.distribution.views.showing import day_labels, end_of_today

PERIODS = {7: _l("7 days"), 30: _l("30 days"), 90: _l("90 days")}
DAYS = 30


def show() -> str:
    """Figures of some days beside those of as many before; what waits; who does best."""
    session, zone = reader(), store_settings().timezone
    days = request.args.get("days", DAYS, type=int)
    days = days if days in PERIODS else DAYS
    until = end_of_today(zone)
    since, before = until - timedelta(days=days), until - timedelta(days=2 * days)
    daily = earned_daily(session, until=until, days=days)
    best = top_distributors(session, since=since)
    counts = distributor_counts(session)
    health = settlement_health(session)
    return show_page(
        "overview.html",
        "overview",
        days=days,
        since_on=local_date(since, zone).isoformat(),
        periods=[(key, str(label)) for key, label in PERIODS.items()],
        programme=current(session),
        settlement=health,
        turnover_fen=turnover(session, since=since),
        turnover_before_fen=turnover(session, since=before, until=since),
        sales_fen=sales_between(session, since, until)[0],
        totals=open_totals(session),
        earned_fen=sum(daily),
        active=counts.get(DistributorState.ACTIVE, 0),
        waiting=counts.get(DistributorState.APPLIED, 0),
        held=count_cases(session).get("open", 0),
        payouts=count_payouts(session, "requested"),
        funnel=_funnel(session, since, until),
        way=way_steps(session, days),
        labels=day_labels(until, days, zone),
        series=[Series(_("Commission"), daily)],
        best=best,
        names=names_of(session, [member_id for member_id, _fen, _orders in best]),
    )


def _funnel(session: Session, since: datetime, until: datetime) -> list[CardStep]:
    """Steps from an opened link to a distributor; people or orders."""
    shared = funnel_counts(session, since, until)
    joined, bought = joined_between(session, since, until)
    return [
        CardStep(_("Opened a shared link"), shared.visitors, _("different browsers")),
        CardStep(_("Became members by it"), shared.registered, _("registered after opening one")),
        CardStep(_("Orders by it"), shared.ordered, _("placed after opening one, paid or not")),
        CardStep(
            _("Became distributors"),
            joined,
            _("%(num)s of them had bought before or since", num=bought),
        ),
    ]
