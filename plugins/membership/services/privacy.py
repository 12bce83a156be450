"""What goes when a member is erased: tasks and words about them, not the books."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.errors import Rejected
from core.api.members import erased_among
from plugins.membership.models import Entry, TaskDone, TierEvent
from plugins.membership.services.standings import change, lock_member


def forget(session: Session, member_id: UUID) -> None:
    """Drop a member's tasks and every word that staff wrote; growth and tier stay as numbers.

    Their tier is locked for good: nobody is there to rise, to be reviewed or to be told.
    """
    lock_member(session, member_id)
    change(session, member_id, is_locked=True, lock_reason="", valid_until=None)
    session.execute(sa.delete(TaskDone).where(TaskDone.member_id == member_id))
    for table in (Entry, TierEvent):
        session.execute(
            sa.update(table).where(table.member_id == member_id).values(note=""),
            execution_options={"synchronize_session": False},
        )


def refuse_erased(session: Session, member_id: UUID) -> None:
    """Keep staff from changing, and from writing about, somebody who was erased.

    Raises:
        Rejected: they were.
    """
    if erased_among(session, [member_id]):
        raise Rejected(
            "membership.erased", "This member was erased; growth value and tier stay as they are."
        )
