"""Faults of plugins: counted per hook and hour, shown in admin, and the breaker that follows.

A fault happens inside somebody's transaction, which may roll back or hold the only write lock.
So faults gather in memory and are written a moment later by a thread of their own.
"""

import logging
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db import state
from core.db.engine import Database
from core.host.models import PluginChange, PluginFault, PluginState
from core.kernel.clock import now
from core.kernel.errors import Rejected

FLUSH_SECONDS = 0.3
ERROR_LIMIT = 4000
CHECK_LIMIT = 5
"""Faults an hour of one hook that cost somebody a refusal each, before the plugin is paused."""
OTHER_LIMIT = 50
"""Faults an hour of one block, rule or page before the plugin is paused."""

_log = logging.getLogger(__name__)


class FaultLog:
    """Collects this process's faults and writes them in the background.

    Deliveries and jobs never pause a plugin: they have retries of their own and hurt nobody.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._errors: dict[tuple[str, str], str] = {}
        self._timer: threading.Timer | None = None

    @contextmanager
    def guard(self, plugin: str, hook: str) -> Iterator[None]:
        """Record what the block raises and go on after it; ``Rejected`` passes through."""
        try:
            yield
        except Rejected:
            raise
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything
            self.record(plugin, hook, error)

    def record(self, plugin: str, hook: str, error: BaseException) -> None:
        """Note a fault; it is in the database within a second."""
        _log.warning("plugin %s failed in %s", plugin, hook, exc_info=error)
        text = "".join(traceback.format_exception(error))[-ERROR_LIMIT:]
        with self._lock:
            self._counts[plugin, hook] += 1
            self._errors[plugin, hook] = text
            if self._timer is None:
                self._timer = threading.Timer(FLUSH_SECONDS, self._flush_later)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Write what was gathered. Failing to write loses a count, never a request."""
        with self._lock:
            counts, errors = self._counts, self._errors
            self._counts, self._errors = Counter(), {}
        if not counts:
            return
        with self._database.write() as session:
            for (plugin, hook), count in sorted(counts.items()):
                self._write(session, plugin, hook, count, errors[plugin, hook])

    def _flush_later(self) -> None:
        with self._lock:
            self._timer = None
        try:
            self.flush()
        except sa.exc.SQLAlchemyError:
            _log.exception("faults of plugins could not be written")

    def _write(self, session: Session, plugin: str, hook: str, count: int, error: str) -> None:
        hour = int(time.time()) // 3600
        row = session.get(PluginFault, (plugin, hook, hour), with_for_update=True)
        if row is None:
            row = PluginFault(
                plugin=plugin, hook=hook, hour=hour, count=0, last_error="", last_at=now()
            )
            session.add(row)
        row.count += count
        row.last_error, row.last_at = error, now()
        session.flush()
        limit = _limit(hook)
        if limit and row.count - count < limit <= row.count:
            pause(session, plugin, hook, row.count, error.strip().splitlines()[-1])


def pause(session: Session, plugin: str, hook: str, count: int, error: str) -> None:
    """Take a failing plugin out of every process until somebody switches it on again."""
    reason = f"{hook} failed {count} times within an hour: {error}"[:300]
    changed = session.execute(
        sa.update(PluginState)
        .where(PluginState.name == plugin, PluginState.is_enabled, PluginState.paused_reason == "")
        .values(paused_reason=reason, changed_at=now())
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount:  # type: ignore[attr-defined]
        session.add(
            PluginChange(
                plugin=plugin, kind="paused", detail={"reason": reason}, actor="host", at=now()
            )
        )
        state.bump(session, state.PLUGINS)


def _limit(hook: str) -> int:
    if hook.startswith(("event:", "job:", "command:")):
        return 0
    return CHECK_LIMIT if hook.startswith(("check_", "freeze_")) else OTHER_LIMIT
