"""Ticks of jobs: the row that lets exactly one process run each, and takes over what crashed."""

import time
from datetime import timedelta
from enum import Enum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.db.engine import Database
from core.db.statements import changed, insert_or
from core.host.models import JobRun, PluginChange
from core.host.runs import ASKED
from core.kernel.clock import now
from core.kernel.ids import new_id
from core.kernel.values import dataclass

SILENT_SECONDS = 300
"""A running tick that has not beaten for this long belongs to a dead process."""

NOTE_AGAIN_SECONDS = (0.5, 2.0, 5.0)
"""Pauses after which an end that could not be written is written again."""

MAX_TRIES = 3
RETRY_SECONDS = 30
_ERROR_LIMIT = 4000


class Standing(Enum):
    """Whether a tick may be run."""

    FREE = "free"
    HELD = "held"  # running somewhere, or failed and waiting for its next try
    OVER = "over"


@dataclass(frozen=True)
class Tick:
    """A tick that this process may run; ``tries`` tells it from an earlier, crashed run of it."""

    id: UUID
    job: str
    tick: int
    tries: int


def standing(session: Session, job: str, tick: int) -> Standing:
    """Whether a tick may be run now.

    While an earlier tick of the job runs in a living process, the next one waits: slow jobs do not
    pile up.
    """
    rows = session.execute(
        sa.select(
            JobRun.tick, JobRun.state, JobRun.tries, JobRun.beat_at, JobRun.finished_at
        ).where(JobRun.job == job, sa.or_(JobRun.tick == tick, JobRun.state == "running"))
    ).all()
    at = now()
    for row in rows:
        if row.state == "running" and row.beat_at > at - timedelta(seconds=SILENT_SECONDS):
            return Standing.HELD
    own = next((row for row in rows if row.tick == tick), None)
    if own is None or own.state == "running":
        return Standing.FREE
    if own.state == "failed" and own.tries < MAX_TRIES:
        again_at = own.finished_at + timedelta(seconds=RETRY_SECONDS * own.tries)
        return Standing.HELD if again_at > at else Standing.FREE
    return Standing.OVER


def since_switched_on(session: Session, plugin: str, tick: int) -> Standing:
    """Whether a time of a cron line came while its plugin was on; others are not made up for."""
    on_at = session.scalar(
        sa.select(sa.func.max(PluginChange.at)).where(
            PluginChange.plugin == plugin, PluginChange.kind == "enabled"
        )
    )
    is_before = on_at is not None and tick < on_at.timestamp()
    return Standing.OVER if is_before else Standing.FREE


def claim(database: Database, job: str, tick: int) -> Tick | None:
    """Take a tick, or nothing when somebody has it or it is done."""
    at = now()
    with database.write() as session:
        made = {
            "id": new_id(),
            "job": job,
            "tick": tick,
            "state": "running",
            "tries": 1,
            "done": 0,
            "error": "",
            "started_at": at,
            "beat_at": at,
        }
        insert = insert_or(session, JobRun.__table__).values(made)
        if changed(session, insert.on_conflict_do_nothing(index_elements=["job", "tick"])):
            return Tick(made["id"], job, tick, 1)  # type: ignore[arg-type]
        return _take_over(session, job, tick)


def asked_for(session: Session) -> list[tuple[UUID, str]]:
    """Runs that somebody asked for and nobody has begun, oldest first, as (id, job)."""
    rows = session.execute(
        sa.select(JobRun.id, JobRun.job).where(JobRun.state == ASKED).order_by(JobRun.id)
    )
    return [(run_id, job) for run_id, job in rows]


def claim_asked(database: Database, run_id: UUID) -> Tick | None:
    """Take a run that was asked for, or nothing when another process has it."""
    with database.write() as session:
        row = session.execute(
            sa.select(JobRun.job, JobRun.tick).where(JobRun.id == run_id, JobRun.state == ASKED)
        ).first()
        values = {"state": "running", "started_at": now(), "beat_at": now()}
        begun = sa.update(JobRun).where(JobRun.id == run_id, JobRun.state == ASKED).values(values)
        if row is None or not changed(session, begun):
            return None
    return Tick(run_id, row.job, row.tick, 1)


def _take_over(session: Session, job: str, tick: int) -> Tick | None:
    row = session.execute(
        sa.select(JobRun.id, JobRun.tries)
        .where(JobRun.job == job, JobRun.tick == tick)
        .with_for_update()
    ).one()
    if standing(session, job, tick) is not Standing.FREE:
        return None
    changed(
        session,
        sa.update(JobRun)
        .where(JobRun.id == row.id)
        .values(
            state="running",
            tries=row.tries + 1,
            started_at=now(),
            beat_at=now(),
            finished_at=None,
            error="",
        ),
    )
    return Tick(row.id, job, tick, row.tries + 1)


def beat(database: Database, tick: Tick, done: int, total: int | None) -> None:
    """Note that a tick's process lives and how far it is."""
    _update(database, tick, beat_at=now(), done=done, total=total)


def finish(database: Database, tick: Tick, error: str = "") -> None:
    """Note how a tick ended; a failed one is tried again, three times in all.

    What is not noted holds the job's next ticks back for :data:`SILENT_SECONDS`, so a database
    that is busy or away is asked again.
    """
    ended = {"state": "failed" if error else "done", "error": error[-_ERROR_LIMIT:]}
    for pause in NOTE_AGAIN_SECONDS:
        try:
            _update(database, tick, **ended, finished_at=now(), beat_at=now())
            return
        except OperationalError:
            time.sleep(pause)
    _update(database, tick, **ended, finished_at=now(), beat_at=now())


def _update(database: Database, tick: Tick, **values: object) -> None:
    """Change the row unless another process has taken the tick over."""
    with database.write() as session:
        changed(
            session,
            sa.update(JobRun)
            .where(JobRun.id == tick.id, JobRun.tries == tick.tries, JobRun.state == "running")
            .values(**values),
        )
