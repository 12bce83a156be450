"""Payouts as the review queue shows them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.statements import value_of
from core.kernel.paging import Page
from core.members.models import Member
from core.members.types import display_name
from core.payouts.models import Payout


@dataclass(frozen=True)
class PayoutRow:
    """A payout with its member. Amounts in fen."""

    id: UUID
    payout_no: str
    member_id: UUID
    member_name: str
    source_kind: str
    channel: str
    amount_fen: int
    fee_fen: int
    tax_fen: int
    net_fen: int
    state: str
    reason: str
    requested_at: datetime
    reviewed_at: datetime | None
    paid_at: datetime | None


def payout_rows(
    session: Session,
    *,
    states: Collection[str] = (),
    query: str = "",
    page: int = 1,
    per_page: int = 30,
) -> Page[PayoutRow]:
    """Payouts, oldest request first while they wait, else newest first. Two statements.

    ``query`` is a number, or part of a phone or nickname.
    """
    where: list[sa.ColumnElement[bool]] = []
    if states:
        where.append(Payout.state.in_(states))
    if query:
        where.append(
            (Payout.payout_no == query)
            | Member.nickname.icontains(query, autoescape=True)
            | Member.phone.contains(query, autoescape=True)
        )
    joined = sa.join(Payout, Member, Member.id == Payout.member_id)
    count = sa.select(sa.func.count()).select_from(joined).where(*where)
    order = Payout.id if set(states) == {"requested"} else Payout.id.desc()
    rows = session.execute(
        sa.select(
            Payout.id,
            Payout.payout_no,
            Payout.member_id,
            Member.nickname,
            Member.phone,
            Member.email,
            Payout.source_kind,
            Payout.channel,
            Payout.amount_fen,
            Payout.fee_fen,
            Payout.tax_fen,
            Payout.net_fen,
            Payout.state,
            Payout.reason,
            Payout.requested_at,
            Payout.reviewed_at,
            Payout.paid_at,
        )
        .select_from(joined)
        .where(*where)
        .order_by(order)
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    items = tuple(
        value_of(PayoutRow, (*row[:3], display_name(row[3], row[4], row[5]), *row[6:]))
        for row in rows
    )
    return Page(items, session.scalar(count) or 0, page, per_page)


def payout_sums(session: Session) -> dict[str, tuple[int, int]]:
    """How many payouts stand in each state, and their sum in fen. One statement."""
    rows = session.execute(
        sa.select(Payout.state, sa.func.count(), sa.func.sum(Payout.amount_fen)).group_by(
            Payout.state
        )
    )
    return {row[0]: (row[1], int(row[2])) for row in rows}
