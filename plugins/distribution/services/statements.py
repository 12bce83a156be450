"""Statements by month: what a distributor had, got, lost and was paid. Read from the ledger alone.

Months are of the store's time zone. The closing of each is the opening of the next, and the last
one's is what the accounts hold now.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import day_bounds, local_date, now
from core.api.ledger import StatementRow, balances_at, member_owner, postings_between
from core.api.payouts import PayoutView, list_payouts
from plugins.distribution.models import Commission
from plugins.distribution.services.accounts import AVAILABLE, FROZEN, PENDING, RESERVED

ACCOUNTS = (PENDING, FROZEN, AVAILABLE, RESERVED)
"""What somebody has with the store; what was paid out is theirs elsewhere."""

_MONTH = re.compile(r"(2\d{3})-(0[1-9]|1[0-2])")
_PAGE = 500


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month of the store."""

    year: int
    number: int

    @classmethod
    def of(cls, at: datetime, zone: str) -> "Month":
        """The month in which a moment lies."""
        day = local_date(at, zone)
        return cls(day.year, day.month)

    @classmethod
    def read(cls, text: str) -> "Month | None":
        """A month as ``2026-11``; ``None`` for anything else."""
        found = _MONTH.fullmatch(text)
        return cls(int(found[1]), int(found[2])) if found else None

    def __str__(self) -> str:
        """As addresses name it."""
        return f"{self.year}-{self.number:02d}"

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def next(self) -> "Month":
        """The month after."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def bounds(self, zone: str) -> tuple[datetime, datetime]:
        """Its first instant, and that of the next month."""
        return day_bounds(self.first_day, zone)[0], day_bounds(self.next.first_day, zone)[0]


class Change(StrEnum):
    """What a row of a statement is.

    ``FROZEN``, ``SETTLED``, ``REQUESTED`` and ``RETURNED`` move money from one account to another;
    the others change what somebody has.
    """

    ACCRUED = "accrued"
    FROZEN = "frozen"
    SETTLED = "settled"
    REVERSED = "reversed"
    REJECTED = "rejected"
    REQUESTED = "requested"
    RETURNED = "returned"
    PAID = "paid"
    OTHER = "other"


CHANGE_OF_JOURNAL = {
    "commission_accrued": Change.ACCRUED,
    "commission_frozen": Change.FROZEN,
    "commission_settled": Change.SETTLED,
    "commission_available": Change.SETTLED,  # of orders that settled one by one
    "commission_reversed": Change.REVERSED,
    "commission_rejected": Change.REJECTED,
    "payout_requested": Change.REQUESTED,
    "payout_returned": Change.RETURNED,
    "payout_paid": Change.PAID,
}
"""Kinds of journals; any other is ``OTHER``."""


@dataclass(frozen=True)
class Line:
    """A row of a statement: one journal, as far as it concerns the distributor. Amounts in fen.

    Args:
        at: when it happened.
        change: what it is.
        amount_fen: by how much what they have changed; 0 for moves.
        moved_fen: how much went from one account to another.
        order_no: whose commission it is; empty for settlements and payouts.
        payout_no: of payouts.
        commissions: how many commissions a settlement took along; 0 for anything else.
        fee_fen: what the store kept of a payout.
        tax_fen: service tax of a payout.
    """

    at: datetime
    change: Change
    amount_fen: int
    moved_fen: int
    order_no: str = ""
    payout_no: str = ""
    commissions: int = 0
    fee_fen: int = 0
    tax_fen: int = 0


@dataclass(frozen=True)
class Statement:
    """A month of a distributor; amounts in fen.

    Args:
        month: which.
        opening: by account, when it began.
        closing: by account, when it ended, or now.
        lines: oldest first.
    """

    month: Month
    opening: Mapping[str, int]
    closing: Mapping[str, int]
    lines: Sequence[Line] = field(repr=False)

    @property
    def opening_fen(self) -> int:
        """What they had."""
        return sum(self.opening.values())

    @property
    def closing_fen(self) -> int:
        """What they have."""
        return sum(self.closing.values())

    def total_fen(self, change: Change) -> int:
        """By how much rows of one kind changed what they have; how much they moved, for moves."""
        return sum(
            line.amount_fen or line.moved_fen for line in self.lines if line.change == change
        )

    @property
    def fee_fen(self) -> int:
        """What the store kept of payouts."""
        return sum(line.fee_fen for line in self.lines)

    @property
    def tax_fen(self) -> int:
        """Service tax of payouts."""
        return sum(line.tax_fen for line in self.lines)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was there and nothing happened."""
        return not self.lines and not any(self.opening.values())


def months_of(session: Session, member_id: UUID, zone: str) -> Sequence[Month]:
    """Months with a statement, newest first: from the first commission to now. One statement."""
    last = Month.of(now(), zone)
    first_at = session.scalar(
        sa.select(sa.func.min(Commission.accrued_at)).where(Commission.beneficiary_id == member_id)
    )
    month = Month.of(first_at, zone) if first_at else last
    months = [month]
    while month < last:
        month = month.next
        months.append(month)
    return months[::-1]


def statement_of(session: Session, member_id: UUID, month: Month, zone: str) -> Statement:
    """The statement of a month. Five statements, and one more for every 500 payouts of a life."""
    since, until = month.bounds(zone)
    owner = member_owner(member_id)
    opening = balances_at(session, owner, ACCOUNTS, since)
    postings = postings_between(session, owner, ACCOUNTS, since=since, until=until)
    closing = dict(opening)
    journals: dict[UUID, list[StatementRow]] = defaultdict(list)
    for row in postings:
        closing[row.account_kind] += row.amount
        journals[row.journal_id].append(row)
    told = _Told(session, member_id, journals.values(), since, until)
    return Statement(month, opening, closing, [told.line(rows) for rows in journals.values()])


class _Told:
    """What rows refer to, looked up for all of them together."""

    def __init__(
        self,
        session: Session,
        member_id: UUID,
        journals: Iterable[Sequence[StatementRow]],
        since: datetime,
        until: datetime,
    ) -> None:
        references = {rows[0].reference for rows in journals}
        self._orders = _order_numbers(session, member_id, _ids(references, "order"))
        self._payouts = _payouts(session, member_id, _ids(references, "payout"))
        self._settled = _settled(session, member_id, since, until)

    def line(self, rows: Sequence[StatementRow]) -> Line:
        """One journal as a row."""
        first = rows[0]
        kind, _, key = first.reference.partition(":")
        change = CHANGE_OF_JOURNAL.get(first.kind, Change.OTHER)
        amount = sum(row.amount for row in rows)
        payout = self._payouts.get(UUID(key)) if kind == "payout" else None
        is_paid = payout is not None and change == Change.PAID
        return Line(
            at=first.at,
            change=change,
            amount_fen=amount,
            moved_fen=sum(row.amount for row in rows if row.amount > 0) if not amount else 0,
            order_no=self._orders.get(UUID(key), "") if kind == "order" else "",
            payout_no=payout.payout_no if payout else "",
            commissions=self._settled.get(first.at, 0) if kind == "settlement" else 0,
            fee_fen=payout.fee_fen if payout and is_paid else 0,
            tax_fen=payout.tax_fen if payout and is_paid else 0,
        )


def _ids(references: Iterable[str], kind: str) -> list[UUID]:
    pairs = (reference.partition(":") for reference in references)
    return [UUID(key) for found, _, key in pairs if found == kind]


def _order_numbers(session: Session, member_id: UUID, order_ids: list[UUID]) -> dict[UUID, str]:
    if not order_ids:
        return {}
    rows = session.execute(
        sa.select(Commission.order_id, Commission.order_no)
        .where(Commission.beneficiary_id == member_id, Commission.order_id.in_(order_ids))
        .distinct()
    )
    return {row.order_id: row.order_no for row in rows}


def _payouts(session: Session, member_id: UUID, wanted: list[UUID]) -> dict[UUID, PayoutView]:
    found: dict[UUID, PayoutView] = {}
    before: UUID | None = None
    while len(found) < len(wanted):
        page = list_payouts(
            session, member_id=member_id, source_kind=AVAILABLE, limit=_PAGE, before=before
        )
        found |= {payout.id: payout for payout in page if payout.id in wanted}
        if len(page) < _PAGE:
            break
        before = page[-1].id
    return found


def _settled(
    session: Session, member_id: UUID, since: datetime, until: datetime
) -> dict[datetime, int]:
    """How many commissions each settlement took along."""
    rows = session.execute(
        sa.select(Commission.available_at, sa.func.count())
        .where(
            Commission.beneficiary_id == member_id,
            Commission.available_at >= since,
            Commission.available_at < until,
        )
        .group_by(Commission.available_at)
    )
    return {at: count for at, count in rows if at is not None}
