"""The plugin host: finds plugins, knows which take part, and calls them one at a time, guarded.

Loaded is not enabled: everything discovered is imported at boot; whether it takes part is decided
at each use from the database, through a counter that every process watches.
"""

import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session
from wtforms import Form

from core.config import Config
from core.db import state
from core.db.engine import Database
from core.db.state import Counters
from core.host import lifecycle
from core.host.discovery import find_plugins
from core.host.faults import FaultLog, Guarded
from core.host.guarding import Refusals, configured, failed, guarded, guarded_freeze
from core.host.loading import LoadedPlugin, load_plugin, new_manager
from core.host.manifest import Manifest
from core.host.secrets import SecretBox
from core.host.settings import settings_form
from core.host.snapshot import Contributed, Snapshot, Standing, build, read_rows, standing_of_all
from core.kernel.errors import NotFound, Rejected
from core.kernel.events import Event
from core.pricing.types import PriceRule

__all__ = ["LoadedPlugin", "Manifest", "PluginHost", "Refusals", "Standing"]

_NO_SETTINGS: Mapping[str, Any] = MappingProxyType({})
_MAPPINGS = frozenset({"order_freezes"})


class PluginHost:
    """One process's plugins.

    Args:
        config: where to look, secrets, safe mode.
        database: where the plugins' rows lie; first touched when somebody asks who takes part.
        counters: the process's view of the shared counters.
    """

    def __init__(self, config: Config, database: Database, counters: Counters) -> None:
        self._config = config
        self._database = database
        self._counters = counters
        self._box = SecretBox(config.secret_key)
        self._plugins: dict[str, LoadedPlugin] = {}
        self._snapshot: Snapshot | None = None
        self._lock = threading.Lock()
        self.faults = FaultLog(database)

    # --- what there is -----------------------------------------------------------------------

    def discover(self) -> None:
        """Find and import every plugin; a faulty one ends in quarantine and never raises here."""
        manager = new_manager()
        found = find_plugins(
            self._config.plugin_dirs, use_entry_points=self._config.use_entry_points
        )
        self._plugins = {item.key: load_plugin(item, manager) for item in found}
        self._snapshot = None

    @property
    def plugins(self) -> Mapping[str, LoadedPlugin]:
        """Every discovered plugin by name, those in quarantine included."""
        return MappingProxyType(self._plugins)

    def all_contributions(self, kind: str) -> tuple[Contributed, ...]:
        """What every sound plugin contributed, switched on or not: for routes, built at boot."""
        return tuple(
            (name, item) for name, plugin in self._plugins.items() for item in _items(plugin, kind)
        )

    # --- who takes part ----------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """The prepared state of this moment, at most half a second old."""
        generation = self._counters.get(state.PLUGINS)
        current = self._snapshot
        if current is not None and current.generation == generation:
            return current
        with self._lock:
            current = self._snapshot
            if current is None or current.generation != generation:
                current = self._build(generation)
                self._snapshot = current
        return current

    def enabled(self) -> frozenset[str]:
        """Names of the plugins that take part; none in safe mode."""
        return self.snapshot().names

    def is_enabled(self, name: str) -> bool:
        """Whether a plugin takes part."""
        return name in self.snapshot().names

    def standings(self) -> dict[str, Standing]:
        """Where every discovered or installed plugin stands."""
        return standing_of_all(self.snapshot().rows, self._plugins)

    def contributions(self, kind: str) -> tuple[Contributed, ...]:
        """What the plugins that take part contributed, as (plugin, descriptor), in stable order.

        Args:
            kind: a field of ``Contributions``, such as ``"blocks"``.
        """
        snapshot = self.snapshot()
        ready = snapshot.contributions.get(kind)
        if ready is None:
            ready = tuple(
                (name, item)
                for name in snapshot.enabled
                for item in _items(self._plugins[name], kind)
            )
            snapshot.contributions[kind] = ready
        return ready

    def price_rules(self) -> tuple[PriceRule, ...]:
        """The price rules of the plugins that take part, each guarded.

        A rule that fails adjusts nothing, is counted, and goes on failing only until its plugin is
        paused; the basket keeps its other prices.
        """
        return tuple(
            guarded(
                name,
                configured(name, rule, self.settings_of(name), self.faults.record),
                self.faults.record,
                self.faults.timed,
            )
            for name, rule in self.contributions("price_rules")
        )

    def order_freezes(self) -> dict[str, Callable[[Session, Any], Any]]:
        """What plugins freeze on orders, by plugin; a fault refuses the order and is counted.

        A commission without its plan could never be explained, so there is no going on without it;
        a plugin that keeps failing is paused.
        """
        return {
            name: guarded_freeze(name, freeze, self.faults.record, self.faults.timed)
            for name, freeze in self.contributions("order_freezes")
        }

    def settings_of(self, name: str) -> Mapping[str, Any]:
        """A plugin's settings over their defaults, secrets readable; empty when not installed."""
        return self.snapshot().settings.get(name, _NO_SETTINGS)

    def has_listeners(self, hook: str) -> bool:
        """Whether anybody takes part in a hook; asking costs next to nothing."""
        return hook in self.snapshot().listeners

    def subscribers(self, fact: str) -> tuple[str, ...]:
        """Plugins a fact is for, those included that are switched on but held off for now."""
        return self.snapshot().subscribers.get(fact, ())

    # --- dispatch ----------------------------------------------------------------------------

    def check(self, hook: str, **arguments: Any) -> None:
        """Ask every plugin that takes part, one at a time, before a write.

        Raises:
            Rejected: one plugin refuses.
            Refusals: several do.
            PluginError: one failed. It is counted, and a plugin that keeps failing is paused.
        """
        listeners = self.snapshot().listeners.get(hook)
        if listeners is None:
            return
        refused: list[Rejected] = []
        for name, call in listeners:
            try:
                with self.faults.timed(name, hook):
                    call(**arguments)
            except Rejected as error:
                refused.append(error)
            except (Exception, SystemExit) as error:
                self.faults.record(name, hook, error)
                raise failed(name, hook) from error
        if len(refused) == 1:
            raise refused[0]
        if refused:
            raise Refusals(tuple(refused))

    def deliver(self, session: Session, plugin: str, event: Event) -> None:
        """Tell one plugin a fact, in the caller's transaction.

        Raises:
            Exception: whatever the plugin raises; the caller rolls back and tries again later.
        """
        call = self._plugins[plugin].hooks.get(event.name)
        if call is not None:
            with self.faults.timed(plugin, f"event:{event.name}"):
                call(session=session, event=event)

    def guard(self, plugin: str, hook: str) -> Guarded:
        """A timed block in which a plugin's fault is recorded and ends; refusals go on."""
        return self.faults.guard(plugin, hook)

    # --- lifecycle ---------------------------------------------------------------------------

    def install(self, name: str, actor: str) -> None:
        """Run its migrations and remember it, switched off. Installing twice changes nothing.

        Raises:
            Rejected: in quarantine, or a plugin that it requires is not installed.
        """
        lifecycle.install(self._database, self._plugins, self._loaded(name), actor)
        self._moved()

    def enable(self, name: str, actor: str) -> None:
        """Let it take part, in every process within a second; also lifts a pause.

        Raises:
            Rejected: not installed, not upgraded, or a plugin that it requires is off.
        """
        lifecycle.enable(self._database, self._plugins, self._loaded(name), actor)
        self._moved()

    def disable(self, name: str, actor: str) -> None:
        """Take it out of every process within a second; its data and settings stay.

        Raises:
            Rejected: not installed, or a plugin that requires it is on.
        """
        lifecycle.disable(self._database, self._plugins, name, actor)
        self._moved()

    def upgrade(self, name: str, actor: str) -> None:
        """Run its new migrations and remember its version; it stays on or off as it was."""
        lifecycle.upgrade(self._database, self._loaded(name), actor)
        self._moved()

    def uninstall(self, name: str, actor: str) -> None:
        """Forget it but keep its tables and, for a return, its settings.

        Raises:
            Rejected: still on, or another installed plugin requires it.
        """
        lifecycle.uninstall(self._database, self._plugins, name, actor)
        self._moved()

    def remove_data(self, name: str, actor: str) -> None:
        """Drop an uninstalled plugin's tables and everything the shop kept for it, for good.

        Raises:
            Rejected: still installed, or a table of somebody else points at one of its own.
        """
        lifecycle.remove_data(self._database, self._loaded(name), actor)
        self._moved()

    def save_settings(self, name: str, values: Mapping[str, Any], actor: str) -> None:
        """Store settings; an empty secret keeps the stored one.

        Raises:
            InvalidInput: a name that its schema does not have.
            Rejected: its own check refuses, or it is not installed.
        """
        lifecycle.save_settings(self._database, self._loaded(name), values, self._box, actor)
        self._moved()

    def settings_form(
        self, name: str, formdata: Any = None, meta: Mapping[str, Any] | None = None
    ) -> Form:
        """The settings form, filled with the stored values or with ``formdata``.

        Args:
            name: an installed plugin.
            formdata: what the browser sent, as WTForms takes it.
            meta: WTForms meta values, such as ``{"locales": ["zh"]}``.
        """
        schema = self._loaded(name).contributions.settings
        return settings_form(schema, self.settings_of(name), formdata, meta)

    # --- inside ------------------------------------------------------------------------------

    def _loaded(self, name: str) -> LoadedPlugin:
        plugin = self._plugins.get(name)
        if plugin is None:
            raise NotFound("plugins.unknown", "There is no plugin “%(name)s”.", name=name)
        return plugin

    def _build(self, generation: int) -> Snapshot:
        with self._database.read() as session:
            rows = read_rows(session)
        return build(
            generation, rows, self._plugins, self._box, is_safe_mode=self._config.is_safe_mode
        )

    def _moved(self) -> None:
        """See the change in this process at once."""
        self._counters.refresh(force=True)


def _items(plugin: LoadedPlugin, kind: str) -> tuple[Any, ...]:
    value = getattr(plugin.contributions, kind)
    if kind in _MAPPINGS:
        return tuple(value.values())
    if kind == "settings":
        return () if value is None else (value,)
    return tuple(value)
