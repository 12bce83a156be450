"""Booking journals: a few set-based statements, whatever their number."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from core.kernel import clock
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


def _write(session: Session, entries: Sequence[JournalEntry]) -> list[UUID]:
    """Check and write; ids of the journals that were new."""
    for entry in entries:
        check_entry(entry)
    batch = Batch.of(entries, clock.now())
    connection = session.connection()
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.write(connection, batch)
