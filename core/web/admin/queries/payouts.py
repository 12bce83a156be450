"""Payouts as the review queue shows them."""

from collections.abc import Collection, Iterable
from dataclasses import field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.statements import value_of
from core.kernel.paging import Page
from core.kernel.values import dataclass
from core.members.models import Member
from core.members.types import display_name
from core.payouts.models import Payout, PayoutBatchLine
from core.payouts.rules.channels import mask_account


@dataclass(frozen=True)
class PayoutFilter:
    """Which payouts are shown.

    Args:
        states: in one of these; in any when empty.
        channel: through this one only; through any when empty.
        since: asked for at or after this instant.
        until: asked for at or before this instant.
        query: a number, or part of the member's phone or nickname.
        member_id: of this member only.
    """

    states: Collection[str] = ()
    channel: str = ""
    since: datetime | None = None
    until: datetime | None = None
    query: str = ""
    member_id: UUID | None = None


@dataclass(frozen=True)
class PayoutRow:
    """A payout with its member. Amounts in fen."""

    id: UUID
    payout_no: str
    member_id: UUID
    member_name: str
    source_kind: str
    channel: str
    account: dict[str, Any] = field(repr=False)
    amount_fen: int
    fee_fen: int
    tax_fen: int
    net_fen: int
    state: str
    reason: str
    channel_ref: str | None
    requested_at: datetime
    reviewed_at: datetime | None
    paid_at: datetime | None

    @property
    def masked(self) -> str:
        """The account in a line, as lists show it."""
        return " ".join(each for each in mask_account(self.account).values() if each)


@dataclass(frozen=True)
class Sums:
    """What the filter finds, all pages together. Amounts in fen."""

    count: int
    amount_fen: int
    fee_fen: int
    tax_fen: int
    net_fen: int


_JOINED = sa.join(Payout, Member, Member.id == Payout.member_id)


def _where(wanted: PayoutFilter) -> list[sa.ColumnElement[bool]]:
    where: list[sa.ColumnElement[bool]] = []
    if wanted.states:
        where.append(Payout.state.in_(wanted.states))
    if wanted.channel:
        where.append(Payout.channel == wanted.channel)
    if wanted.since is not None:
        where.append(Payout.requested_at >= wanted.since)
    if wanted.until is not None:
        where.append(Payout.requested_at <= wanted.until)
    if wanted.member_id is not None:
        where.append(Payout.member_id == wanted.member_id)
    if wanted.query:
        where.append(
            (Payout.payout_no == wanted.query)
            | Member.nickname.icontains(wanted.query, autoescape=True)
            | Member.phone.contains(wanted.query, autoescape=True)
        )
    return where


def _rows(wanted: PayoutFilter) -> sa.Select[Any]:
    order = Payout.id if set(wanted.states) == {"requested"} else Payout.id.desc()
    return (
        sa.select(
            Payout.id,
            Payout.payout_no,
            Payout.member_id,
            Member.nickname,
            Member.phone,
            Member.email,
            Payout.source_kind,
            Payout.channel,
            Payout.account,
            Payout.amount_fen,
            Payout.fee_fen,
            Payout.tax_fen,
            Payout.net_fen,
            Payout.state,
            Payout.reason,
            Payout.channel_ref,
            Payout.requested_at,
            Payout.reviewed_at,
            Payout.paid_at,
        )
        .select_from(_JOINED)
        .where(*_where(wanted))
        .order_by(order)
    )


def _look(rows: Iterable[Any]) -> tuple[PayoutRow, ...]:
    return tuple(
        value_of(PayoutRow, (*row[:3], display_name(row[3], row[4], row[5]), *row[6:]))
        for row in rows
    )


def payout_rows(
    session: Session, wanted: PayoutFilter, *, page: int = 1, per_page: int = 30
) -> tuple[Page[PayoutRow], Sums]:
    """A page of payouts with the sums of all pages. Two statements.

    Oldest request first while they wait for review, else newest first.
    """
    sums = session.execute(
        sa.select(
            sa.func.count(),
            *(
                sa.func.coalesce(sa.func.sum(column), 0)
                for column in (Payout.amount_fen, Payout.fee_fen, Payout.tax_fen, Payout.net_fen)
            ),
        )
        .select_from(_JOINED)
        .where(*_where(wanted))
    ).one()
    found = Sums(*map(int, sums))
    rows = session.execute(_rows(wanted).limit(per_page).offset((page - 1) * per_page))
    return Page(_look(rows), found.count, page, per_page), found


def payouts_to_export(session: Session, wanted: PayoutFilter) -> Iterable[PayoutRow]:
    """Everything that the filter finds, read while it goes out."""
    for part in session.execute(_rows(wanted)).partitions(500):
        yield from _look(part)


def payout_sums(session: Session) -> dict[str, tuple[int, int]]:
    """How many payouts stand in each state, and their sum in fen. One statement."""
    rows = session.execute(
        sa.select(Payout.state, sa.func.count(), sa.func.sum(Payout.amount_fen)).group_by(
            Payout.state
        )
    )
    return {row[0]: (row[1], int(row[2])) for row in rows}


def payout_numbers(session: Session, ids: Iterable[UUID]) -> dict[UUID, tuple[str, int]]:
    """Number and amount by id, for telling what became of each. One statement."""
    rows = session.execute(
        sa.select(Payout.id, Payout.payout_no, Payout.amount_fen).where(Payout.id.in_(list(ids)))
    )
    return {row.id: (row.payout_no, row.amount_fen) for row in rows}


def channels_used(session: Session) -> list[str]:
    """Channels that any payout ever took, for the filter. One statement."""
    return sorted(session.scalars(sa.select(Payout.channel).distinct()))


def batch_tallies(session: Session, ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """Batch → outcome (empty, ``paid``, ``failed``) → how many. One statement."""
    rows = session.execute(
        sa.select(PayoutBatchLine.batch_id, PayoutBatchLine.outcome, sa.func.count())
        .where(PayoutBatchLine.batch_id.in_(ids))
        .group_by(PayoutBatchLine.batch_id, PayoutBatchLine.outcome)
    )
    found: dict[UUID, dict[str, int]] = {each: {} for each in ids}
    for batch_id, outcome, count in rows:
        found[batch_id][outcome] = count
    return found
