"""The plugin host: finds plugins, knows which take part, and calls them one at a time, guarded.

Loaded is not enabled: everything discovered is imported at boot; whether it takes part is decided
at each use from the database, through a counter that every process watches.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from time import monotonic, perf_counter_ns
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from core.config import Config
from core.db import state
from core.db.engine import Database
from core.db.sessions import reading
from core.db.state import NO_LOOK, Counters, Look
from core.host.discovery import by_requirements, find_plugins, required_first
from core.host.faults import FaultLog, Guarded, is_fault
from core.host.guarding import Refusals, configured, failed, guarded, guarded_freeze
from core.host.living import Living
from core.host.loading import LoadedPlugin, load_plugin, new_manager, without_code
from core.host.manifest import Manifest
from core.host.secrets import SecretBox
from core.host.snapshot import Contributed, Snapshot, Standing, build, read_rows, standing_of_all
from core.kernel.errors import Rejected
from core.kernel.events import Event
from core.pricing.types import PriceRule

__all__ = ["LoadedPlugin", "Manifest", "PluginHost", "Refusals", "Standing"]

_NO_SETTINGS: Mapping[str, Any] = MappingProxyType({})
_MAPPINGS = frozenset({"order_freezes"})
_NO_UNIT: AbstractContextManager[None] = nullcontext()


class PluginHost(Living):
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
        self._heard: frozenset[str] = frozenset()  # hooks the snapshot has listeners of
        self._look: Look = NO_LOOK  # at the counters, with which both were last compared
        self._lock = threading.Lock()
        self.faults = FaultLog(database)

    # --- what there is -----------------------------------------------------------------------

    def discover(self) -> None:
        """Find and import every plugin; a faulty one ends in quarantine and never raises here.

        In safe mode none is imported.
        """
        manager = new_manager()
        found = find_plugins(
            self._config.plugin_dirs, use_entry_points=self._config.use_entry_points
        )
        loaded = {
            item.key: without_code(item)
            if self._config.is_safe_mode
            else load_plugin(item, manager)
            for item in by_requirements(found)
        }
        self._plugins = {item.key: loaded[item.key] for item in found}
        self._snapshot, self._look = None, NO_LOOK

    @property
    def plugins(self) -> Mapping[str, LoadedPlugin]:
        """Every discovered plugin by name, those in quarantine included."""
        return MappingProxyType(self._plugins)

    def in_order(self) -> list[str]:
        """Names of all plugins, those that others require before these: to switch them all on."""
        return required_first(
            {name: plugin.manifest.required_names for name, plugin in self._plugins.items()}
        )

    def all_contributions(self, kind: str) -> tuple[Contributed, ...]:
        """What every sound plugin contributed, switched on or not: for routes, built at boot."""
        return tuple(
            (name, item) for name, plugin in self._plugins.items() for item in _items(plugin, kind)
        )

    # --- who takes part ----------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """The prepared state of this moment, at most half a second old."""
        look, current = self._look, self._snapshot
        if current is not None and monotonic() < look.until:
            return current
        look = self._counters.look()
        generation = look.values.get(state.PLUGINS, 0)
        with self._lock:
            current = self._snapshot
            if current is None or current.generation != generation:
                current = self._build(generation)
                self._snapshot, self._heard = current, frozenset(current.listeners)
            self._look = look
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
        """Ask every plugin that takes part, one at a time, before a write; it reads only.

        Raises:
            Rejected: one plugin refuses.
            Refusals: several do.
            PluginError: one failed. It is counted, and a plugin that keeps failing is paused.
        """
        if hook not in self._heard and monotonic() < self._look.until:
            return
        listeners = self.snapshot().listeners.get(hook)
        if listeners is None:
            return
        refused: list[Rejected] = []
        session = arguments.get("session")
        note = self.faults.note
        with _NO_UNIT if session is None else reading(session):
            for name, call in listeners:
                began = perf_counter_ns()
                try:
                    call(**arguments)
                    if session is not None:
                        session.flush()  # what it left to be written is its fault
                except Rejected as error:
                    refused.append(error)
                except BaseException as error:
                    if not is_fault(error):
                        raise
                    self.faults.record(name, hook, error)
                    raise failed(name, hook) from error
                finally:
                    note(name, hook, perf_counter_ns() - began)
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

    @contextmanager
    def asking(self, plugin: str, hook: str) -> Iterator[None]:
        """A block in which a plugin's fault is recorded and told; refusals go on.

        It takes no time: what only the merchant waits for says nothing about the store's speed.

        Raises:
            PluginError: the plugin failed.
        """
        try:
            yield
        except BaseException as error:
            if not is_fault(error):
                raise
            self.faults.record(plugin, hook, error)
            raise failed(plugin, hook) from error

    # --- inside ------------------------------------------------------------------------------

    def _build(self, generation: int) -> Snapshot:
        with self._database.read() as session:
            rows = read_rows(session)
        return build(
            generation,
            rows,
            self._plugins,
            self._box,
            is_safe_mode=self._config.is_safe_mode,
            record=self.faults.record,
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
