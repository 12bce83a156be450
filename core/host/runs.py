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


def ask_for_run(session: Session, key: str) -> None:
    """Have a worker run a job at once. Does not check that there is such a job.

    Raises:
        Conflict: it was asked for already, or runs now.
    """
    is_open = sa.select(JobRun.id).where(JobRun.job == key, JobRun.state.in_([ASKED, "running"]))
    if session.execute(is_open).first():
        raise Conflict("jobs.under_way", "This job was asked for already, or runs now.")
    at = now()
    insert = insert_or(session, JobRun.__table__).values(
        id=new_id(),
        job=key,
        tick=int(at.timestamp()),
        state=ASKED,
        tries=1,
        done=0,
        error="",
        started_at=at,
        beat_at=at,
    )
    if not changed(session, insert.on_conflict_do_nothing(index_elements=["job", "tick"])):
        raise Conflict("jobs.under_way", "This job was asked for already, or runs now.")
