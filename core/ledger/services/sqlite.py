"""Writing journals on SQLite: three to five statements in an immediate transaction.

Nobody else writes meanwhile, so keys can be looked up before they are inserted.
"""

import json
from collections import defaultdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from core.ledger.models import LedgerAccount, LedgerJournal, LedgerPosting
from core.ledger.services.batch import AccountRow, Batch, JournalRow, short

_JOURNAL: Any = LedgerJournal.__table__
_POSTING: Any = LedgerPosting.__table__
_ACCOUNT: Any = LedgerAccount.__table__

_booked_keys = sa.text(
    "SELECT key FROM ledger_journal WHERE key IN (SELECT value FROM json_each(:keys))"
)
_insert_journal = insert(_JOURNAL).on_conflict_do_nothing(index_elements=["key"])
_insert_posting = insert(_POSTING)
_add = insert(_ACCOUNT)
# A platform account's balance is NULL and stays so: NULL + NULL.
_add = _add.on_conflict_do_update(
    index_elements=["id"], set_={"balance": _ACCOUNT.c.balance + _add.excluded.balance}
)
_take = (
    sa.update(_ACCOUNT)
    .where(
        _ACCOUNT.c.id == sa.bindparam("account_id"),
        _ACCOUNT.c.balance + sa.bindparam("change") >= 0,
    )
    .values(balance=_ACCOUNT.c.balance + sa.bindparam("change"))
)


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
    deltas: dict[UUID, int] = defaultdict(int)
    covering: set[UUID] = set()
    postings = []
    for row in batch.postings:
        if row.journal_id in fresh:
            deltas[row.account_id] += row.amount
            if row.must_cover:
                covering.add(row.account_id)
            postings.append(
                {
                    "id": row.id,
                    "journal_id": row.journal_id,
                    "account_id": row.account_id,
                    "amount": row.amount,
                }
            )
    _move(connection, batch.accounts, deltas, covering)
    connection.execute(_insert_posting, postings)
    return booked


def _write_journals(connection: sa.Connection, rows: list[JournalRow]) -> list[UUID]:
    """Insert journals with new keys; their ids."""
    if len(rows) == 1:
        inserted = connection.execute(_insert_journal, rows[0]._asdict()).rowcount
        return [rows[0].id] if inserted else []
    keys = json.dumps([row.key for row in rows])
    known = set(connection.execute(_booked_keys, {"keys": keys}).scalars())
    fresh = [row for row in rows if row.key not in known]
    if fresh:
        connection.execute(_insert_journal, [row._asdict() for row in fresh])
    return [row.id for row in fresh]


def _move(
    connection: sa.Connection,
    accounts: dict[UUID, AccountRow],
    deltas: dict[UUID, int],
    covering: set[UUID],
) -> None:
    """Change balances, opening accounts on the way; covered takings only as far as they reach."""
    takings = [
        {"account_id": key, "change": change}
        for key, change in deltas.items()
        if change < 0 and key in covering
    ]
    if takings and connection.execute(_take, takings).rowcount != len(takings):
        raise short()
    taken = {row["account_id"] for row in takings}
    rest = [
        {
            "id": row.id,
            "owner": row.owner,
            "kind": row.kind,
            "asset": row.asset,
            "balance": deltas[row.id] if row.is_stored else None,
            "guarded": row.guarded,
        }
        for row in accounts.values()
        if row.id in deltas and row.id not in taken
    ]
    if rest:
        connection.execute(_add, rest)
