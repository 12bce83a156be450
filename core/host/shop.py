"""The shop: everything a process needs to serve it, built once from the configuration.

Web, worker and command line each open one; none of it needs Flask.
"""

from dataclasses import dataclass, field

from core.config import Config
from core.db import state
from core.db.engine import Database
from core.db.state import Counters
from core.host.host import PluginHost
from core.host.redis_link import RedisLink
from core.host.wakeup import Wakeup
from core.orders.types import Extensions
from core.settings.rules import StoreSettings
from core.settings.services import load_settings


@dataclass
class Shop:
    """One process's view of one installation.

    ``settings`` and ``extensions`` follow the shared counters, so that what a merchant changes in
    one process is felt in all within a second.
    """

    config: Config
    database: Database
    counters: Counters
    plugins: PluginHost
    _settings: tuple[int, StoreSettings] | None = field(default=None, repr=False)
    _extensions: tuple[int, Extensions] | None = field(default=None, repr=False)

    def settings(self) -> StoreSettings:
        """The merchant's settings, at most half a second old."""
        generation = self.counters.get(state.SETTINGS)
        if self._settings is None or self._settings[0] != generation:
            with self.database.read() as session:
                self._settings = generation, load_settings(session)
        return self._settings[1]

    def extensions(self) -> Extensions:
        """What the enabled plugins add to orders, at most half a second old."""
        generation = self.counters.get(state.PLUGINS)
        if self._extensions is None or self._extensions[0] != generation:
            freezes = self.plugins.order_freezes()
            rules = self.plugins.price_rules()
            self._extensions = (
                generation,
                Extensions(rules=rules, check=self.plugins.check, freezes=freezes),
            )
        return self._extensions[1]

    def close(self) -> None:
        """Give the database connections back."""
        self.plugins.faults.close()
        self.database.dispose()


def open_shop(config: Config, database: Database | None = None) -> Shop:
    """Build the shop of a configuration; plugins are discovered, the database is not touched."""
    database = database or Database(config.database_url)
    counters = Counters(database)
    plugins = PluginHost(config, database, counters)
    plugins.discover()
    database.on_facts = Wakeup(RedisLink(config.redis_url)).ring if config.redis_url else None
    return Shop(config=config, database=database, counters=counters, plugins=plugins)
