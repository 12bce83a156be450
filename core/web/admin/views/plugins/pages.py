"""The plugins page: cards on the left, the chosen plugin on the right."""

from typing import Any

from flask import request
from wtforms import Form

from core.api.forms import AdminForm
from core.host.attempts import last_failures
from core.host.health import request_costs
from core.host.host import LoadedPlugin
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
        actors=actor_names(session, [change.actor for change in changes]),
    )


@admin.get("/plugins/<name>")
@access("staff:plugin.view")
def plugin(name: str) -> str:
    """All plugins, with one open."""
    return show_plugins(name)


def show_plugins(name: str, errors: Any = (), form: Form | None = None) -> str:
    """The page, with a settings form that was refused as it was typed."""
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
    tab = request.args.get("tab", "settings")
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
        tab=tab if tab in TABS else "settings",
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
    plugins = context.shop().plugins
    loaded = plugins.plugins.get(card.name)
    pane: dict[str, Any] = {
        "form": form if form is not None else _settings(loaded, card),
        "secrets": loaded.contributions.settings.secrets
        if loaded and loaded.contributions.settings
        else frozenset(),
        "places": places_of(loaded) if loaded else [],
        "is_pending": card.is_outdated,
        "to_upgrade": card.to_version,
    }
    reader = READERS.get(tab)
    if reader is not None:
        pane |= reader(card, loaded)
    return pane


def _settings(loaded: LoadedPlugin | None, card: Card) -> Form | None:
    """The settings form; ``None`` when there is none or the plugin is not installed."""
    if loaded is None or not loaded.is_sound or loaded.contributions.settings is None:
        return None
    if not card.installed_version:
        return None
    return context.shop().plugins.settings_form(card.name, meta=form_meta())


def form_meta() -> dict[str, Any]:
    """Meta values that let a plugin's form speak the request's language."""
    return {"get_translations": AdminForm.Meta().get_translations}
