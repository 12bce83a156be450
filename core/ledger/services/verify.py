"""Recomputing the whole ledger: what must hold is asked of the database, one statement a rule."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.sessions import Look
from core.ledger.models import LedgerAccount, LedgerJournal, LedgerPosting
from core.ledger.rules import account_id
from core.ledger.types import PLATFORM, Problem, VerifyReport

LISTED = 100
"""How many problems of one code a report lists."""

_A: Any = LedgerAccount.__table__
_J: Any = LedgerJournal.__table__
_P: Any = LedgerPosting.__table__


class _Rule(NamedTuple):
    """Something that must hold: a query for what breaks it, and how to say so."""

    code: str
    broken: sa.Select[Any]
    subject: Callable[[Any], str]
    detail: Callable[[Any], str]


Check = Callable[[Session], Iterable[Problem]]
_checks: dict[str, Check] = {}


def declare_check(name: str, check: Check) -> None:
    """Let a room compare its own rows with the books whenever the ledger is verified.

    Args:
        name: the room's; a later check of the same name takes the place of the former.
        check: set-based, in a few statements; yields what is wrong.
    """
    _checks[name] = check


def verify(session: Session) -> VerifyReport:
    """Check every account and journal, and what rooms know of them.

    Problems are named by code: ``journal.unbalanced`` (postings of an asset do not sum to zero),
    ``journal.empty`` (no postings), ``account.balance`` (the stored balance is not the sum of the
    postings), ``account.negative`` (guarded and below zero), ``account.stored`` (a platform account
    keeps a balance, or another keeps none), ``account.id`` (not derived from what the account is),
    ``posting.orphan`` (journal or account is missing), ``journal.reversal`` (taken back more than
    once, or legs that are not the opposite), and those of rooms (:func:`declare_check`). Memory
    does not grow with the ledger.

    Args:
        session: a look or a fresh one: then all rules see one moment, while orders go on. A unit
            of work that has begun on PostgreSQL sees what is committed while it looks.
    """
    if session.get_bind().dialect.name == "postgresql":
        _see_one_moment(session)
    counted = session.execute(sa.select(_count(_J), _count(_P), _count(_A))).one()
    problems: list[Problem] = []
    for rule in _RULES:
        rows = session.execute(rule.broken.limit(LISTED)).all()
        problems.extend(Problem(rule.code, rule.subject(row), rule.detail(row)) for row in rows)
    problems.extend(_misnamed(session))
    for _, check in sorted(_checks.items()):
        problems.extend(check(session))
    return VerifyReport(counted[0], counted[1], counted[2], tuple(problems))


def _see_one_moment(session: Session) -> None:
    """Let a fresh session, and a look that is nothing but statements, see one snapshot."""
    if session.in_transaction():
        if not isinstance(session, Look):
            return
        session.rollback()
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _count(table: Any) -> Any:
    return sa.select(sa.func.count()).select_from(table).scalar_subquery()


def _name(row: Any) -> str:
    return f"{row.owner} {row.kind} {row.asset}"


def _unbalanced() -> sa.Select[Any]:
    total = sa.func.sum(_P.c.amount)
    return (
        sa.select(_J.c.key, _A.c.asset, total.label("total"))
        .join(_P, _P.c.journal_id == _J.c.id)
        .join(_A, _A.c.id == _P.c.account_id)
        .group_by(_J.c.id, _J.c.key, _A.c.asset)
        .having(total != 0)
    )


def _empty() -> sa.Select[Any]:
    has_posting = sa.exists().where(_P.c.journal_id == _J.c.id)
    return sa.select(_J.c.key).where(~has_posting)


def _wrong_balance() -> sa.Select[Any]:
    summed = (
        sa.select(_P.c.account_id, sa.func.sum(_P.c.amount).label("total"))
        .group_by(_P.c.account_id)
        .subquery()
    )
    total = sa.func.coalesce(summed.c.total, 0)
    return (
        sa.select(_A.c.owner, _A.c.kind, _A.c.asset, _A.c.balance, total.label("total"))
        .outerjoin(summed, summed.c.account_id == _A.c.id)
        .where(_A.c.balance.is_not(None), _A.c.balance != total)
    )


def _accounts(*criteria: Any) -> sa.Select[Any]:
    return sa.select(_A.c.owner, _A.c.kind, _A.c.asset, _A.c.balance).where(*criteria)


def _orphans() -> sa.Select[Any]:
    return (
        sa.select(_P.c.id, _P.c.amount)
        .outerjoin(_J, _J.c.id == _P.c.journal_id)
        .outerjoin(_A, _A.c.id == _P.c.account_id)
        .where(sa.or_(_J.c.id.is_(None), _A.c.id.is_(None)))
    )


def _twice_reversed() -> sa.Select[Any]:
    return (
        sa.select(_J.c.reverses_id.label("key"), sa.func.count().label("total"))
        .where(_J.c.reverses_id.is_not(None))
        .group_by(_J.c.reverses_id)
        .having(sa.func.count() > 1)
    )


def _crooked_reversal() -> sa.Select[Any]:
    """Reversals whose legs, put together with the original's, leave something on an account."""
    pair = sa.union_all(
        sa.select(_J.c.id.label("reversal_id"), _J.c.id.label("journal_id")).where(
            _J.c.reverses_id.is_not(None)
        ),
        sa.select(_J.c.id, _J.c.reverses_id).where(_J.c.reverses_id.is_not(None)),
    ).subquery()
    left = sa.func.sum(_P.c.amount)
    return (
        sa.select(_J.c.key, left.label("total"))
        .join(pair, pair.c.reversal_id == _J.c.id)
        .join(_P, _P.c.journal_id == pair.c.journal_id)
        .group_by(_J.c.id, _J.c.key, _P.c.account_id)
        .having(left != 0)
    )


def _misnamed(session: Session) -> Iterable[Problem]:
    """Accounts whose id is not derived from what they are: a second one might stand beside them."""
    rows = session.execute(
        sa.select(_A.c.id, _A.c.owner, _A.c.kind, _A.c.asset).execution_options(yield_per=5000)
    )
    found = 0
    for row in rows:
        if found < LISTED and row.id != account_id.__wrapped__(row.owner, row.kind, row.asset):
            found += 1
            yield Problem("account.id", _name(row), f"id {row.id}")


_RULES = (
    _Rule(
        "journal.unbalanced",
        _unbalanced(),
        lambda row: str(row.key),
        lambda row: f"{row.asset} sums to {row.total}",
    ),
    _Rule("journal.empty", _empty(), lambda row: str(row.key), lambda _: "no postings"),
    _Rule(
        "account.balance",
        _wrong_balance(),
        _name,
        lambda row: f"holds {row.balance}, postings sum to {row.total}",
    ),
    _Rule(
        "account.negative",
        _accounts(_A.c.guarded, _A.c.balance < 0),
        _name,
        lambda row: f"guarded, holds {row.balance}",
    ),
    _Rule(
        "account.stored",
        _accounts((_A.c.owner == PLATFORM) != _A.c.balance.is_(None)),
        _name,
        lambda row: f"stored balance {row.balance}",
    ),
    _Rule("posting.orphan", _orphans(), lambda row: str(row.id), lambda row: f"{row.amount}"),
    _Rule(
        "journal.reversal",
        _twice_reversed(),
        lambda row: str(row.key),
        lambda row: f"taken back {row.total} times",
    ),
    _Rule(
        "journal.reversal",
        _crooked_reversal(),
        lambda row: str(row.key),
        lambda row: f"leaves {row.total} on an account",
    ),
)
