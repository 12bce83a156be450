"""Tables of the host and of background work."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, IdColumn


class PluginState(Base):
    """Where a plugin stands. A discovered plugin without a row is not installed.

    ``schema_revision`` is what its own migrations reached (empty: it has none). ``listens`` are the
    facts it took at the last look, so that they wait for it while its code cannot be loaded.
    ``paused_reason`` is a catalogue entry (empty: not paused), ``paused_params`` fill its places.
    """

    __tablename__ = "plugin_state"

    name: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    version: Mapped[str] = mapped_column(sa.String(32))
    is_enabled: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    position: Mapped[int] = mapped_column(sa.Integer(), default=100)
    schema_revision: Mapped[str] = mapped_column(sa.String(64), default="")
    listens: Mapped[list[Any]] = mapped_column(default=list)
    paused_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    paused_params: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    installed_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class PluginChange(Base):
    """History of a plugin: switched, configured, upgraded, by whom."""

    __tablename__ = "plugin_change"

    id: Mapped[IdColumn]
    plugin: Mapped[str] = mapped_column(sa.String(64), index=True)
    kind: Mapped[str] = mapped_column(sa.String(24))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    actor: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime]


class PluginFault(Base):
    """Failures of a plugin in a hook, counted per hour; what admin's health page shows."""

    __tablename__ = "plugin_fault"

    plugin: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    hook: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    hour: Mapped[int] = mapped_column(primary_key=True)  # unix hours
    count: Mapped[int] = mapped_column(sa.Integer(), default=0)
    last_error: Mapped[str] = mapped_column(sa.Text())
    last_at: Mapped[datetime]


class PluginTiming(Base):
    """What calls into a plugin took, by hook and hour; hook ``request``: by whole requests.

    The ``watched_`` counts are the breaker's: they start anew when the plugin is switched on again.
    Times are whole microseconds.
    """

    __tablename__ = "plugin_timing"

    plugin: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    hook: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    hour: Mapped[int] = mapped_column(primary_key=True)  # unix hours
    calls: Mapped[int] = mapped_column(default=0)
    micros: Mapped[int] = mapped_column(default=0)
    slowest_micros: Mapped[int] = mapped_column(default=0)
    slow_count: Mapped[int] = mapped_column(default=0)
    watched_calls: Mapped[int] = mapped_column(default=0)
    watched_slow: Mapped[int] = mapped_column(default=0)
    watched_strikes: Mapped[int] = mapped_column(default=0)
    watched_faults: Mapped[int] = mapped_column(default=0)


class JobRun(Base):
    """One tick of a job; the unique pair keeps two schedulers from running the same tick."""

    __tablename__ = "job_run"

    id: Mapped[IdColumn]
    job: Mapped[str] = mapped_column(sa.String(80))
    tick: Mapped[int]  # unix seconds of the tick's start
    state: Mapped[str] = mapped_column(sa.String(16))  # running, done, failed
    tries: Mapped[int] = mapped_column(sa.Integer(), default=1)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    error: Mapped[str] = mapped_column(sa.Text(), default="")
    started_at: Mapped[datetime] = mapped_column(index=True)
    beat_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("job", "tick"),
        sa.Index(
            "ix_job_run_running",
            "job",
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        ),
    )


class ProcessBeat(Base):
    """A worker process that is alive: admin shows when each was last seen."""

    __tablename__ = "process_beat"

    name: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(16))  # worker, scheduler, relay
    beat_at: Mapped[datetime]
