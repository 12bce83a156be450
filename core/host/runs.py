"""Asking for a run of a job outside its ticks; the next worker that looks carries it out."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.statements import changed, insert_or
from core.host.models import JobRun
from core.kernel.clock import now
from core.kernel.errors import Conflict
from core.kernel.ids import new_id

ASKED = "asked"
"""State of a run that somebody asked for and no worker has taken yet."""

_NEARBY = 30


def ask_for_run(session: Session, key: str) -> None:
    """Have a worker run a job at once. Does not check that there is such a job.

    Raises:
        Conflict: it was asked for already, or runs now.
    """
    is_open = sa.select(JobRun.id).where(JobRun.job == key, JobRun.state.in_([ASKED, "running"]))
    if session.execute(is_open).first():
        raise Conflict("jobs.under_way", "This job was asked for already, or runs now.")
    if not _ask(session, key, int(now().timestamp())):
        raise Conflict("jobs.under_way", "This job was asked for already, or runs now.")


def ask_soon(session: Session, key: str) -> None:
    """Have a worker run a job after this unit of work; nothing happens when one waits already.

    One that runs now may have begun before what it is asked for was stored, so it is asked again.
    """
    is_waiting = sa.select(JobRun.id).where(JobRun.job == key, JobRun.state == ASKED)
    if session.execute(is_waiting).first():
        return
    second = int(now().timestamp())
    for tick in range(second, second + _NEARBY):  # a run may have begun and ended in this second
        if _ask(session, key, tick):
            return


def _ask(session: Session, key: str, tick: int) -> bool:
    at = now()
    insert = insert_or(session, JobRun.__table__).values(
        id=new_id(),
        job=key,
        tick=tick,
        state=ASKED,
        tries=1,
        done=0,
        error="",
        started_at=at,
        beat_at=at,
    )
    return bool(changed(session, insert.on_conflict_do_nothing(index_elements=["job", "tick"])))
