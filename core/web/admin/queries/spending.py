"""What members on a page have spent, and members as lines of a file."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel.values import dataclass
from core.members.models import Member
from core.members.types import display_name
from core.orders.models import Order

_BATCH = 500


@dataclass(frozen=True)
class Spending:
    """Paid orders of a member and what was paid for them less refunds, in fen."""

    order_count: int = 0
    spent_fen: int = 0


@dataclass(frozen=True)
class MemberLine:
    """A member for a file."""

    id: UUID
    name: str
    phone: str
    email: str
    state: str
    created_on: str
    order_count: int
    spent_fen: int


_spent = sa.func.coalesce(sa.func.sum(Order.paid_fen - Order.refunded_fen), 0)


def spending_of(session: Session, ids: Collection[UUID]) -> dict[UUID, Spending]:
    """Spending by member, for those on one page. One statement."""
    if not ids:
        return {}
    rows = session.execute(
        sa.select(Order.member_id, sa.func.count(), _spent)
        .where(Order.member_id.in_(ids), Order.paid_at.is_not(None))
        .group_by(Order.member_id)
    )
    return {row[0]: Spending(row[1], int(row[2])) for row in rows}


def member_lines(session: Session) -> Iterator[MemberLine]:
    """Every member that was not erased, oldest first; read in batches, each one statement."""
    query = (
        sa.select(
            Member.id,
            Member.nickname,
            Member.phone,
            Member.email,
            Member.state,
            Member.created_at,
            sa.func.count(Order.id),
            _spent,
        )
        .outerjoin(Order, sa.and_(Order.member_id == Member.id, Order.paid_at.is_not(None)))
        .where(Member.state != "erased")
        .group_by(Member.id)
        .order_by(Member.id)
        .limit(_BATCH)
    )
    rows = session.execute(query).all()
    while rows:
        yield from map(_line, rows)
        rows = session.execute(query.where(Member.id > rows[-1][0])).all()


def _line(row: Any) -> MemberLine:
    return MemberLine(
        row[0],
        display_name(row[1], row[2], row[3]),
        row[2] or "",
        row[3] or "",
        row[4],
        f"{row[5]:%Y-%m-%d}",
        row[6],
        int(row[7]),
    )
