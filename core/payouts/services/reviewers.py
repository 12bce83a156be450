"""Who may look after a payout: never the one who asked for it, nor the one who gets it."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel.errors import Forbidden
from core.ledger.services import member_owner
from core.members.models import Member
from core.payouts.types import PayoutView
from core.staff.models import Staff


def keep_apart(session: Session, payout: PayoutView, reviewer: str) -> None:
    """Nobody reviews their own payout: as requester, as member, or as staff with that mailbox.

    Raises:
        Forbidden: the reviewer is too close.
    """
    is_close = reviewer in {payout.requested_by, member_owner(payout.member_id)}
    if not is_close and reviewer.startswith("staff:"):
        is_close = session.execute(
            sa.select(
                sa.exists().where(
                    Staff.id == UUID(reviewer.removeprefix("staff:")),
                    Member.id == payout.member_id,
                    sa.func.lower(Staff.email) == sa.func.lower(Member.email),
                )
            )
        ).scalar_one()
    if is_close:
        raise Forbidden("payout.own", "Somebody else has to review this payout.")
