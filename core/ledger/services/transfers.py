"""Very many transfers in one journal: settlement moves tens of thousands at a time.

A journal as :func:`core.ledger.services.booking.book` writes it takes each leg through Python. Here
PostgreSQL finds the accounts, sums, posts and adds by itself, from one array per column; only those
accounts that are missing are opened from here. Arrays travel in binary (``b``): as text, psycopg
looks into each of their values for what must be quoted. SQLite writes the same by its own way.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel import clock
from core.kernel.errors import InvariantError
from core.kernel.ids import new_id
from core.ledger.rules import account_id, check_texts, is_guarded
from core.ledger.services.batch import short
from core.ledger.services.booking import book
from core.ledger.types import CNY, PLATFORM, Leg, Transfer

_MISSING = """
SELECT DISTINCT wanted.owner, wanted.kind
FROM unnest(%(owners)b::varchar[], %(targets)b::varchar[]) AS wanted (owner, kind)
WHERE NOT EXISTS (
  SELECT FROM ledger_account AS a
  WHERE a.owner = wanted.owner AND a.kind = wanted.kind AND a.asset = %(asset)s)
"""
_OPEN = """
INSERT INTO ledger_account (id, owner, kind, asset, guarded, balance)
SELECT * FROM unnest(%(ids)b::uuid[], %(owners)b::varchar[], %(kinds)b::varchar[],
  %(assets)b::varchar[], %(guarded)b::boolean[], %(balances)b::bigint[])
ON CONFLICT (id) DO NOTHING
"""
# Accounts are locked in the order in which every booking locks them; a posting's id is made of a
# time-ordered beginning and a number. Guarded accounts are kept by their constraint. What is wanted
# is MATERIALIZED: PostgreSQL, when it had to wait for an account and looks at its row again, takes
# the wrong part of a union that it has drawn into the join, and moves another amount.
_MOVE = """
WITH fresh AS (
  INSERT INTO ledger_journal (id, key, kind, reference, actor, at)
  VALUES (%(id)s, %(key)s, %(kind)s, %(reference)s, %(actor)s, %(at)s)
  ON CONFLICT (key) DO NOTHING RETURNING id
), moved AS (
  SELECT * FROM unnest(%(owners)b::varchar[], %(sources)b::varchar[], %(targets)b::varchar[],
    %(amounts)b::bigint[]) AS moved (owner, source, target, amount)
), wanted AS MATERIALIZED (
  SELECT owner, source AS kind, -amount AS amount FROM moved
  UNION ALL SELECT owner, target, amount FROM moved
), leg AS (
  SELECT a.id AS account_id, wanted.amount FROM wanted JOIN ledger_account AS a
    ON a.owner = wanted.owner AND a.kind = wanted.kind AND a.asset = %(asset)s
  ORDER BY a.id FOR NO KEY UPDATE OF a
), delta AS (
  SELECT account_id, sum(amount)::bigint AS amount, row_number() OVER (ORDER BY account_id) AS n
  FROM leg GROUP BY account_id HAVING sum(amount) <> 0
), posted AS (
  INSERT INTO ledger_posting (id, journal_id, account_id, amount)
  SELECT (%(prefix)s || lpad(to_hex(n), 8, '0'))::uuid, fresh.id, account_id, amount
  FROM delta, fresh
), kept AS (
  UPDATE ledger_account AS stored SET balance = stored.balance + delta.amount
  FROM delta, fresh WHERE stored.id = delta.account_id
)
SELECT (SELECT id FROM fresh), (SELECT count(*) FROM leg)
"""


def transfer_many(
    session: Session,
    *,
    key: str,
    kind: str,
    reference: str,
    actor: str,
    transfers: Sequence[Transfer],
    at: datetime | None = None,
) -> UUID | None:
    """Book any number of transfers as one journal, once.

    Each account gets one posting, of all that the journal does to it.

    Args:
        session: the caller's unit of work.
        key: see :class:`core.ledger.types.JournalEntry`, as for all others.
        kind: what happened.
        reference: what it is about.
        actor: who caused it.
        transfers: at least one, of accounts that members own.
        at: when it happened; now when missing.

    Returns:
        The journal's id, or ``None`` when the key was booked before and nothing was done.

    Raises:
        InvariantError: no transfer, one of nothing or of less, from an account to itself, or of the
            platform; or an account kind is not declared.
        Rejected: ``ledger.short``: a guarded account would go below zero. The unit of work must be
            rolled back.
    """
    _check(transfers)
    check_texts(key=key, kind=kind, reference=reference, actor=actor)
    connection = session.connection()
    at = at or clock.now()
    if connection.dialect.name == "sqlite":
        legs = [Leg(each.owner, each.source, -each.amount) for each in transfers]
        legs += [Leg(each.owner, each.target, each.amount) for each in transfers]
        return book(session, key=key, kind=kind, reference=reference, actor=actor, legs=legs, at=at)
    columns = _columns(transfers)
    _open_missing(connection, columns)
    prefix = new_id().hex[:16] + f"{0x80000000 | secrets.randbits(28):08x}"
    journal = {"id": new_id(), "key": key, "kind": kind, "reference": reference, "actor": actor}
    try:
        booked, legs_found = connection.exec_driver_sql(
            _MOVE, {**columns, **journal, "at": at, "prefix": prefix}
        ).one()
    except sa.exc.IntegrityError as error:
        if "guarded_not_negative" in str(error.orig):
            raise short() from error
        raise
    if legs_found != 2 * len(transfers):  # nothing was ever put where it should come from
        raise short()
    return booked  # type: ignore[no-any-return]


def _check(transfers: Sequence[Transfer]) -> None:
    if not transfers:
        raise InvariantError("ledger.legs", "A journal needs something to move.")
    for each in transfers:
        if each.amount <= 0 or each.source == each.target or each.owner == PLATFORM:
            raise InvariantError("ledger.transfer", "A transfer moves something of a member's.")
        is_guarded(each.owner, each.source)
        is_guarded(each.owner, each.target)


def _columns(transfers: Sequence[Transfer]) -> dict[str, Any]:
    return {
        "owners": [each.owner for each in transfers],
        "sources": [each.source for each in transfers],
        "targets": [each.target for each in transfers],
        "amounts": [each.amount for each in transfers],
        "asset": CNY,
    }


def _open_missing(connection: sa.Connection, columns: dict[str, Any]) -> None:
    missing = connection.exec_driver_sql(_MISSING, columns).all()
    if not missing:
        return
    rows = sorted(
        (account_id(owner, kind, CNY), owner, kind, CNY, is_guarded(owner, kind), 0)
        for owner, kind in missing
    )
    names = ("ids", "owners", "kinds", "assets", "guarded", "balances")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    connection.exec_driver_sql(_OPEN, columns)
