"""The demo store: filled once, real in every figure, plugins installed and switched off.

History is played with every plugin on, so that whoever switches one on finds a month of it; then
all are switched off again, which keeps their data, and the merchant decides.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from core.catalog.models import Product
from core.db import migrate
from core.db.versions import check_schema
from core.demo.arriving import SharedLinks
from core.demo.catalog import prepare_pictures, seed_catalog
from core.demo.history import draw_invoices, draw_network, sku_ids
from core.demo.paying import SandboxTill
from core.demo.people import DemoPeople, seed_people
from core.host.host import Standing
from core.host.models import PluginState
from core.host.ports import channels_of
from core.host.shop import Shop
from core.host.work import Work
from core.kernel import clock
from core.kernel.errors import ConfigError, ShopError
from core.members.services import addresses_of
from core.messages.services import deliver_due
from core.orders.models import Order
from core.replay.player import Player
from core.worker.relay import Relay

ACTOR = "demo"
SETUP_COMMAND = "demo"
"""A plugin that contributes a command of this name is asked to fill its own tables: it gets the ids
of the demo's members."""
MARK = "demo-filling"
"""A file that lies in the instance folder from the first thing filled to the last."""


@dataclass
class Filler:
    """Fills an empty store; what is there stays as it is.

    Args:
        shop: an opened shop in sandbox mode.
        say: told what is being done.
    """

    shop: Shop
    say: Callable[[str], None]
    _started: list[str] = field(default_factory=list)

    def fill(self) -> DemoPeople:
        """Schema, plugins, people, products and a month of orders.

        Raises:
            ConfigError: the database was made by a newer Banyan, or an earlier filling was ended
                in the middle of the month.
        """
        _upgrade(self.shop.database.engine)
        self._refuse_half_a_month()
        self._upgrade_plugins()
        if not self._has_orders():
            self._mark.touch()
        self._install_plugins()
        with self.shop.database.write() as session:
            people = seed_people(session)
        if not self._has_products():
            self.say("Preparing pictures")
            pictures = prepare_pictures(self.shop.config.uploads)
            with self.shop.database.write() as session:
                seed_catalog(session, self.shop.config.uploads, pictures=pictures)
        if not self._has_orders():
            self.say("Placing a month of orders")
            self._play(people)
            while deliver_due(self.shop.database, channels_of(self.shop)):
                pass  # now, so that old news does not push the addresses off the screen
        self._mark.unlink(missing_ok=True)
        return people

    @property
    def _mark(self) -> Path:
        return self.shop.config.instance / MARK

    def _refuse_half_a_month(self) -> None:
        """A month is played in one go: what a killed one left has days missing and plugins on."""
        if not self._mark.exists() or not self._has_orders():
            return
        folder, url = self.shop.config.instance, sa.make_url(self.shop.config.database_url)
        if url.database and folder in Path(url.database).resolve().parents:
            raise ConfigError(
                "demo.half_filled",
                "The filling of this demo was ended halfway. Delete the folder %(path)s and start "
                "again.",
                path=str(folder),
            )
        raise ConfigError(
            "demo.half_filled",
            "The filling of this demo was ended halfway. Empty the database of DATABASE_URL, "
            "delete the folder %(path)s and start again.",
            path=str(folder),
        )

    def _upgrade_plugins(self) -> None:
        """Bring those of an earlier start to this code; one that fails stays off."""
        for name in self.shop.plugins.snapshot().rows:
            try:
                self.shop.plugins.upgrade(name, ACTOR)
            except Exception as error:  # noqa: BLE001 - a plugin's migration may raise anything
                self.say(f"The plugin {name} stays off: {error}")

    def _install_plugins(self) -> None:
        """Install what can be, requirements first; the demo opens without the others and says so.

        Only once: what the merchant uninstalls later stays away.
        """
        if self._has_orders():
            return
        standings = self.shop.plugins.standings()
        self._started += self._installed_before(standings)
        waiting = [name for name, each in standings.items() if each is Standing.AVAILABLE]
        refused: dict[str, ShopError] = {}
        while waiting:
            refused = {name: why for name in waiting if (why := self._install(name))}
            if len(refused) == len(waiting):
                break
            waiting = list(refused)
        for name, why in refused.items():
            self.say(f"Without the plugin {name}: {why}")

    def _installed_before(self, standings: Mapping[str, Standing]) -> list[str]:
        """What a filling that was ended had installed already, requirements first."""
        with self.shop.database.read() as session:
            names = session.scalars(sa.select(PluginState.name).order_by(PluginState.installed_at))
            sound = {Standing.DISABLED, Standing.ENABLED}
            return [name for name in names if standings.get(name) in sound]

    def _install(self, name: str) -> ShopError | None:
        try:
            self.shop.plugins.install(name, ACTOR)
        except ShopError as error:
            return error
        self._started.append(name)
        return None

    def _has_products(self) -> bool:
        with self.shop.database.read() as session:
            return session.execute(sa.select(Product.id).limit(1)).first() is not None

    def _has_orders(self) -> bool:
        with self.shop.database.read() as session:
            return session.execute(sa.select(Order.id).limit(1)).first() is not None

    def _play(self, people: DemoPeople) -> None:
        with self.shop.database.read() as session:
            known = {
                each.name: (each.id, addresses_of(session, each.id)[0].id)
                for each in people.members
            }
        self._switch_all(on=True)
        self._set_up_plugins([member_id for member_id, _ in known.values()])
        until = datetime.now(UTC)
        with self.shop.database.read() as session:
            invoices = draw_invoices(session, until=until, known=tuple(known))
            skus = sku_ids(session)
        self.shop.counters.follows_clock = False
        try:
            Player(
                shop=self.shop,
                relay=Relay(self.shop.database, self.shop.plugins),
                till=SandboxTill(self.shop),
                skus=skus,
                referrers=draw_network(tuple(known)),
                advance=lambda: None,
                known=known,
                arrivals=SharedLinks(),
            ).play(invoices, until=until)
        finally:
            self.shop.counters.follows_clock = True
            clock.set_offset(0)
        self._switch_all(on=False)

    def _switch_all(self, *, on: bool) -> None:
        for name in self._started if on else self._started[::-1]:
            switch = self.shop.plugins.enable if on else self.shop.plugins.disable
            switch(name, ACTOR)
        self.shop.counters.refresh(force=True)

    def _set_up_plugins(self, member_ids: list[UUID]) -> None:
        """Requirements first: whoever builds on another plugin finds that one set up."""
        commands = self.shop.plugins.contributions("commands")
        for name in self.shop.plugins.in_order():
            for owner, command in commands:
                if (owner, command.name) == (name, SETUP_COMMAND):
                    work = Work(self.shop, self.shop.plugins.settings_of(name), actor=ACTOR)
                    command.run(work, [str(member_id) for member_id in member_ids])


def _upgrade(engine: sa.Engine) -> None:
    """The newest schema, unless a newer Banyan was here already."""
    try:
        check_schema(engine)
    except ConfigError as error:
        if error.code == "schema.newer":
            raise
        migrate.upgrade(engine)
