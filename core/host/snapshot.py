"""Who takes part right now: the plugins' rows, read once a generation and prepared for dispatch.

Everything a request asks is a ready tuple or dictionary here; building it anew happens only when
the counter of plugins moves.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.host.faults import is_fault
from core.host.loading import LoadedPlugin
from core.host.manifest import fits
from core.host.migrations import head_of
from core.host.models import PluginState
from core.host.pauses import Pause
from core.host.secrets import SecretBox
from core.host.settings import SETTINGS, readable
from core.kernel.values import dataclass

Record = Callable[[str, str, BaseException], None]
Contributed = tuple[str, Any]
"""Name of the plugin and what it contributed."""


class Standing(StrEnum):
    """Where a plugin stands, as admin shows it."""

    QUARANTINED = "quarantined"
    AVAILABLE = "available"  # discovered, not installed
    DISABLED = "disabled"
    ENABLED = "enabled"
    PAUSED = "paused"  # enabled, but held off by the breaker
    OUTDATED = "outdated"  # enabled, but its tables are not at the version of its code
    WAITING = "waiting"  # enabled, but a plugin it requires does not take part or does not fit
    MISSING = "missing"  # installed, but its code is gone


@dataclass(frozen=True)
class Row:
    """What the database says about an installed plugin."""

    name: str
    version: str
    is_enabled: bool
    settings: Mapping[str, Any]
    position: int
    schema_revision: str
    listens: tuple[str, ...]
    pause: Pause | None

    @property
    def paused_reason(self) -> str:
        """Why it is paused, in English; empty when it is not."""
        return str(self.pause) if self.pause else ""


@dataclass(frozen=True)
class Snapshot:
    """The state of all plugins at one generation.

    Args:
        generation: counter it was built for.
        rows: installed plugins by name.
        enabled: names of those that take part, in dispatch order.
        listeners: hook → (plugin, callable) in dispatch order, for ``check_*`` hooks.
        subscribers: fact → names of plugins to deliver to, those held off for now included.
        settings: values by plugin.
    """

    generation: int
    rows: Mapping[str, Row]
    enabled: tuple[str, ...]
    names: frozenset[str]
    listeners: Mapping[str, tuple[tuple[str, Callable[..., Any]], ...]]
    subscribers: Mapping[str, tuple[str, ...]]
    settings: Mapping[str, Mapping[str, Any]]
    contributions: dict[str, tuple[Contributed, ...]] = field(default_factory=dict)


def read_rows(session: Session) -> dict[str, Row]:
    """Every installed plugin, in one statement."""
    found = session.execute(
        sa.select(
            PluginState.name,
            PluginState.version,
            PluginState.is_enabled,
            PluginState.settings,
            PluginState.position,
            PluginState.schema_revision,
            PluginState.listens,
            PluginState.paused_reason,
            PluginState.paused_params,
        ).order_by(PluginState.position, PluginState.name)
    )
    return {
        row.name: Row(
            row.name,
            row.version,
            row.is_enabled,
            row.settings or {},
            row.position,
            row.schema_revision,
            tuple(row.listens or ()),
            Pause(row.paused_reason, row.paused_params or {}) if row.paused_reason else None,
        )
        for row in found
    }


def build(
    generation: int,
    rows: Mapping[str, Row],
    plugins: Mapping[str, LoadedPlugin],
    box: SecretBox,
    *,
    is_safe_mode: bool,
    record: Record,
) -> Snapshot:
    """Prepare everything that is asked often; ``record`` notes what a plugin fails at in that."""
    standings = standing_of_all(rows, plugins)
    enabled = tuple(name for name in rows if standings.get(name) is Standing.ENABLED)
    if is_safe_mode:
        enabled = ()
    listeners: dict[str, list[tuple[str, Callable[..., Any]]]] = {}
    for name in enabled:
        for hook, call in plugins[name].hooks.items():
            listeners.setdefault(hook, []).append((name, call))
    return Snapshot(
        generation=generation,
        rows=rows,
        enabled=enabled,
        names=frozenset(enabled),
        listeners={hook: tuple(calls) for hook, calls in listeners.items()},
        subscribers=_subscribers(rows, plugins),
        settings=_settings(rows, plugins, box, record),
    )


def _settings(
    rows: Mapping[str, Row], plugins: Mapping[str, LoadedPlugin], box: SecretBox, record: Record
) -> dict[str, Mapping[str, Any]]:
    """Settings by plugin, without those whose defaults cannot be asked for: they are code."""
    found = {}
    for name, row in rows.items():
        plugin = plugins.get(name)
        if plugin is not None and plugin.is_sound and plugin.is_loaded:
            try:
                found[name] = readable(plugin.contributions.settings, row.settings, box)
            except BaseException as error:
                if not is_fault(error):
                    raise
                record(name, SETTINGS, error)
    return found


def standing_of_all(
    rows: Mapping[str, Row], plugins: Mapping[str, LoadedPlugin]
) -> dict[str, Standing]:
    """Where each plugin stands that is discovered or installed, safe mode aside."""
    standings = {
        name: _alone(rows.get(name), plugins.get(name)) for name in sorted({*rows, *plugins})
    }
    while waiting := [
        name
        for name, standing in standings.items()
        if standing is Standing.ENABLED and not _has_what_it_needs(name, standings, rows, plugins)
    ]:
        standings |= dict.fromkeys(waiting, Standing.WAITING)
    return standings


def _has_what_it_needs(
    name: str,
    standings: Mapping[str, Standing],
    rows: Mapping[str, Row],
    plugins: Mapping[str, LoadedPlugin],
) -> bool:
    """Whether all that it requires take part, in versions that fit: as installed and as run."""
    return all(
        standings.get(other) is Standing.ENABLED
        and all(fits(version, wanted) for version in versions_of(other, rows, plugins))
        for other, wanted in plugins[name].manifest.requirements
    )


def versions_of(
    name: str, rows: Mapping[str, Row], plugins: Mapping[str, LoadedPlugin]
) -> tuple[str, ...]:
    """The versions of an installed plugin that others must fit: as installed and as run."""
    row, plugin = rows.get(name), plugins.get(name)
    if row is None:
        return ()
    return (row.version, plugin.manifest.version) if plugin else (row.version,)


def _alone(row: Row | None, plugin: LoadedPlugin | None) -> Standing:
    if plugin is None:
        return Standing.MISSING
    if not plugin.is_sound:
        return Standing.QUARANTINED
    if row is None:
        return Standing.AVAILABLE
    if not row.is_enabled:
        return Standing.DISABLED
    if row.pause:
        return Standing.PAUSED
    if plugin.is_loaded and row.schema_revision != head_of(plugin.manifest.folder):
        return Standing.OUTDATED
    return Standing.ENABLED


def _subscribers(
    rows: Mapping[str, Row], plugins: Mapping[str, LoadedPlugin]
) -> dict[str, tuple[str, ...]]:
    """Whom facts are for. A plugin switched on but held off misses none: they wait for it."""
    found: dict[str, list[str]] = {}
    for name, row in rows.items():
        if not row.is_enabled:
            continue
        plugin = plugins.get(name)
        knows = plugin is not None and plugin.is_sound and plugin.is_loaded
        for fact in plugin.facts if plugin and knows else row.listens:
            found.setdefault(fact, []).append(name)
    return {fact: tuple(names) for fact, names in found.items()}
