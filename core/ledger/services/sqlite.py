"""Writing journals on SQLite: three to five statements in an immediate transaction.

Nobody else writes meanwhile, so keys can be looked up before they are inserted. Statements go to
the driver as they are: a booking is part of every order, and what SQLAlchemy would add costs
several times the booking itself. Ids and times are written as the column types do.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa

from core.ledger.services.batch import AccountRow, Batch, JournalRow, short

_BOOKED_KEYS = "SELECT key FROM ledger_journal WHERE key IN (SELECT value FROM json_each(?))"
_INSERT_JOURNAL = (
    "INSERT INTO ledger_journal (id, key, kind, reference, reverses_id, actor, at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"
)
_INSERT_POSTING = (
    "INSERT INTO ledger_posting (id, journal_id, account_id, amount) VALUES (?, ?, ?, ?)"
)
# A platform account's balance is NULL and stays so: NULL + NULL.
_ADD = (
    "INSERT INTO ledger_account (id, owner, kind, asset, balance, guarded) "
    "VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET balance = balance + excluded.balance"
)
_TAKE = "UPDATE ledger_account SET balance = balance + ?1 WHERE id = ?2 AND balance + ?1 >= 0"


def write(connection: sa.Connection, batch: Batch) -> list[UUID]:
    """Write the journals whose key is new.

    Returns:
        Their ids.

    Raises:
        Rejected: an account does not cover what is taken from it.
    """
    booked = _write_journals(connection, batch.journals)
    if not booked:
        return []
    fresh = set(booked)
    changes: dict[UUID, int] = defaultdict(int)
    covering: set[UUID] = set()
    postings = []
    for row in batch.postings:
        if row.journal_id in fresh:
            changes[row.account_id] += row.amount
            if row.must_cover:
                covering.add(row.account_id)
            postings.append((row.id.hex, row.journal_id.hex, row.account_id.hex, row.amount))
    takings = {key for key in covering if changes[key] < 0}
    _take(connection, [(changes[key], key.hex) for key in takings])
    given = (row for key, row in batch.accounts.items() if key in changes and key not in takings)
    _add(connection, given, changes)
    connection.exec_driver_sql(_INSERT_POSTING, postings)
    return booked


def _write_journals(connection: sa.Connection, rows: Sequence[JournalRow]) -> list[UUID]:
    """Insert journals with new keys; their ids."""
    if len(rows) == 1:
        inserted = connection.exec_driver_sql(_INSERT_JOURNAL, _journal(rows[0])).rowcount
        return [rows[0].id] if inserted else []
    keys = json.dumps([row.key for row in rows])
    known = set(connection.exec_driver_sql(_BOOKED_KEYS, (keys,)).scalars())
    fresh = [row for row in rows if row.key not in known]
    if fresh:
        connection.exec_driver_sql(_INSERT_JOURNAL, [_journal(row) for row in fresh])
    return [row.id for row in fresh]


def _journal(row: JournalRow) -> tuple[str | None, ...]:
    reverses = row.reverses_id.hex if row.reverses_id else None
    return (row.id.hex, row.key, row.kind, row.reference, reverses, row.actor, _instant(row.at))


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a stored time must be aware")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _take(connection: sa.Connection, takings: list[tuple[int, str]]) -> None:
    """Lower balances, each only as far as it reaches."""
    if takings and connection.exec_driver_sql(_TAKE, takings).rowcount != len(takings):
        raise short()


def _add(
    connection: sa.Connection, accounts: Iterable[AccountRow], changes: dict[UUID, int]
) -> None:
    """Change balances that need no cover, opening accounts on the way."""
    rows = [
        (
            row.id.hex,
            row.owner,
            row.kind,
            row.asset,
            changes[row.id] if row.is_stored else None,
            row.guarded,
        )
        for row in accounts
    ]
    if rows:
        connection.exec_driver_sql(_ADD, rows)
