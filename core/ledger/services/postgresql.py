"""Writing journals on PostgreSQL: one data-modifying statement, after one that locks if needed.

A key that another transaction is booking right now is waited for. Platform accounts are never
locked: they keep no balance. Statements go to the driver as they are: a booking is part of every
order, and what SQLAlchemy would add costs as much as the booking itself.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core.ledger.services.batch import Batch, short
from core.ledger.types import PLATFORM

_SMALL = 50
"""Up to so many values psycopg remembers how it took a statement apart."""

# Locks what is there and opens what is not, in one order. Were only those locked that a statement
# finds, who waited for another to open an account would lock it last, and two wait in a circle.
_LOCK = """
INSERT INTO ledger_account AS stored (id, owner, kind, asset, balance, guarded)
SELECT id, owner, kind, asset, 0, guarded FROM unnest(
  %(a_id)s::uuid[], %(a_owner)s::varchar[], %(a_kind)s::varchar[], %(a_asset)s::varchar[],
  %(a_stored)s::boolean[], %(a_guarded)s::boolean[])
  AS a (id, owner, kind, asset, is_stored, guarded)
WHERE is_stored ORDER BY id
ON CONFLICT (id) DO UPDATE SET balance = stored.balance WHERE false
"""

# One journal that takes nothing which must be covered: balances only have to be added to.
_GIVE = """
WITH fresh AS (
  INSERT INTO ledger_journal (id, key, kind, reference, reverses_id, actor, at)
  VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (key) DO NOTHING RETURNING id
){opened}{given}, posted AS (
  INSERT INTO ledger_posting (id, journal_id, account_id, amount)
  SELECT leg.id, fresh.id, leg.account_id, leg.amount
  FROM fresh, (VALUES {postings}) AS leg (id, account_id, amount)
)
SELECT id FROM fresh
"""
_OPENED = """, opened AS (
  INSERT INTO ledger_account (id, owner, kind, asset, guarded)
  SELECT account.* FROM fresh, (VALUES {rows}) AS account ON CONFLICT (id) DO NOTHING
)"""
_GIVEN = """, given AS (
  INSERT INTO ledger_account AS stored (id, owner, kind, asset, guarded, balance)
  SELECT account.* FROM fresh, (VALUES {rows}) AS account ORDER BY 1
  ON CONFLICT (id) DO UPDATE SET balance = stored.balance + excluded.balance
)"""

# Any number of journals; rows travel as arrays, so the statement is always the same.
_WRITE = """
WITH fresh AS (
  INSERT INTO ledger_journal (id, key, kind, reference, reverses_id, actor, at)
  SELECT * FROM unnest(
    %(j_id)s::uuid[], %(j_key)s::varchar[], %(j_kind)s::varchar[], %(j_reference)s::varchar[],
    %(j_reverses)s::uuid[], %(j_actor)s::varchar[], %(j_at)s::timestamptz[])
  ON CONFLICT (key) DO NOTHING
  RETURNING id
), leg AS (
  SELECT p.* FROM unnest(
    %(p_id)s::uuid[], %(p_journal)s::uuid[], %(p_account)s::uuid[], %(p_amount)s::bigint[],
    %(p_cover)s::boolean[]) AS p (id, journal_id, account_id, amount, must_cover)
  JOIN fresh ON fresh.id = p.journal_id
), delta AS (
  SELECT account_id, sum(amount)::bigint AS amount,
    sum(amount) < 0 AND bool_or(must_cover) AS is_taking
  FROM leg GROUP BY account_id
), account AS (
  SELECT a.*, delta.amount, delta.is_taking FROM unnest(
    %(a_id)s::uuid[], %(a_owner)s::varchar[], %(a_kind)s::varchar[], %(a_asset)s::varchar[],
    %(a_stored)s::boolean[], %(a_guarded)s::boolean[])
    AS a (id, owner, kind, asset, is_stored, guarded)
  JOIN delta ON delta.account_id = a.id
), opened AS (
  INSERT INTO ledger_account (id, owner, kind, asset, guarded)
  SELECT id, owner, kind, asset, guarded FROM account WHERE NOT is_stored
  ON CONFLICT (id) DO NOTHING
), given AS (
  INSERT INTO ledger_account AS stored (id, owner, kind, asset, balance, guarded)
  SELECT id, owner, kind, asset, amount, guarded FROM account
  WHERE is_stored AND NOT is_taking ORDER BY id
  ON CONFLICT (id) DO UPDATE SET balance = stored.balance + excluded.balance
), taken AS (
  UPDATE ledger_account AS stored SET balance = stored.balance + account.amount
  FROM account
  WHERE account.is_taking AND stored.id = account.id AND stored.balance + account.amount >= 0
  RETURNING stored.id
), missing AS (
  SELECT (SELECT count(*) FROM delta WHERE is_taking) - (SELECT count(*) FROM taken) AS count
), posted AS (
  INSERT INTO ledger_posting (id, journal_id, account_id, amount)
  SELECT id, journal_id, account_id, leg.amount FROM leg, missing WHERE missing.count = 0
)
SELECT (SELECT array_agg(id) FROM fresh), (SELECT count FROM missing)
"""


def write(connection: sa.Connection, batch: Batch) -> list[UUID]:
    """Write the journals whose key is new.

    Returns:
        Their ids.

    Raises:
        Rejected: an account does not cover what is taken from it.
    """
    if not batch.takes_covered and len(batch.journals) == 1:
        values = _values(batch)
        if len(values) <= _SMALL:
            return list(connection.exec_driver_sql(_give(*_shape(batch)), values).scalars())
    columns = _columns(batch)
    if batch.takes_covered:
        connection.exec_driver_sql(_LOCK, columns)
    booked, missing = connection.exec_driver_sql(_WRITE, columns).one()
    if missing:
        raise short()
    return list(booked or ())


def _shape(batch: Batch) -> tuple[int, int, int]:
    stored = len(batch.stored_ids)
    return len(batch.accounts) - stored, stored, len(batch.postings)


@lru_cache(maxsize=64)
def _give(platform: int, stored: int, postings: int) -> str:
    """The statement of one journal with so many accounts and postings."""

    def rows(count: int, row: str) -> str:
        return ", ".join([row] * count)

    opened = rows(platform, "(%s::uuid, %s, %s, %s, false)")
    given = rows(stored, "(%s::uuid, %s, %s, %s, %s::boolean, %s::bigint)")
    return _GIVE.format(
        opened=_OPENED.format(rows=opened) if opened else "",
        given=_GIVEN.format(rows=given) if given else "",
        postings=rows(postings, "(%s::uuid, %s::uuid, %s::bigint)"),
    )


def _values(batch: Batch) -> tuple[Any, ...]:
    """The values of one journal, in the order of :func:`_give`."""
    totals: dict[UUID, int] = {}
    for posting in batch.postings:
        totals[posting.account_id] = totals.get(posting.account_id, 0) + posting.amount
    values: list[Any] = [*batch.journals[0]]
    for row in batch.accounts.values():
        if row.owner == PLATFORM:
            values += (row.id, row.owner, row.kind, row.asset)
    for row in batch.accounts.values():
        if row.owner != PLATFORM:
            values += (row.id, row.owner, row.kind, row.asset, row.guarded, totals[row.id])
    for posting in batch.postings:
        values += (posting.id, posting.account_id, posting.amount)
    return tuple(values)


def _columns(batch: Batch) -> dict[str, str]:
    """The batch as one array per column, in PostgreSQL's own notation: fast for the driver."""
    tables = (
        (_JOURNAL_COLUMNS, batch.journals),
        (_POSTING_COLUMNS, batch.postings),
        (_ACCOUNT_COLUMNS, list(batch.accounts.values())),
    )
    return {
        name: "{" + ",".join(map(note, column)) + "}"
        for columns, rows in tables
        for (name, note), column in zip(columns, zip(*rows, strict=True), strict=True)
    }


def _uuid(value: UUID) -> str:
    return value.hex


def _optional_uuid(value: UUID | None) -> str:
    return value.hex if value else "NULL"


def _text(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _boolean(value: bool) -> str:
    return "t" if value else "f"


def _instant(value: Any) -> str:
    return str(value.isoformat())


_Columns = Iterable[tuple[str, Callable[[Any], str]]]
_JOURNAL_COLUMNS: _Columns = (
    ("j_id", _uuid),
    ("j_key", _text),
    ("j_kind", _text),
    ("j_reference", _text),
    ("j_reverses", _optional_uuid),
    ("j_actor", _text),
    ("j_at", _instant),
)
_POSTING_COLUMNS: _Columns = (
    ("p_id", _uuid),
    ("p_journal", _uuid),
    ("p_account", _uuid),
    ("p_amount", str),
    ("p_cover", _boolean),
)
_ACCOUNT_COLUMNS: _Columns = (
    ("a_id", _uuid),
    ("a_owner", _text),
    ("a_kind", _text),
    ("a_asset", _text),
    ("a_stored", _boolean),
    ("a_guarded", _boolean),
)
