"""Balances and statements."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.ledger.models import LedgerAccount, LedgerJournal, LedgerPosting
from core.ledger.rules import account_id
from core.ledger.types import CNY, PLATFORM, StatementRow

_ACCOUNT: Any = LedgerAccount.__table__
_POSTING: Any = LedgerPosting.__table__
_JOURNAL: Any = LedgerJournal.__table__


def balance(session: Session, owner: str, kind: str, asset: str = CNY) -> int:
    """What an owned account holds; 0 when nothing was ever booked on it. One row by its key.

    Not for platform accounts, which keep no balance: see :func:`platform_balance`.
    """
    return session.execute(_balance_of(owner, kind, asset)).scalar() or 0


def balance_part(name: str) -> sa.ScalarSelect[int]:
    """What one account holds, to be used inside another statement; NULL before it was ever booked.

    Args:
        name: of the parameter that gets the account's id, see
            :func:`core.ledger.rules.account_id`.
    """
    key = sa.bindparam(name, type_=_ACCOUNT.c.id.type)
    return sa.select(_ACCOUNT.c.balance).where(_ACCOUNT.c.id == key).scalar_subquery()


def balances(
    session: Session, owner: str, kinds: Iterable[str] | None = None, *, asset: str = CNY
) -> dict[str, int]:
    """Balances of an owner by account kind, in one statement.

    Args:
        session: any session.
        owner: not the platform.
        kinds: which kinds; each is in the answer, 0 without an account. All there are when missing.
        asset: what is counted.
    """
    query = sa.select(_ACCOUNT.c.kind, _ACCOUNT.c.balance)
    if kinds is None:
        query = query.where(_ACCOUNT.c.owner == owner, _ACCOUNT.c.asset == asset)
        return {kind: int(held or 0) for kind, held in session.execute(query)}
    answer = dict.fromkeys(kinds, 0)
    ids = [account_id(owner, kind, asset) for kind in answer]
    for kind, held in session.execute(query.where(_ACCOUNT.c.id.in_(ids))):
        answer[kind] = int(held or 0)
    return answer


def balances_of(
    session: Session, owners: Collection[str], kind: str, *, asset: str = CNY
) -> dict[str, int]:
    """What each of these owners holds on accounts of one kind, in one statement.

    Every owner is in the answer, with 0 where nothing was ever booked.

    Args:
        session: any session.
        owners: none of them the platform.
        kind: account kind.
        asset: what is counted.
    """
    answer = dict.fromkeys(owners, 0)
    owner_of = {account_id(owner, kind, asset): owner for owner in answer}
    if not owner_of:
        return answer
    query = sa.select(_ACCOUNT.c.id, _ACCOUNT.c.balance).where(_ACCOUNT.c.id.in_(list(owner_of)))
    for key, held in session.execute(query):
        answer[owner_of[key]] = int(held or 0)
    return answer


def held_by_members(session: Session, kinds: Iterable[str], asset: str = CNY) -> tuple[int, int]:
    """How many owners have something on accounts of these kinds, and how much together.

    Accounts below zero are left out: what somebody owes takes nothing from what others have. One
    statement, which reads every account of these kinds.
    """
    people, held = session.execute(
        sa.select(
            sa.func.count(sa.distinct(LedgerAccount.owner)),
            sa.func.sum(LedgerAccount.balance),
        ).where(
            LedgerAccount.owner != PLATFORM,
            LedgerAccount.kind.in_(sorted(kinds)),
            LedgerAccount.asset == asset,
            LedgerAccount.balance > 0,
        )
    ).one()
    return people, int(held or 0)


def platform_balance(session: Session, kind: str, asset: str = CNY) -> int:
    """Sum of a platform account's postings. Reads them all: for reports, not for pages."""
    found = session.execute(
        sa.select(sa.func.sum(_POSTING.c.amount)).where(
            _POSTING.c.account_id == account_id(PLATFORM, kind, asset)
        )
    ).scalar()
    return int(found or 0)


def statement(
    session: Session,
    owner: str,
    kinds: Sequence[str],
    *,
    limit: int,
    before: UUID | None = None,
    asset: str = CNY,
) -> list[StatementRow]:
    """Postings of an owner's accounts, newest first.

    Args:
        session: any session.
        owner: whose accounts, the platform's included.
        kinds: which of them.
        limit: rows a page.
        before: ``posting_id`` of the last row of the page before; the newest rows when missing.
        asset: what is counted.
    """
    query = _postings(owner, kinds, asset).order_by(_POSTING.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(_POSTING.c.id < before)
    return _rows(session, query, owner, kinds, asset)


def postings_between(
    session: Session,
    owner: str,
    kinds: Sequence[str],
    *,
    since: datetime,
    until: datetime,
    asset: str = CNY,
) -> list[StatementRow]:
    """Postings of an owner's accounts dated from ``since`` to before ``until``, oldest first.

    With :func:`balances_at` of both ends they make a statement that adds up. One statement, which
    looks at everything ever booked on these accounts.
    """
    query = (
        _postings(owner, kinds, asset)
        .where(_JOURNAL.c.at >= since, _JOURNAL.c.at < until)
        .order_by(_JOURNAL.c.at, _POSTING.c.id)
    )
    return _rows(session, query, owner, kinds, asset)


def balances_at(
    session: Session, owner: str, kinds: Sequence[str], at: datetime, *, asset: str = CNY
) -> dict[str, int]:
    """What everything dated before ``at`` comes to, by account kind. One statement.

    For the past: what was booked since, under an earlier date, counts. :func:`balances` tells now.
    """
    kind_of = _kinds(owner, kinds, asset)
    query = (
        sa.select(_POSTING.c.account_id, sa.func.sum(_POSTING.c.amount))
        .join(_JOURNAL, _JOURNAL.c.id == _POSTING.c.journal_id)
        .where(_POSTING.c.account_id.in_(list(kind_of)), _JOURNAL.c.at < at)
        .group_by(_POSTING.c.account_id)
    )
    sums = {kind_of[key]: int(total) for key, total in session.execute(query)}
    return {kind: sums.get(kind, 0) for kind in kinds}


def _kinds(owner: str, kinds: Sequence[str], asset: str) -> dict[UUID, str]:
    return {account_id(owner, kind, asset): kind for kind in kinds}


def _postings(owner: str, kinds: Sequence[str], asset: str) -> sa.Select[Any]:
    return (
        sa.select(
            _POSTING.c.id,
            _POSTING.c.account_id,
            _POSTING.c.amount,
            _POSTING.c.journal_id,
            _JOURNAL.c.kind,
            _JOURNAL.c.key,
            _JOURNAL.c.reference,
            _JOURNAL.c.actor,
            _JOURNAL.c.at,
        )
        .join(_JOURNAL, _JOURNAL.c.id == _POSTING.c.journal_id)
        .where(_POSTING.c.account_id.in_(list(_kinds(owner, kinds, asset))))
    )


def _rows(
    session: Session, query: Any, owner: str, kinds: Sequence[str], asset: str
) -> list[StatementRow]:
    kind_of = _kinds(owner, kinds, asset)
    return [
        StatementRow(
            posting_id=row.id,
            journal_id=row.journal_id,
            account_kind=kind_of[row.account_id],
            asset=asset,
            amount=row.amount,
            kind=row.kind,
            key=row.key,
            reference=row.reference,
            actor=row.actor,
            at=row.at,
        )
        for row in session.execute(query)
    ]


def _balance_of(owner: str, kind: str, asset: str) -> sa.Select[int]:
    return sa.select(_ACCOUNT.c.balance).where(_ACCOUNT.c.id == account_id(owner, kind, asset))
