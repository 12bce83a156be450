"""Writing journals on PostgreSQL: one data-modifying statement, after one that locks if needed.

The rows travel as arrays, so the statement is the same for one journal and for ten thousand. A key
that another transaction is booking right now is waited for. Platform accounts are never locked:
they keep no balance.
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core.ledger.services.batch import Batch, short

_LOCK = """
SELECT count(*) FROM (
  SELECT 1 FROM ledger_account WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR NO KEY UPDATE
) locked
"""

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
    if batch.takes_covered:
        connection.exec_driver_sql(_LOCK, {"ids": batch.stored_ids})
    booked, missing = connection.exec_driver_sql(_WRITE, _columns(batch)).one()
    if missing:
        raise short()
    return list(booked or ())


def _columns(batch: Batch) -> dict[str, Any]:
    """The batch as one array per column."""
    journal_names = ("j_id", "j_key", "j_kind", "j_reference", "j_reverses", "j_actor", "j_at")
    posting_names = ("p_id", "p_journal", "p_account", "p_amount", "p_cover")
    account_names = ("a_id", "a_owner", "a_kind", "a_asset", "a_stored", "a_guarded")
    columns: dict[str, Any] = {}
    for names, rows in (
        (journal_names, batch.journals),
        (posting_names, batch.postings),
        (account_names, list(batch.accounts.values())),
    ):
        columns.update(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    return columns
