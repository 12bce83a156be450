"""Booking journals: a few set-based statements, whatever their number."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel import clock
from core.kernel.errors import Conflict, NotFound
from core.ledger.models import LedgerAccount, LedgerJournal, LedgerPosting
from core.ledger.rules import check_entry
from core.ledger.services import postgresql, sqlite
from core.ledger.services.batch import Batch
from core.ledger.types import JournalEntry, Leg


def book(
    session: Session,
    *,
    key: str,
    kind: str,
    reference: str,
    actor: str,
    legs: Sequence[Leg],
    at: datetime | None = None,
    reverses_id: UUID | None = None,
) -> UUID | None:
    """Book one journal, once.

    Args:
        session: the caller's unit of work; two calls with one key at the same time wait for each
            other, and the second does nothing.
        key: see :class:`core.ledger.types.JournalEntry`, as for all others.
        kind: what happened.
        reference: what it is about.
        actor: who caused it.
        legs: at least two, summing to zero per asset.
        at: when it happened; now when missing.
        reverses_id: the journal it takes back.

    Returns:
        The journal's id, or ``None`` when the key was booked before and nothing was done.

    Raises:
        InvariantError: the legs are unbalanced, or an account kind is not declared.
        Rejected: ``ledger.short``: a guarded account, or one that must cover its leg, would go
            below zero. The unit of work must be rolled back.
    """
    entry = JournalEntry(key, kind, reference, actor, legs, at, reverses_id)
    booked = _write(session, (entry,))
    return booked[0] if booked else None


def book_many(session: Session, entries: Sequence[JournalEntry]) -> int:
    """Book journals together: all those whose key is new, the others are passed over.

    Guarded accounts are judged by what all new journals together do to them. The number of
    statements does not grow with the number of journals.

    Returns:
        How many were new.

    Raises:
        InvariantError: a journal is unsound, or two of them carry the same key.
        Rejected: ``ledger.short``, as for :func:`book`; nothing may be kept.
    """
    return len(_write(session, entries)) if entries else 0


def reverse(
    session: Session, *, key: str, journal_id: UUID, actor: str, at: datetime | None = None
) -> UUID | None:
    """Take a whole journal back: its legs with the other sign, about the same reference.

    Returns:
        The new journal's id, or ``None`` when the key was booked before.

    Raises:
        NotFound: no such journal.
        Conflict: it was taken back before, under another key.
        Rejected: ``ledger.short``, as for :func:`book`.
    """
    original = _original(session, journal_id)
    taken_back = session.execute(
        sa.select(LedgerJournal.key).where(LedgerJournal.reverses_id == journal_id)
    ).scalar()
    if taken_back == key:
        return None
    if taken_back is not None:
        raise Conflict("ledger.reversed", "This journal was taken back before.")
    return book(
        session,
        key=key,
        kind=f"{original.kind[:38]}_reversed",
        reference=original.reference,
        actor=actor,
        legs=_opposite_legs(session, journal_id),
        at=at,
        reverses_id=journal_id,
    )


def _original(session: Session, journal_id: UUID) -> sa.Row[str, str]:
    """Kind and reference of a journal, locked so that two reversals of it wait for each other."""
    row = session.execute(
        sa.select(LedgerJournal.kind, LedgerJournal.reference)
        .where(LedgerJournal.id == journal_id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("ledger.journal", "There is no such journal.")
    return row


def _opposite_legs(session: Session, journal_id: UUID) -> list[Leg]:
    rows = session.execute(
        sa.select(
            LedgerAccount.owner, LedgerAccount.kind, LedgerPosting.amount, LedgerAccount.asset
        )
        .join(LedgerAccount, LedgerAccount.id == LedgerPosting.account_id)
        .where(LedgerPosting.journal_id == journal_id)
    )
    return [Leg(owner, kind, -amount, asset) for owner, kind, amount, asset in rows]


def _write(session: Session, entries: Sequence[JournalEntry]) -> list[UUID]:
    """Check and write; ids of the journals that were new."""
    for entry in entries:
        check_entry(entry)
    batch = Batch.of(entries, clock.now())
    connection = session.connection()
    write = sqlite.write if connection.dialect.name == "sqlite" else postgresql.write
    return write(connection, batch)
