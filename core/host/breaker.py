"""The breaker: writes what calls into plugins took and failed at, and pauses who goes too far.

What is *watched* is counted apart from what is shown: switching a plugin on again starts the
watching anew and keeps the history.
"""

import time
from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db import state
from core.db.statements import insert_or
from core.host.budgets import SLOW_SHARE, STRIKE_LIMIT, budget_of
from core.host.models import PluginChange, PluginFault, PluginState, PluginTiming
from core.host.pauses import Pause
from core.host.tally import Tally
from core.kernel.clock import now

What = tuple[str, str]
_ERROR_LIMIT = 200
FAILED = "%(hook)s failed %(count)s times within an hour: %(error)s"
"""Why a plugin is paused whose hook raises again and again; a catalogue entry."""
SLOW = (
    "%(hook)s was too slow %(slow)s times of %(calls)s within an hour: "
    "up to %(slowest)s ms instead of %(budget)s ms"
)
"""Why a plugin is paused whose hook takes too long again and again; a catalogue entry."""
_HOOK_LIMIT = 80
_NOTHING = Tally()


def write(
    session: Session,
    tallies: Mapping[What, Tally],
    faults: Mapping[What, int],
    errors: Mapping[What, str],
) -> None:
    """Add up one process's calls and faults by (plugin, hook), and pause who goes too far.

    Args:
        session: unit of work.
        tallies: calls since the last time.
        faults: how often each failed since.
        errors: the last error of each that failed.
    """
    hour = int(time.time()) // 3600
    seen = sorted({*tallies, *faults})
    rows = _timings(session, {(plugin, hook[:_HOOK_LIMIT]) for plugin, hook in seen}, hour)
    for plugin, hook in seen:
        name = hook[:_HOOK_LIMIT]
        fault_count = faults.get((plugin, hook), 0)
        if fault_count:
            _write_fault(session, plugin, name, hour, fault_count, errors[plugin, hook])
        row = rows[plugin, name]
        _add(row, tallies.get((plugin, hook), _NOTHING), fault_count)
        why = _why(row, errors.get((plugin, hook), ""))
        if why:
            pause(session, plugin, why)
    session.flush()


def watch_anew(session: Session, plugin: str) -> None:
    """Forget what counted against a plugin so far; what admin shows stays."""
    session.execute(
        sa.update(PluginTiming)
        .where(PluginTiming.plugin == plugin, PluginTiming.hour >= int(time.time()) // 3600)
        .values(watched_calls=0, watched_slow=0, watched_strikes=0, watched_faults=0)
        .execution_options(synchronize_session=False)
    )


def pause(session: Session, plugin: str, why: Pause) -> None:
    """Take a plugin out of every process until somebody switches it on again."""
    changed = session.execute(
        sa.update(PluginState)
        .where(PluginState.name == plugin, PluginState.is_enabled, PluginState.paused_reason == "")
        .values(paused_reason=why.message, paused_params=dict(why.params), changed_at=now())
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount:  # type: ignore[attr-defined]
        session.add(
            PluginChange(
                plugin=plugin,
                kind="paused",
                detail={"message": why.message, "params": dict(why.params)},
                actor="host",
                at=now(),
            )
        )
        state.bump(session, state.PLUGINS)


def _write_fault(
    session: Session, plugin: str, hook: str, hour: int, count: int, error: str
) -> None:
    key = (plugin, hook, hour)
    row = session.get(PluginFault, key, with_for_update=True)
    if row is None:
        values = {"plugin": plugin, "hook": hook, "hour": hour, "count": 0}
        values |= {"last_error": "", "last_at": now()}
        session.execute(insert_or(session, PluginFault).values(values).on_conflict_do_nothing())
        row = session.get_one(PluginFault, key, with_for_update=True)
    row.count += count
    row.last_error, row.last_at = error.replace("\0", ""), now()


def _timings(session: Session, hooks: Collection[What], hour: int) -> dict[What, PluginTiming]:
    """The locked rows of this hour by two statements, made first and locked in one order.

    So processes that write at once wait for each other, and never in a circle.
    """
    fresh = [
        {"plugin": plugin, "hook": hook, "hour": hour, **dict.fromkeys(_COUNTS, 0)}
        for plugin, hook in sorted(hooks)
    ]
    session.execute(insert_or(session, PluginTiming).values(fresh).on_conflict_do_nothing())
    plugins = {plugin for plugin, _ in hooks}
    query = (
        sa.select(PluginTiming)
        .where(PluginTiming.plugin.in_(plugins), PluginTiming.hour == hour)
        .order_by(PluginTiming.plugin, PluginTiming.hook)
        .with_for_update()
    )
    return {(row.plugin, row.hook): row for row in session.scalars(query)}


_COUNTS = (
    *("calls", "micros", "slowest_micros", "slow_count"),
    *("watched_calls", "watched_slow", "watched_strikes", "watched_faults"),
)


def _add(row: PluginTiming, tally: Tally, faults: int) -> None:
    row.calls += tally.calls
    row.micros += tally.micros
    row.slow_count += tally.slow_count
    row.slowest_micros = max(row.slowest_micros, tally.slowest_micros)
    row.watched_calls += tally.calls
    row.watched_slow += tally.slow_count
    row.watched_strikes += tally.strikes
    row.watched_faults += faults


def _why(row: PluginTiming, error: str) -> Pause | None:
    """Why the plugin has to pause; ``None`` while it may go on."""
    budget = budget_of(row.hook)
    if budget.fault_limit and row.watched_faults >= budget.fault_limit:
        last = (error.replace("\0", "").strip().splitlines() or [""])[-1]
        params = {"hook": row.hook, "count": row.watched_faults, "error": last[:_ERROR_LIMIT]}
        return Pause(FAILED, params)
    if not budget.pauses_when_slow or row.watched_strikes < STRIKE_LIMIT:
        return None
    if row.watched_slow * SLOW_SHARE < row.watched_calls:
        return None
    return Pause(
        SLOW,
        {
            "hook": row.hook,
            "slow": row.watched_slow,
            "calls": row.watched_calls,
            "slowest": round(row.slowest_micros / 1_000),
            "budget": budget.milliseconds,
        },
    )
