"""What goes when a member is erased: tasks and words about them, not the books."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.membership.models import Entry, Standing, TaskDone, TierEvent


def forget(session: Session, member_id: UUID) -> None:
    """Drop a member's tasks and every word that staff wrote; growth and tier stay as numbers.

    They are not reviewed any more: nobody is there to be told.
    """
    session.execute(sa.delete(TaskDone).where(TaskDone.member_id == member_id))
    for table in (Entry, TierEvent):
        session.execute(
            sa.update(table).where(table.member_id == member_id).values(note=""),
            execution_options={"synchronize_session": False},
        )
    session.execute(
        sa.update(Standing)
        .where(Standing.member_id == member_id)
        .values(lock_reason="", valid_until=None),
        execution_options={"synchronize_session": False},
    )
