"""The first page: what distribution brings in and costs, and who does best."""

from datetime import timedelta

from core.api.charts import Series
from core.api.clock import now
from core.api.i18n import gettext as _
from core.api.members import names_of
from core.api.web import reader, store_settings
from plugins.distribution.admin.page import show_page
from plugins.distribution.services.distributors import DistributorState
from plugins.distribution.services.overview import (
    distributor_counts,
    earned_daily,
    top_distributors,
    totals_by_state,
    turnover,
)
from plugins.distribution.services.programmes import current
from plugins.distribution.services.settlement import settlement_health
from plugins.distribution.views.showing import day_labels, end_of_today

DAYS = 30


def show() -> str:
    """Figures of the last 30 days beside those of the 30 before."""
    session, zone = reader(), store_settings().timezone
    until = end_of_today(zone)
    since, before = until - timedelta(days=DAYS), until - timedelta(days=2 * DAYS)
    daily = earned_daily(session, until=until, days=DAYS)
    best = top_distributors(session, since=since)
    counts = distributor_counts(session)
    return show_page(
        "overview.html",
        "overview",
        days=DAYS,
        programme=current(session),
        settlement=settlement_health(session),
        turnover_fen=turnover(session, since=since),
        turnover_before_fen=turnover(session, since=before, until=since),
        totals=totals_by_state(session),
        earned_fen=sum(daily),
        active=counts.get(DistributorState.ACTIVE, 0),
        waiting=counts.get(DistributorState.APPLIED, 0),
        labels=day_labels(until, DAYS, zone),
        series=[Series(_("Commission"), daily)],
        best=best,
        names=names_of(session, [member_id for member_id, _fen, _orders in best]),
        now=now(),
    )
