"""The first page: what distribution brings in and costs, and who does best."""

from datetime import timedelta

from flask import request

from core.api.charts import Series
from core.api.clock import local_date, now
from core.api.contributions import CardStep
from core.api.i18n import gettext as _
from core.api.i18n import lazy_gettext as _l
from core.api.members import names_of
from core.api.payouts import count_payouts
from core.api.web import reader, store_settings
from plugins.distribution.admin.cards import way_steps
from plugins.distribution.admin.page import show_page
from plugins.distribution.services import figures
from plugins.distribution.services.distributors import DistributorState
from plugins.distribution.services.holds import count_cases
from plugins.distribution.services.overview import count_in
from plugins.distribution.services.programmes import current
from plugins.distribution.services.settlement import settlement_health
from plugins.distribution.services.totals import day_sums
from plugins.distribution.views.showing import day_labels, end_of_today

PERIODS = {7: _l("7 days"), 30: _l("30 days"), 90: _l("90 days")}
DAYS = 30


def show() -> str:
    """Figures of some days beside those of as many before; what waits; who does best."""
    session, zone = reader(), store_settings().timezone
    days = request.args.get("days", DAYS, type=int)
    days = days if days in PERIODS else DAYS
    until = end_of_today(zone)
    today = local_date(now(), zone)
    earned, sold = day_sums(session, zone, today, 2 * days)
    found = figures.overview(session, zone, days)
    return show_page(
        "overview.html",
        "overview",
        days=days,
        since_on=(today - timedelta(days=days - 1)).isoformat(),
        periods=[(key, str(label)) for key, label in PERIODS.items()],
        programme=current(session),
        settlement=settlement_health(session),
        counted_at=found.at if found.is_kept else None,
        turnover_fen=sum(sold[days:]),
        turnover_before_fen=sum(sold[:days]),
        sales_fen=found.sales_fen,
        totals=found.coming,
        earned_fen=sum(earned[days:]),
        active=found.states.get(DistributorState.ACTIVE, 0),
        waiting=count_in(session, DistributorState.APPLIED),
        held=count_cases(session).get("open", 0),
        payouts=count_payouts(session, "requested"),
        funnel=_funnel(found),
        way=way_steps(found.way),
        labels=day_labels(until, days, zone),
        series=[Series(_("Commission"), tuple(earned[days:]))],
        best=found.best,
        names=names_of(session, [member_id for member_id, _fen, _orders in found.best]),
    )


def _funnel(found: figures.Overview) -> list[CardStep]:
    """Steps from an opened link to a distributor; people or orders."""
    return [
        CardStep(_("Opened a shared link"), found.visitors, _("different browsers")),
        CardStep(_("Became members by it"), found.registered, _("registered after opening one")),
        CardStep(_("Orders by it"), found.ordered, _("placed after opening one, paid or not")),
        CardStep(
            _("Became distributors"),
            found.joined,
            _("%(num)s of them had bought before or since", num=found.bought),
            is_part=False,
        ),
    ]
