"""What a merchant wants to know of a buyer at a glance."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel.values import dataclass
from core.members.models import Member
from core.members.types import display_name
from core.orders.models import Order


@dataclass(frozen=True)
class Buyer:
    """A member with their effective spending: paid minus refunded, in fen."""

    id: UUID
    name: str
    phone: str | None
    email: str | None
    state: str
    created_at: datetime
    order_count: int
    spent_fen: int
    last_paid_at: datetime | None


def buyer(session: Session, member_id: UUID) -> Buyer | None:
    """One member; ``None`` when there is none. One statement."""
    row = session.execute(
        sa.select(
            Member.id,
            Member.nickname,
            Member.phone,
            Member.email,
            Member.state,
            Member.created_at,
            sa.func.count(Order.id),
            sa.func.coalesce(sa.func.sum(Order.paid_fen - Order.refunded_fen), 0),
            sa.func.max(Order.paid_at),
        )
        .outerjoin(Order, sa.and_(Order.member_id == Member.id, Order.paid_at.is_not(None)))
        .where(Member.id == member_id)
        .group_by(Member.id)
    ).one_or_none()
    if row is None:
        return None
    name = display_name(row[1], row[2], row[3])
    return Buyer(row[0], name, row[2], row[3], row[4], row[5], row[6], int(row[7]), row[8])
