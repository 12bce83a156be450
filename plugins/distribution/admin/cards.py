"""What distribution shows on the admin's first page: figures, to-dos, and who does best."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core.api.clock import local_date, now
from core.api.contributions import CardRow, CardStep, DashboardCard
from core.api.i18n import gettext as _
from core.api.i18n import ngettext
from core.api.members import names_of
from core.api.money import format_yuan
from core.api.web import store_settings
from plugins.distribution.services import figures
from plugins.distribution.services.distributors import DistributorState
from plugins.distribution.services.holds import count_cases
from plugins.distribution.services.overview import (
    WayToEarning,
    count_in,
    top_distributors,
    way_to_earning,
)
from plugins.distribution.services.totals import day_sums

DAYS = 30
BEST = 5
_ROOT = "/admin/x/distribution"


def turnover_card(session: Session, _settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """What distribution brought in lately, net of refunds."""
    zone = store_settings().timezone
    _earned, sold = day_sums(session, zone, local_date(now(), zone), DAYS)
    return {
        "value": _money(sum(sold)).partition(".")[0],
        "hint": "last 30 days, net of refunds",
        "url": _ROOT,
    }


def applications_card(session: Session, _settings: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Applications that wait for an answer; stays away when there are none."""
    waiting = count_in(session, DistributorState.APPLIED)
    if not waiting:
        return None
    return {
        "value": str(waiting),
        "hint": "They see your answer in their centre",
        "url": f"{_ROOT}/applications",
    }


def held_card(session: Session, _settings: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Held commissions that wait for a decision; stays away when there are none."""
    waiting = count_cases(session).get("open", 0)
    if not waiting:
        return None
    return {
        "value": str(waiting),
        "hint": "Released or rejected by a person",
        "url": f"{_ROOT}/fraud",
    }


def best_card(session: Session, _settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Who earned most lately, net of refunds. Three statements, two in a large store."""
    zone = store_settings().timezone
    kept = figures.kept(session, DAYS)
    since, _until = figures.bounds(zone, DAYS)
    best = kept.best[:BEST] if kept else top_distributors(session, since=since, limit=BEST)
    names = names_of(session, [member_id for member_id, _fen, _orders in best])
    return {
        "rows": [
            CardRow(
                title=names.get(member_id, "–"),
                value=_money(fen),
                hint=ngettext("%(num)s order", "%(num)s orders", orders),
                url=f"{_ROOT}/distributors/{member_id}",
            )
            for member_id, fen, orders in best
        ],
        **_counted("commission, last 30 days", kept, zone),
        "url": f"{_ROOT}/distributors?state=active",
    }


def way_card(session: Session, _settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """How many of those who bought lately share the store, and how many of these earn."""
    zone = store_settings().timezone
    kept = figures.kept(session, DAYS)
    way = kept.way if kept else way_to_earning(session, *figures.bounds(zone, DAYS))
    return {"steps": way_steps(way), **_counted("last 30 days", kept, zone), "url": _ROOT}


def way_steps(way: WayToEarning) -> list[CardStep]:
    """The steps from a buyer to a distributor, among those who bought in the last days."""
    return [
        CardStep(_("Buyers"), way.buyers, _("paid an order and kept it")),
        CardStep(_("Fans who share"), way.fans, _("of them shared the store")),
        CardStep(_("Distributors"), way.distributors, _("of them earn by it")),
    ]


def _counted(hint: str, kept: figures.Overview | None, zone: str) -> dict[str, Any]:
    """A card's hint, with the time at which its figures were counted unless that was just now."""
    if kept is None:
        return {"hint": hint}
    at = kept.at.astimezone(ZoneInfo(zone))
    return {"hint": "last 30 days, as of %(time)s", "params": {"time": f"{at:%Y-%m-%d %H:%M}"}}


def _money(fen: int) -> str:
    yuan, _point, rest = format_yuan(fen).partition(".")
    return f"¥{int(yuan):,}.{rest}"


CARDS = (
    DashboardCard(
        key="distribution.turnover",
        label="Sales by distribution",
        load=turnover_card,
        icon="users",
        permission="distribution.view",
    ),
    DashboardCard(
        key="distribution.applications",
        label="Distributors to review",
        load=applications_card,
        kind="todo",
        icon="users",
        permission="distribution.distributor",
    ),
    DashboardCard(
        key="distribution.held",
        label="Held commissions",
        load=held_card,
        kind="todo",
        icon="shield-check",
        permission="distribution.distributor",
    ),
    DashboardCard(
        key="distribution.best",
        label="Best distributors",
        load=best_card,
        kind="rows",
        icon="trophy",
        permission="distribution.view",
    ),
    DashboardCard(
        key="distribution.way",
        label="From buyer to distributor",
        load=way_card,
        kind="steps",
        icon="sitemap",
        permission="distribution.view",
    ),
)
