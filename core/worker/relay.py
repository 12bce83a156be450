"""The relay: takes committed facts from the outbox to the plugins that listen, each exactly once.

Two steps, both set-based. *Fan-out* turns undispatched events into one delivery row per
subscriber. *Delivery* claims due rows of one plugin, calls its handler and marks the rows done in
the same transaction, so an effect and its receipt are one fact. A batch is one transaction; when
any delivery of it fails, everything is rolled back and the batch is run again one by one, so that a
poison event costs only itself; one that was alone in its batch is not told a second time. Killing
the process at any point loses and repeats nothing.
"""

import logging
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.engine import Database
from core.db.outbox import DeliveryState, EventDelivery, OutboxEvent
from core.db.prepared import Prepared, among
from core.host.deliveries import MAX_TRIES, delay_seconds
from core.host.faults import is_of_the_keyboard
from core.host.host import PluginHost
from core.host.models import PluginState
from core.kernel.clock import now
from core.kernel.events import from_payload
from core.worker.picking import PENDING, Picked, due_by, is_due, look_up, mark_done, pick, take

FAN_OUT_LIMIT = 1000
BATCH = 200
SLICE_SECONDS = 0.01
"""On SQLite a batch holds the only write lock; after this long it commits and lets others in."""

_event: Any = OutboxEvent.__table__
_delivery: Any = EventDelivery.__table__
_undispatched = Prepared(
    sa.select(_event.c.seq, _event.c.name, _event.c.aggregate)
    .where(_event.c.dispatched_at.is_(None))
    .order_by(_event.c.seq)
    .limit(sa.bindparam("most"))
)
_dispatch = Prepared(
    sa.update(_event).where(among(_event.c.seq, "seqs")).values(dispatched_at=sa.bindparam("at"))
)
_insert = Prepared(
    sa.insert(_delivery).values(state=DeliveryState.PENDING, tries=0),
    ("event_seq", "plugin", "aggregate", "next_try_at"),
)
_plugins_due = Prepared(
    sa.select(PluginState.name)
    .where(
        PluginState.is_enabled,
        sa.select(1)
        .select_from(_delivery)
        .where(
            _delivery.c.plugin == PluginState.name,
            _delivery.c.state == PENDING,
            is_due(_delivery.c),
        )
        .exists(),
    )
    .order_by(PluginState.position, PluginState.name)
)

_FAN_OUT_LOCK = 0x62616E79616F
_ERROR_LIMIT = 4000
_log = logging.getLogger(__name__)


@dataclass
class Progress:
    """What one round did."""

    fanned_out: int = 0
    delivered: int = 0
    failed: int = 0

    @property
    def is_idle(self) -> bool:
        """Whether there was nothing to do."""
        return not (self.fanned_out or self.delivered or self.failed)

    def add(self, other: "Progress") -> None:
        """Count another round's work in."""
        self.fanned_out += other.fanned_out
        self.delivered += other.delivered
        self.failed += other.failed


class _HandlerFailed(Exception):
    """A handler raised; carries which delivery, what, and whether it was alone in its batch."""

    def __init__(self, picked: Picked, cause: BaseException) -> None:
        self.picked = picked
        self.cause = cause
        self.is_alone = False
        super().__init__(str(cause))


class Relay:
    """Fans out and delivers. Any number may run at once, in any number of processes.

    Args:
        database: the store's.
        plugins: who listens and takes part.
        batch: most deliveries in one transaction; 1: one by one.
    """

    def __init__(self, database: Database, plugins: PluginHost, *, batch: int = BATCH) -> None:
        self._database = database
        self._plugins = plugins
        self._batch = batch

    def drain(self) -> Progress:
        """Work until nothing is due; a delivery that failed is not waited for."""
        total = Progress()
        while True:
            step = self.step()
            total.add(step)
            if step.is_idle:
                return total

    def step(self) -> Progress:
        """One round: a fan-out and, for each plugin that takes part, a batch of deliveries."""
        self._plugins.snapshot()  # the first look of a process also sets its clock
        progress = Progress(fanned_out=self.fan_out())
        for plugin in self._plugins_due():
            if self._plugins.is_enabled(plugin):
                progress.add(self._deliver_batch(plugin))
        return progress

    # --- fan-out -----------------------------------------------------------------------------

    def fan_out(self) -> int:
        """Turn undispatched events into deliveries; returns how many events.

        One relay at a time: were two to take alternate ranges, a later fact of an aggregate could
        be delivered before an earlier one is even written down.
        """
        if not self._has_undispatched():
            return 0
        with self._database.write() as session:
            if not self._is_alone(session):
                return 0
            events = _undispatched.all(session, {"most": FAN_OUT_LIMIT})
            at = now()
            _insert.many(
                session,
                [
                    {"event_seq": seq, "plugin": plugin, "aggregate": aggregate, "next_try_at": at}
                    for seq, name, aggregate in events
                    for plugin in self._plugins.subscribers(name)
                ],
            )
            _dispatch.change(session, {"seqs": [seq for seq, _, _ in events], "at": at})
            return len(events)

    def _has_undispatched(self) -> bool:
        with self._database.read() as session:
            return bool(_undispatched.all(session, {"most": 1}))

    def _is_alone(self, session: Session) -> bool:
        if self._database.is_sqlite:  # the write lock is the lock
            return True
        locked = session.execute(sa.select(sa.func.pg_try_advisory_xact_lock(_FAN_OUT_LOCK)))
        return bool(locked.scalar_one())

    # --- delivery ----------------------------------------------------------------------------

    def _plugins_due(self) -> list[str]:
        """Plugins that are switched on and have a delivery whose time has come."""
        with self._database.read() as session:
            return [name for (name,) in _plugins_due.all(session, due_by(now()))]

    def _deliver_batch(self, plugin: str) -> Progress:
        if self._batch > 1:
            try:
                return Progress(delivered=self._run(plugin, self._batch))
            except _HandlerFailed as failure:
                if failure.is_alone:
                    return self._note_failure(plugin, failure)
        return self._one_by_one(plugin)

    def _one_by_one(self, plugin: str) -> Progress:
        """Deliveries that are due, each in a transaction of its own, until one fails."""
        progress = Progress()
        with self._database.read() as session:
            items = look_up(session, plugin, BATCH)
        try:
            with self._database.writer() as connection:
                for item in items:
                    progress.delivered += self._run_one(connection, plugin, item)
        except _HandlerFailed as failure:
            progress.add(self._note_failure(plugin, failure))
        return progress

    def _run_one(self, connection: sa.Connection, plugin: str, item: Picked) -> int:
        """Mark one done and deliver it; nothing of both is kept when its handler fails.

        Raises:
            _HandlerFailed: it did.
        """
        try:
            with self._database.write(connection) as session:
                if not take(session, plugin, item):
                    return 0
                self._tell(session, plugin, item)
        except sa.exc.IntegrityError as error:  # a constraint that is checked at commit
            raise _HandlerFailed(item, error) from error
        return 1

    def _run(self, plugin: str, limit: int) -> int:
        """Claim, deliver and mark done in one transaction.

        Raises:
            _HandlerFailed: nothing of the transaction is kept.
        """
        picked: list[Picked] = []
        try:
            with self._database.write() as session:
                picked = pick(session, plugin, limit)
                done = self._call(session, plugin, picked)
                mark_done(session, plugin, done)
                return len(done)
        except _HandlerFailed as failure:
            failure.is_alone = len(picked) == 1
            raise
        except sa.exc.IntegrityError as error:  # a constraint that is checked at commit
            if not picked:
                raise
            raise _HandlerFailed(picked[0], error) from error

    def _call(self, session: Session, plugin: str, picked: Sequence[Picked]) -> list[int]:
        done: list[int] = []
        deadline = time.monotonic() + SLICE_SECONDS
        for item in picked:
            self._tell(session, plugin, item)
            session.expunge_all()
            done.append(item.seq)
            if self._database.is_sqlite and time.monotonic() > deadline:
                break
        return done

    def _tell(self, session: Session, plugin: str, item: Picked) -> None:
        try:
            self._plugins.deliver(session, plugin, from_payload(item.name, item.payload))
            session.flush()
        except BaseException as error:
            if is_of_the_keyboard(error):
                raise
            raise _HandlerFailed(item, error) from error

    def _note_failure(self, plugin: str, failure: _HandlerFailed) -> Progress:
        """Write down the failure and when to try again, or park."""
        item, tries = failure.picked, failure.picked.tries + 1
        is_parked = tries >= MAX_TRIES
        error = "".join(traceback.format_exception(failure.cause))[-_ERROR_LIMIT:]
        with self._database.write() as session:
            session.execute(
                sa.update(EventDelivery)
                .where(
                    EventDelivery.plugin == plugin,
                    EventDelivery.event_seq == item.seq,
                    EventDelivery.state == DeliveryState.PENDING,
                    EventDelivery.tries == item.tries,
                )
                .values(
                    tries=tries,
                    state=DeliveryState.PARKED if is_parked else DeliveryState.PENDING,
                    next_try_at=now() + timedelta(seconds=delay_seconds(tries)),
                    error=error,
                )
                .execution_options(synchronize_session=False)
            )
        _log.log(
            logging.ERROR if is_parked else logging.WARNING,
            "%s failed at %s (event %s), try %s%s",
            plugin,
            item.name,
            item.seq,
            tries,
            ", parked" if is_parked else "",
        )
        self._plugins.faults.record(plugin, f"event:{item.name}", failure.cause)
        return Progress(failed=1)
