"""What each tab of a plugin's page shows; a tab reads only what it needs."""

from collections.abc import Callable, Mapping
from typing import Any

from core.host.deliveries import open_deliveries
from core.host.describing import Use, dependencies_of, needed_by, uses_of
from core.host.health import health_of
from core.host.host import LoadedPlugin
from core.host.rights import holders_of, rights_of
from core.kernel.errors import ShopError
from core.staff.permissions import OWNER
from core.staff.services import list_roles
from core.web import context, i18n
from core.web.admin.queries.people import actor_names
from core.web.admin.queries.plugin_health import changes_of_plugins
from core.web.admin.views.plugins.cards import Card
from core.web.admin.views.plugins.history import rows_of
from core.web.admin.views.plugins.kinds import KINDS
from core.web.admin.views.plugins.naming import title_of, told

Reader = Callable[[Card, LoadedPlugin | None], dict[str, Any]]


def _rights(_card: Card, loaded: LoadedPlugin | None) -> dict[str, Any]:
    """The rights that it adds, and every role that could hold them."""
    rights = rights_of(loaded) if loaded else []
    session = context.reader()
    return {
        "rights": [(key, i18n.gettext(label)) for key, label in rights],
        "holders": holders_of(session, [key for key, _ in rights]),
        "roles": [role for role in list_roles(session) if role.key != OWNER],
    }


def _needs(card: Card, loaded: LoadedPlugin | None) -> dict[str, Any]:
    plugins = context.shop().plugins
    snapshot = plugins.snapshot()
    row = snapshot.rows.get(card.name)
    found: dict[str, Any] = {
        "revision": row.schema_revision if row else "",
        "needed_by": [(name, title_of(name)) for name in needed_by(card.name, plugins.plugins)],
        "needs": [],
        "uses": [],
        "packages": (),
        "core_range": "",
        "homepage": "",
        "reasons": [],
        "has_data": False,
        "tables_left": [],
        "owed": None,
        "facts_waiting": 0,
    }
    if loaded is None:
        return found
    found |= {
        "needs": [
            (each, title_of(each.name))
            for each in dependencies_of(loaded, snapshot.rows, plugins.plugins, plugins.standings())
        ],
        "uses": _by_kind(uses_of(loaded)),
        "packages": loaded.manifest.packages,
        "core_range": loaded.manifest.core,
        "homepage": loaded.manifest.homepage,
    }
    if row is None:
        found |= {
            "has_data": plugins.has_data(card.name),
            "tables_left": plugins.tables_left(card.name),
            "owed": plugins.still_owed(card.name),
            "facts_waiting": plugins.facts_waiting(card.name),
        }
    if found["has_data"] and loaded.is_sound:
        found["reasons"] = [
            sentence for why in plugins.why_data_stay(card.name) for sentence in told(why)
        ]
    return found


def _by_kind(uses: list[Use]) -> list[tuple[str, list[Use]]]:
    """Uses under what their kind is called."""
    found: dict[str, list[Use]] = {}
    for use in uses:
        found.setdefault(i18n.gettext(KINDS.get(use.kind, use.kind)), []).append(use)
    return list(found.items())


def _health(card: Card, loaded: LoadedPlugin | None) -> dict[str, Any]:
    jobs = [job.key for job in loaded.contributions.jobs] if loaded else []
    return {"health": health_of(context.reader(), card.name, jobs)}


def _events(card: Card, _loaded: LoadedPlugin | None) -> dict[str, Any]:
    return {"deliveries": open_deliveries(context.reader(), plugin=card.name, limit=50)}


def _history(card: Card, _loaded: LoadedPlugin | None) -> dict[str, Any]:
    session = context.reader()
    changes = changes_of_plugins(session, card.name, limit=30)
    actors = actor_names(session, [change.actor for change in changes])
    return {"changes": changes, "rows": [rows_of(each) for each in changes], "actors": actors}


def _upgrade(card: Card, _loaded: LoadedPlugin | None) -> dict[str, Any]:
    """What the upgrade would run; a plan that cannot be made says why."""
    try:
        return {"plan": context.shop().plugins.plan(card.name), "why_no_plan": []}
    except ShopError as error:
        return {"plan": None, "why_no_plan": told(error)}


READERS: Mapping[str, Reader] = {
    "rights": _rights,
    "needs": _needs,
    "health": _health,
    "events": _events,
    "history": _history,
    "upgrade": _upgrade,
}
