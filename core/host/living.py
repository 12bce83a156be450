"""A plugin's life as the host offers it: each step is felt in every process within a second."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from wtforms import Form

from core.db.engine import Database
from core.host import leftovers, lifecycle, owed, planning, references
from core.host.loading import LoadedPlugin
from core.host.owed import Owed
from core.host.planning import Plan
from core.host.secrets import SecretBox
from core.host.settings import SETTINGS, settings_form
from core.kernel.errors import NotFound, Rejected


class Living:
    """The part of the host that changes what the database says of plugins."""

    _database: Database
    _plugins: dict[str, LoadedPlugin]
    _box: SecretBox

    def settings_of(self, name: str) -> Mapping[str, Any]:
        """A plugin's settings over their defaults."""
        raise NotImplementedError

    def asking(self, plugin: str, hook: str) -> AbstractContextManager[None]:
        """A block in which a plugin's fault is recorded and told."""
        raise NotImplementedError

    def _moved(self) -> None:
        """See the change in this process at once."""
        raise NotImplementedError

    def install(self, name: str, actor: str) -> None:
        """Run its migrations and remember it, switched off. Installing twice changes nothing.

        Raises:
            Rejected: in quarantine, or a plugin that it requires is not installed.
        """
        lifecycle.install(self._database, self._plugins, self.known(name), actor)
        self._moved()

    def enable(self, name: str, actor: str) -> None:
        """Let it take part, in every process within a second; also lifts a pause.

        Raises:
            Rejected: not installed, not upgraded, or a plugin that it requires is off.
        """
        lifecycle.enable(self._database, self._plugins, self.known(name), actor)
        self._moved()

    def disable(self, name: str, actor: str) -> None:
        """Take it out of every process within a second; its data and settings stay.

        Raises:
            Rejected: not installed, or a plugin that requires it is on.
        """
        lifecycle.disable(self._database, self._plugins, name, actor)
        self._moved()

    def upgrade(self, name: str, actor: str) -> bool:
        """Run its new migrations and remember its version; it stays on or off as it was.

        Returns:
            Whether there was anything to do.
        """
        is_changed = lifecycle.upgrade(self._database, self.known(name), actor)
        self._moved()
        return is_changed

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
            Rejected: still installed, or something still refers to its data; see
                :meth:`why_data_stay`. ``Refusals`` when several things do.
        """
        lifecycle.remove_data(self._database, self._plugins, self.known(name), actor)
        self._moved()

    def save_settings(self, name: str, values: Mapping[str, Any], actor: str) -> None:
        """Store settings; an empty secret keeps the stored one.

        Raises:
            InvalidInput: a name that its schema does not have.
            Rejected: its own check refuses, or it is not installed.
            PluginError: its own check failed.
        """
        asking = self.asking(name, SETTINGS)
        plugin = self.known(name)
        lifecycle.save_settings(self._database, plugin, values, self._box, actor, asking)
        self._moved()

    def plan(self, name: str) -> Plan:
        """What an upgrade (or, before it was ever installed, an install) would run; runs nothing.

        Raises:
            Rejected: in quarantine, or its tables were made by a newer version of it.
        """
        return planning.plan(self._database, self.known(name))

    def has_data(self, name: str) -> bool:
        """Whether the shop keeps anything of a plugin: tables, deliveries, figures, settings."""
        return leftovers.has_data(self._database, self.known(name).manifest)

    def tables_left(self, name: str) -> Sequence[str]:
        """A plugin's own tables that are there, whether it is installed or not."""
        return leftovers.tables_left(self._database, self.known(name).manifest)

    def why_data_stay(self, name: str) -> Sequence[Rejected]:
        """What still refers to an uninstalled plugin's data; empty when they can be removed."""
        return references.reasons_to_keep(self._database, self._plugins, self.known(name))

    def still_owed(self, name: str) -> Owed:
        """What people have on accounts that only this plugin moves."""
        module = self.known(name).module
        return owed.still_owed(self._database, module.__package__ or "" if module else "")

    def facts_waiting(self, name: str) -> int:
        """Facts that a plugin has not heard yet; removing its data drops them."""
        return leftovers.facts_waiting(self._database, self.known(name).name)

    def settings_form(
        self, name: str, formdata: Any = None, meta: Mapping[str, Any] | None = None
    ) -> Form:
        """The settings form, filled with the stored values or with ``formdata``.

        Args:
            name: an installed plugin.
            formdata: what the browser sent, as WTForms takes it.
            meta: WTForms meta values, such as ``{"locales": ["zh"]}``.
        """
        schema = self.known(name).contributions.settings
        return settings_form(schema, self.settings_of(name), formdata, meta)

    def known(self, name: str) -> LoadedPlugin:
        """A plugin that was found, those in quarantine included.

        Raises:
            NotFound: there is none of that name; the sentence says so when it was here once.
        """
        plugin = self._plugins.get(name)
        if plugin is not None:
            return plugin
        if leftovers.was_here(self._database, name):
            raise NotFound(
                "plugins.gone",
                "The folder or package of “%(name)s” is gone. What it stored is kept, and only its "
                "own code can remove or change that: bring it back first.",
                name=name,
            )
        raise NotFound("plugins.unknown", "There is no plugin “%(name)s”.", name=name)
