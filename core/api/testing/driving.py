"""Moving a test's shop: its clock and its outbox."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from core.db import state
from core.db.outbox import OutboxEvent
from core.host.deliveries import Backlog, backlog
from core.host.shop import Shop
from core.kernel.events import Event, from_payload
from core.worker.relay import Progress, Relay


class StoreClock:
    """The store's clock, moved the way ``banyan clock`` moves it."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._seconds = 0

    def advance(self, **units: float) -> None:
        """Let time pass, in the units of ``timedelta``: ``advance(days=8)``."""
        self._seconds += int(timedelta(**units).total_seconds())
        self._store()

    def set_to(self, instant: datetime) -> None:
        """Make it this instant (aware); to the second, and running on from there."""
        self._seconds = round((instant - datetime.now(UTC)).total_seconds())
        self._store()

    def reset(self) -> None:
        """Go back to the machine's time."""
        self._seconds = 0
        self._store()

    def _store(self) -> None:
        with self._shop.database.write() as session:
            state.put(session, state.CLOCK_OFFSET, self._seconds)
        self._shop.counters.refresh(force=True)


class Outbox:
    """What the shop announced, and its way to the plugins."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def drain(self) -> Progress:
        """Deliver everything that is due; says how much was delivered and how much failed."""
        self._shop.counters.refresh(force=True)
        return Relay(self._shop.database, self._shop.plugins).drain()

    def events(self, name: str | None = None) -> list[Event]:
        """Facts announced so far, in order; only those of one name if given."""
        query = sa.select(OutboxEvent.name, OutboxEvent.payload).order_by(OutboxEvent.seq)
        if name is not None:
            query = query.where(OutboxEvent.name == name)
        with self._shop.database.read() as session:
            return [from_payload(row.name, row.payload) for row in session.execute(query)]

    def names(self) -> list[str]:
        """Names of the facts announced so far, in order."""
        return [event.name for event in self.events()]

    @contextmanager
    def capture(self) -> Iterator[list[Event]]:
        """A list that holds, once the block ends, the facts announced within it."""
        before, found = len(self.events()), list[Event]()
        yield found
        found += self.events()[before:]

    def tell(self, plugin: str, event: Event) -> None:
        """Tell one plugin a fact, now and past the receipts: to see what a repeat does.

        Raises:
            Exception: whatever the plugin raises; nothing of what it wrote is kept.
        """
        with self._shop.database.write() as session:
            self._shop.plugins.deliver(session, plugin, event)

    def backlog(self) -> Backlog:
        """What waits and what is parked."""
        with self._shop.database.read() as session:
            return backlog(session)
