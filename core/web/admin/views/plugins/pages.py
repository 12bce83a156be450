"""The plugins page: cards on the left, the chosen plugin on the right."""

from typing import Any

from flask import request
from wtforms import Form

from core.host.attempts import last_failures
from core.host.health import request_costs
from core.web import context
from core.web.access import access
from core.web.admin.answers import missing, query_text
from core.web.admin.blueprint import admin
from core.web.admin.queries.people import actor_names
from core.web.admin.queries.plugin_health import (
    changes_of_plugins,
    fault_counts,
    parked_counts,
)
from core.web.admin.render import render_admin_page
from core.web.admin.views.plugins.cards import Card, cards_of, places_of
from core.web.admin.views.plugins.fields import has_settings, shown_fields
from core.web.admin.views.plugins.history import rows_of
from core.web.admin.views.plugins.naming import title_of
from core.web.admin.views.plugins.panes import READERS

VIEWS = ("all", "on", "off", "updates", "attention")
TABS = ("settings", "rights", "needs", "health", "events", "history", "upgrade")


@admin.get("/plugins")
@access("staff:plugin.view")
def plugins() -> str:
    """All plugins."""
    return show_plugins("")


@admin.get("/plugins/history")
@access("staff:plugin.view")
def plugin_history() -> str:
    """Who switched, set or upgraded what."""
    session = context.reader()
    changes = changes_of_plugins(session, limit=100)
    return render_admin_page(
        "plugins/history.html",
        here="plugins",
        changes=changes,
        rows=[rows_of(change) for change in changes],
        actors=actor_names(session, [change.actor for change in changes]),
        titles={change.plugin: title_of(change.plugin) for change in changes},
    )


@admin.get("/plugins/<name>")
@access("staff:plugin.view")
def plugin(name: str) -> str:
    """All plugins, with one open."""
    return show_plugins(name)


def show_plugins(
    name: str, errors: Any = (), form: Form | None = None, *, tab: str = "settings"
) -> str:
    """The page: the tab that is asked for, or the one on which something was refused.

    Args:
        name: the chosen plugin, empty for the list alone.
        errors: what was refused, in sentences.
        form: settings as they were typed.
        tab: shown unless the address names one.
    """
    shop, session = context.shop(), context.reader()
    cards = cards_of(
        shop.plugins,
        fault_counts(session),
        parked_counts(session),
        last_failures(session),
        is_safe_mode=shop.config.is_safe_mode,
    )
    chosen = next((card for card in cards if card.name == name), None)
    if name and chosen is None:
        raise missing()
    view, query = request.args.get("view", "all"), query_text().casefold()
    shown = [card for card in cards if _fits(card, view, query)]
    tab = request.args.get("tab", tab)
    tab = tab if tab in TABS else "settings"
    return render_admin_page(
        "plugins/index.html",
        here="plugins",
        cards=shown,
        counts={each: sum(_fits(card, each, "") for card in cards) for each in VIEWS},
        installed_count=sum(bool(card.installed_version) for card in cards),
        on_count=sum(card.is_on for card in cards),
        view=view,
        query=query_text(),
        chosen=chosen,
        tab=tab,
        pane=_pane(chosen, tab, form) if chosen else {},
        costs=request_costs(session, chosen.name) if chosen else None,
        errors=list(errors),
    )


def _fits(card: Card, view: str, query: str) -> bool:
    if query and query not in f"{card.name} {card.title} {card.summary}".casefold():
        return False
    if view == "on":
        return card.is_on
    if view == "off":
        return not card.is_on
    if view == "updates":
        return card.is_outdated
    return card.needs_attention if view == "attention" else True


def _pane(card: Card, tab: str, form: Form | None) -> dict[str, Any]:
    """What the tabs of the chosen plugin show; each reads only what it needs."""
    loaded = context.shop().plugins.plugins.get(card.name)
    if tab in READERS:
        return READERS[tab](card, loaded)
    pane: dict[str, Any] = {"has_settings": False, "places": places_of(loaded) if loaded else []}
    if loaded is not None and has_settings(loaded, card.installed_version):
        pane |= {"has_settings": True, "fields": shown_fields(loaded, form)}
    return pane
