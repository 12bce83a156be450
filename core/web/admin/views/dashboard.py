"""The first page: figures of a period, the trend, what waits, the newest orders."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import request

from core.api.contributions import CardRow, CardStep
from core.host.fields import all_of, short
from core.kernel import clock
from core.kernel.clock import local_date
from core.kernel.values import dataclass
from core.orders.services import search_orders
from core.orders.types import OrderFilter, OrderSummary
from core.web import context, i18n
from core.web.access import access, has_permission
from core.web.admin.blueprint import admin
from core.web.admin.charts import Series
from core.web.admin.queries.figures import PERIODS, Figures, figures, period_of, trend
from core.web.admin.queries.people import member_names
from core.web.admin.queries.waiting import to_do
from core.web.admin.render import render_admin_page

_ = i18n.gettext
ROWS = 10
_LISTS = frozenset({"rows", "steps"})


@dataclass(frozen=True)
class Card:
    """A plugin's figure, to-do or short list."""

    key: str
    plugin: str
    label: str
    kind: str
    icon: str
    value: str
    hint: str
    url: str
    rows: tuple[CardRow, ...] = ()
    steps: tuple[CardStep, ...] = ()


@admin.get("/")
@access("staff")
def dashboard() -> str:
    """Figures need ``dashboard.view``; without it the page only greets."""
    shop, principal = context.shop(), context.staff()
    zone = shop.settings().timezone
    at = clock.now()
    period = period_of(request.args.get("period", "30d"), at, zone)
    if not has_permission(principal.permissions, "dashboard.view"):
        return render_admin_page("welcome.html", here="dashboard", greeting=_greeting(zone))
    session = context.reader()
    sums = figures(session, period)
    latest: tuple[OrderSummary, ...] = ()
    if has_permission(principal.permissions, "order.view"):
        latest = search_orders(session, OrderFilter(), page=1, per_page=8).items
    line = trend(session, period)
    cards = _plugin_cards(principal.permissions)
    return render_admin_page(
        "dashboard.html",
        here="dashboard",
        greeting=_greeting(zone),
        today=local_date(at, zone),
        today_fen=_today_fen(sums, period.key, at, zone),
        period=period,
        periods=_periods(),
        sums=sums,
        trend=line,
        series=[Series(_("All sales"), line.sales), Series(_("Through shares"), line.shared)],
        waiting=to_do(session),
        latest=latest,
        names=member_names(session, [order.member_id for order in latest]),
        kpi_cards=[card for card in cards if card.kind == "kpi"],
        todo_cards=[card for card in cards if card.kind == "todo"],
        list_cards=[card for card in cards if card.kind in _LISTS],
    )


def _today_fen(sums: Figures, key: str, at: Any, zone: str) -> int:
    if key == "today":
        return sums.sales.now
    return figures(context.reader(), period_of("today", at, zone)).sales.now


def _periods() -> list[tuple[str, str]]:
    words = {
        "today": _("Today"),
        "7d": _("7 days"),
        "30d": _("30 days"),
        "90d": _("90 days"),
    }
    return [(key, words[key]) for key in PERIODS]


def _greeting(zone: str) -> str:
    hour = clock.now().astimezone(ZoneInfo(zone)).hour
    if 5 <= hour < 11:
        return _("Good morning")
    if 11 <= hour < 18:
        return _("Good afternoon")
    return _("Good evening")


def _plugin_cards(permissions: frozenset[str]) -> list[Card]:
    """What enabled plugins have to say; one that fails is recorded and left out."""
    plugins, session, found = context.shop().plugins, context.reader(), []
    for name, card in plugins.contributions("dashboard_cards"):
        if card.permission and not has_permission(permissions, card.permission):
            continue
        with plugins.guard(name, f"card:{card.key}"):
            shown = card.load(session, plugins.settings_of(name))
            if shown is not None:
                found.append(_card(name, card, shown))
    return found


def _card(name: str, card: Any, shown: Any) -> Card:
    hint = str(shown.get("hint", ""))
    short(hint, shown.get("params", ""), shown.get("value", ""), shown.get("url", ""))
    return Card(
        key=card.key,
        plugin=name,
        label=_(card.label),
        kind=card.kind,
        icon=card.icon,
        value="" if card.kind in _LISTS else str(shown["value"]),
        hint=i18n.sentence(hint, shown.get("params")) if hint else "",
        url=str(shown.get("url", "")),
        rows=all_of(CardRow, shown["rows"])[:ROWS] if card.kind == "rows" else (),
        steps=all_of(CardStep, shown["steps"]) if card.kind == "steps" else (),
    )
