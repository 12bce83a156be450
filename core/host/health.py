"""How plugins do: calls, times and faults of a day by hook, their jobs, and what waits for them."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import DeliveryState, EventDelivery
from core.host.models import JobRun, PluginFault, PluginTiming
from core.host.tally import REQUEST
from core.kernel.clock import now
from core.kernel.values import dataclass

HOURS = 24


@dataclass(frozen=True)
class HookHealth:
    """What one hook did within a day; times in whole microseconds.

    ``last_error`` is a traceback: only staff who may switch plugins should read it.
    """

    hook: str
    calls: int = 0
    micros: int = 0
    slowest_micros: int = 0
    slow_count: int = 0
    faults: int = 0
    last_error: str = ""
    last_at: datetime | None = None

    @property
    def mean_ms(self) -> float:
        """Milliseconds of a call on average."""
        return self.micros / self.calls / 1_000 if self.calls else 0.0

    @property
    def slowest_ms(self) -> float:
        """Milliseconds of the slowest call."""
        return self.slowest_micros / 1_000

    @property
    def slow_share(self) -> float:
        """Part of the calls that went over their budget, 0 to 1."""
        return self.slow_count / self.calls if self.calls else 0.0


@dataclass(frozen=True)
class JobHealth:
    """The latest run of a plugin's job."""

    key: str
    state: str
    started_at: datetime | None
    error: str


@dataclass(frozen=True)
class Health:
    """How one plugin does.

    Args:
        requests: what it cost the requests that it took part in.
        hooks: the costliest first.
        jobs: each of its jobs.
        pending: facts on their way to it.
        parked: facts that it failed at for good.
    """

    requests: HookHealth
    hooks: tuple[HookHealth, ...]
    jobs: tuple[JobHealth, ...]
    pending: int
    parked: int

    @property
    def faults(self) -> int:
        """Faults of a day in all hooks together."""
        return sum(hook.faults for hook in self.hooks)


def health_of(session: Session, plugin: str, jobs: Sequence[str] = ()) -> Health:
    """How a plugin did within a day. Four statements.

    Args:
        session: to read with.
        plugin: name.
        jobs: keys of its jobs.
    """
    hooks = _times(session, plugin)
    for fault in _faults(session, plugin):
        known = hooks.get(fault.hook, HookHealth(fault.hook))
        hooks[fault.hook] = replace(
            known,
            faults=known.faults + fault.count,
            last_error=fault.last_error,
            last_at=fault.last_at,
        )
    requests = hooks.pop(REQUEST, HookHealth(REQUEST))
    waiting = dict(
        session.execute(
            sa.select(EventDelivery.state, sa.func.count())
            .where(EventDelivery.plugin == plugin, EventDelivery.state != DeliveryState.DONE)
            .group_by(EventDelivery.state)
        ).all()
    )
    return Health(
        requests=requests,
        hooks=tuple(sorted(hooks.values(), key=lambda hook: -hook.micros)),
        jobs=_jobs(session, jobs),
        pending=waiting.get(DeliveryState.PENDING, 0),
        parked=waiting.get(DeliveryState.PARKED, 0),
    )


def request_costs(session: Session, plugin: str) -> HookHealth:
    """What a plugin cost the requests of a day that it took part in. One statement."""
    return _times(session, plugin, REQUEST).get(REQUEST, HookHealth(REQUEST))


def _times(session: Session, plugin: str, hook: str = "") -> dict[str, HookHealth]:
    total = sa.func.sum
    wanted = (
        sa.select(
            PluginTiming.hook,
            total(PluginTiming.calls),
            total(PluginTiming.micros),
            sa.func.max(PluginTiming.slowest_micros),
            total(PluginTiming.slow_count),
        )
        .where(PluginTiming.plugin == plugin, PluginTiming.hour > int(time.time()) // 3600 - HOURS)
        .group_by(PluginTiming.hook)
    )
    rows = session.execute(wanted.where(PluginTiming.hook == hook) if hook else wanted)
    return {
        hook: HookHealth(hook, int(calls), int(micros), int(slowest), int(slow))
        for hook, calls, micros, slowest, slow in rows
    }


def _faults(session: Session, plugin: str) -> Sequence[PluginFault]:
    return session.scalars(
        sa.select(PluginFault)
        .where(PluginFault.plugin == plugin, PluginFault.last_at > now() - timedelta(hours=HOURS))
        .order_by(PluginFault.last_at)
    ).all()


def _jobs(session: Session, keys: Sequence[str]) -> tuple[JobHealth, ...]:
    latest = (
        sa.select(JobRun.job, sa.func.max(JobRun.started_at).label("at"))
        .where(JobRun.job.in_(keys))
        .group_by(JobRun.job)
        .subquery()
    )
    rows = session.execute(
        sa.select(JobRun.job, JobRun.state, JobRun.started_at, JobRun.error).join(
            latest, sa.and_(JobRun.job == latest.c.job, JobRun.started_at == latest.c.at)
        )
    )
    found = {row.job: JobHealth(*row) for row in rows}
    return tuple(found.get(key, JobHealth(key, "", None, "")) for key in keys)
