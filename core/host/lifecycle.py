"""A plugin's life: installed, switched on and off, upgraded, uninstalled, its data removed.

Each step is one unit of work of its own (migrations aside, which keep their own version table), is
written down with its actor, and raises the counter that every process watches.
"""

import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db import state
from core.db.engine import Database
from core.db.outbox import EventDelivery
from core.host import attempts, breaker, migrations, planning, settings
from core.host.guarding import Refusals
from core.host.leftovers import forget_settings, settings_left
from core.host.loading import LoadedPlugin
from core.host.manifest import fits
from core.host.models import PluginChange, PluginFault, PluginState, PluginTiming
from core.host.references import reasons_to_keep
from core.host.secrets import SecretBox
from core.kernel.clock import now
from core.kernel.errors import PluginError, Rejected

Plugins = Mapping[str, LoadedPlugin]

_log = logging.getLogger(__name__)


def install(database: Database, plugins: Plugins, plugin: LoadedPlugin, actor: str) -> None:
    """See :meth:`core.host.host.PluginHost.install`."""
    _refuse_unloaded(plugin)
    with database.read() as session:
        if session.get(PluginState, plugin.name) is not None:
            return
        _refuse_unmet(session, plugins, plugin, needs_on=False)
    planning.plan(database, plugin)
    revision = _migrate(database, plugin, actor)
    with database.write() as session:
        if session.get(PluginState, plugin.name) is not None:
            return
        session.add(
            PluginState(
                name=plugin.name,
                version=plugin.manifest.version,
                settings=settings_left(session, plugin.name),
                schema_revision=revision,
                listens=list(plugin.facts),
                installed_at=now(),
                changed_at=now(),
            )
        )
        forget_settings(session, plugin.name)
        _note(session, plugin.name, "installed", actor, version=plugin.manifest.version)


def enable(database: Database, plugins: Plugins, plugin: LoadedPlugin, actor: str) -> None:
    """See :meth:`core.host.host.PluginHost.enable`."""
    _refuse_unloaded(plugin)
    with database.write() as session:
        row = _installed(session, plugin.name)
        if row.schema_revision != migrations.head_of(plugin.manifest.folder):
            raise Rejected(
                "plugins.outdated",
                "The tables of “%(name)s” are not at the version of its code: upgrade it first.",
                name=plugin.name,
            )
        _refuse_unmet(session, plugins, plugin, needs_on=True)
        if row.is_enabled and not row.paused_reason:
            return
        breaker.watch_anew(session, plugin.name)
        row.is_enabled, row.paused_reason, row.paused_params = True, "", {}
        row.listens, row.changed_at = list(plugin.facts), now()
        _note(session, plugin.name, "enabled", actor)


def disable(database: Database, plugins: Plugins, name: str, actor: str) -> None:
    """See :meth:`core.host.host.PluginHost.disable`."""
    with database.write() as session:
        row = _installed(session, name)
        if not row.is_enabled:
            return
        _refuse_needed(session, plugins, name, only_enabled=True)
        row.is_enabled, row.paused_reason, row.paused_params = False, "", {}
        row.changed_at = now()
        _note(session, name, "disabled", actor)


def upgrade(database: Database, plugin: LoadedPlugin, actor: str) -> bool:
    """See :meth:`core.host.host.PluginHost.upgrade`."""
    _refuse_unloaded(plugin)
    with database.read() as session:
        _installed(session, plugin.name)
    planning.plan(database, plugin)
    revision = _migrate(database, plugin, actor)
    with database.write() as session:
        row = _installed(session, plugin.name)
        before = row.version
        found = (before, row.schema_revision, row.listens)
        wanted = (plugin.manifest.version, revision, list(plugin.facts))
        if found == wanted:
            return False  # another process ran it meanwhile, or there was nothing to run
        row.version, row.schema_revision, row.listens = wanted
        row.changed_at = now()
        _note(session, plugin.name, "upgraded", actor, before=before, version=row.version)
    return True


def uninstall(database: Database, plugins: Plugins, name: str, actor: str) -> None:
    """See :meth:`core.host.host.PluginHost.uninstall`."""
    with database.write() as session:
        row = _installed(session, name)
        if row.is_enabled:
            raise Rejected("plugins.on", "“%(name)s” is on: switch it off first.", name=name)
        _refuse_needed(session, plugins, name, only_enabled=False)
        _note(session, name, "uninstalled", actor, settings=dict(row.settings))
        session.delete(row)


def remove_data(database: Database, plugins: Plugins, plugin: LoadedPlugin, actor: str) -> None:
    """See :meth:`core.host.host.PluginHost.remove_data`."""
    planning.refuse_unsound(plugin)
    reasons = reasons_to_keep(database, plugins, plugin)
    if len(reasons) == 1:
        raise reasons[0]
    if reasons:
        raise Refusals(tuple(reasons))
    migrations.remove(database.engine, plugin.manifest)
    with database.write() as session:
        for table in (EventDelivery, PluginFault, PluginTiming):
            session.execute(sa.delete(table).where(table.plugin == plugin.name))
        forget_settings(session, plugin.name)
        _note(session, plugin.name, "removed", actor)


def save_settings(
    database: Database,
    plugin: LoadedPlugin,
    values: Mapping[str, Any],
    box: SecretBox,
    actor: str,
    asking: AbstractContextManager[None],
) -> None:
    """See :meth:`core.host.host.PluginHost.save_settings`; its check runs within ``asking``."""
    _refuse_unloaded(plugin)
    schema = plugin.contributions.settings
    if schema is None:
        raise Rejected("plugins.no_settings", "“%(name)s” has no settings.", name=plugin.name)
    with database.write() as session:
        row = _installed(session, plugin.name)
        stored = settings.storable(schema, row.settings, values, box, asking)
        old = settings.readable(schema, row.settings, box)
        changed = settings.changes(schema, old, settings.readable(schema, stored, box))
        if not changed and stored.keys() == row.settings.keys():
            return
        row.settings, row.changed_at = stored, now()
        _note(session, plugin.name, "configured", actor, changes=changed)


def _migrate(database: Database, plugin: LoadedPlugin, actor: str) -> str:
    """Run its migrations; one that fails stands in the history with the sentence that says how."""
    try:
        return migrations.upgrade(database.engine, plugin.manifest)
    except PluginError as error:
        with database.write() as session:
            _note(session, plugin.name, attempts.FAILED, actor, **attempts.told(error))
        raise


def _refuse_unloaded(plugin: LoadedPlugin) -> None:
    planning.refuse_unsound(plugin)
    if not plugin.is_loaded:
        raise Rejected(
            "plugins.safe_mode",
            "The shop runs in safe mode, in which “%(name)s” is not loaded. Start it without "
            "BANYAN_SAFE_MODE first.",
            name=plugin.name,
        )


def _installed(session: Session, name: str) -> PluginState:
    row = session.get(PluginState, name, with_for_update=True)
    if row is None:
        raise Rejected("plugins.absent", "“%(name)s” is not installed.", name=name)
    return row


def _refuse_unmet(
    session: Session, plugins: Plugins, plugin: LoadedPlugin, *, needs_on: bool
) -> None:
    pairs = zip(plugin.manifest.requires, plugin.manifest.requirements, strict=True)
    for text, (other, wanted) in pairs:
        row, found = session.get(PluginState, other), plugins.get(other)
        versions = [row.version] if row is not None else []
        versions += [found.manifest.version] if found is not None else []
        if not versions:
            raise Rejected(
                "plugins.requires_absent",
                "“%(name)s” requires the plugin %(wanted)s, which is not here.",
                name=plugin.name,
                wanted=text,
            )
        for version in versions:
            if not fits(version, wanted):
                raise Rejected(
                    "plugins.requires_version",
                    "“%(name)s” requires %(wanted)s; “%(other)s” is here in version %(version)s.",
                    name=plugin.name,
                    other=other,
                    wanted=text,
                    version=version,
                )
        if row is None:
            raise Rejected(
                "plugins.requires",
                "“%(name)s” requires “%(other)s”: install that first.",
                name=plugin.name,
                other=other,
            )
        if needs_on and not row.is_enabled:
            raise Rejected(
                "plugins.requires_on",
                "“%(name)s” requires “%(other)s”: switch that on first.",
                name=plugin.name,
                other=other,
            )


def _refuse_needed(session: Session, plugins: Plugins, name: str, *, only_enabled: bool) -> None:
    query = sa.select(PluginState.name)
    if only_enabled:
        query = query.where(PluginState.is_enabled)
    for other in session.scalars(query.order_by(PluginState.name)):
        plugin = plugins.get(other)
        if plugin is not None and name in plugin.manifest.required_names:
            raise Rejected(
                "plugins.needed",
                "“%(other)s” requires “%(name)s”, so it has to go first.",
                name=name,
                other=other,
            )


def _note(session: Session, plugin: str, kind: str, actor: str, **detail: Any) -> None:
    session.add(PluginChange(plugin=plugin, kind=kind, detail=detail, actor=actor[:64], at=now()))
    session.flush()
    state.bump(session, state.PLUGINS)
    _log.info("plugin %s %s by %s", plugin, kind, actor)
