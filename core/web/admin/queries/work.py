"""Background work: processes that beat, runs of jobs, facts on their way out."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import DeliveryState, EventDelivery, OutboxEvent
from core.db.statements import value_of
from core.host.models import JobRun, ProcessBeat
from core.kernel.paging import Page
from core.kernel.values import dataclass


@dataclass(frozen=True)
class Beat:
    """A process and when it was last alive."""

    name: str
    kind: str
    beat_at: datetime


@dataclass(frozen=True)
class Run:
    """One run of a job. ``done`` of ``total`` is its progress; ``total`` may be unknown."""

    job: str
    state: str
    tries: int
    done: int
    total: int | None
    error: str
    started_at: datetime
    beat_at: datetime
    finished_at: datetime | None

    @property
    def seconds(self) -> float:
        """How long it took, or takes so far."""
        return ((self.finished_at or self.beat_at) - self.started_at).total_seconds()


@dataclass(frozen=True)
class EventRow:
    """A fact as it was announced, and what became of its deliveries."""

    seq: int
    name: str
    aggregate: str
    at: datetime
    is_dispatched: bool
    payload: dict[str, Any]
    done: int
    pending: int
    parked: int


_STATES = (DeliveryState.DONE, DeliveryState.PENDING, DeliveryState.PARKED)
_RUN = (
    JobRun.job,
    JobRun.state,
    JobRun.tries,
    JobRun.done,
    JobRun.total,
    JobRun.error,
    JobRun.started_at,
    JobRun.beat_at,
    JobRun.finished_at,
)


def beats(session: Session) -> list[Beat]:
    """Processes, the latest first. One statement."""
    rows = session.execute(
        sa.select(ProcessBeat.name, ProcessBeat.kind, ProcessBeat.beat_at).order_by(
            ProcessBeat.beat_at.desc()
        )
    )
    return [Beat(*row) for row in rows]


def last_runs(session: Session) -> dict[str, Run]:
    """The latest run of each job. One statement."""
    place = sa.func.row_number().over(partition_by=JobRun.job, order_by=JobRun.started_at.desc())
    ranked = sa.select(*_RUN, place.label("place")).subquery()
    rows = session.execute(sa.select(ranked).where(ranked.c.place == 1))
    return {row[0]: Run(*row[:-1]) for row in rows}


def failed_runs(session: Session, *, limit: int = 20) -> list[Run]:
    """Runs that failed, the latest first. One statement."""
    rows = session.execute(
        sa.select(*_RUN)
        .where(JobRun.state == "failed")
        .order_by(JobRun.started_at.desc())
        .limit(limit)
    )
    return [Run(*row) for row in rows]


def event_rows(
    session: Session, *, query: str = "", page: int = 1, per_page: int = 30
) -> Page[EventRow]:
    """Facts, newest first, with their deliveries counted. Three statements.

    ``query`` is the beginning of a fact's name, or the id of its aggregate.
    """
    where: list[sa.ColumnElement[bool]] = []
    if query:
        where.append(
            OutboxEvent.name.startswith(query, autoescape=True) | (OutboxEvent.aggregate == query)
        )
    total = session.scalar(sa.select(sa.func.count()).select_from(OutboxEvent).where(*where)) or 0
    rows = session.execute(
        sa.select(
            OutboxEvent.seq,
            OutboxEvent.name,
            OutboxEvent.aggregate,
            OutboxEvent.at,
            OutboxEvent.dispatched_at.is_not(None),
            OutboxEvent.payload,
        )
        .where(*where)
        .order_by(OutboxEvent.seq.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    ).all()
    counts: dict[tuple[int, str], int] = {}
    seqs = [row[0] for row in rows]
    if seqs:
        grouped = session.execute(
            sa.select(EventDelivery.event_seq, EventDelivery.state, sa.func.count())
            .where(EventDelivery.event_seq.in_(seqs))
            .group_by(EventDelivery.event_seq, EventDelivery.state)
        )
        counts = {(seq, state): count for seq, state, count in grouped}
    items = tuple(
        value_of(EventRow, (*row, *(counts.get((row[0], state), 0) for state in _STATES)))
        for row in rows
    )
    return Page(items, total, page, per_page)
