"""Settlement of very many due commissions, against bare SQL that makes the same moves.

The commissions belong to some tens of thousands of beneficiaries by a power law: a few earn on very
many orders, most on a handful. The job and the bare statements each get a copy of one database. The
bare ones do it in one transaction: they update the rows, insert a journal with its postings and
change the balances, each by one statement. What the job leaves is verified, and both must have left
the same balances.
"""

import shutil
import sqlite3
import statistics
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from bench.report import Finding, Report
from bench.settling import build
from bench.store import Bench
from core.config import Config
from core.db.engine import BUSY_TIMEOUT_MS
from core.host.shop import open_shop
from core.kernel.clock import now
from core.kernel.ids import new_id
from core.ledger import services as ledger
from core.worker.jobs import run_now

COMMISSIONS = {"postgresql": 1_000_000, "sqlite": 200_000}
BOUND = 1.3
ROUNDS = 2


@dataclass(frozen=True)
class Settled:
    """What a way of settling took and left."""

    seconds: float
    batches: int
    balances: tuple[tuple[str, int, int], ...]


def measure(bench: Bench, report: Report, folder: Path) -> None:
    """Seconds of the job as a multiple of those of the bare statements."""
    count = COMMISSIONS[bench.kind]
    build(bench, count)
    pairs: list[tuple[Settled, Settled]] = []
    for number in range(ROUNDS):
        ways = (_by_job, _by_hand) if number % 2 else (_by_hand, _by_job)
        found = {}
        for way in ways:
            with _copied(bench, folder) as config:
                found[way] = way(config)
        if found[_by_job].balances != found[_by_hand].balances:
            raise RuntimeError("the job and the bare statements left different balances")
        pairs.append((found[_by_job], found[_by_hand]))
    ratio = statistics.median(ours.seconds / bare.seconds for ours, bare in pairs)
    ours = statistics.median(each.seconds for each, _ in pairs)
    bare = statistics.median(each.seconds for _, each in pairs)
    note = f"  {ours:.1f} s in {pairs[0][0].batches} batches against {bare:.1f} s"
    name = f"{bench.kind}: settling {count:,} due commissions"
    report.add(Finding(name, ratio, "× bare", at_most=BOUND, note=note))


@contextmanager
def _copied(bench: Bench, folder: Path) -> Iterator[Config]:
    """The store on a copy of its database."""
    url = make_url(bench.config.database_url)
    if bench.kind == "sqlite":
        path = folder / "settling.sqlite3"
        shutil.copyfile(url.database or "", path)
        yield replace(bench.config, database_url=f"sqlite:///{path}")
        path.unlink()
        return
    name = "banyan_settling"
    admin = url.set(drivername="postgresql", database="postgres")
    plain = admin.render_as_string(hide_password=False)
    with closing(psycopg.connect(plain, autocommit=True)) as connection:
        connection.execute(f'CREATE DATABASE {name} TEMPLATE "{url.database}" STRATEGY FILE_COPY')
        connection.execute("CHECKPOINT")
        try:
            copy = url.set(database=name).render_as_string(hide_password=False)
            yield replace(bench.config, database_url=copy)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _by_job(config: Config) -> Settled:
    shop = open_shop(config)
    try:
        began = time.perf_counter()
        run_now(shop, "distribution.settle")
        seconds = time.perf_counter() - began
        with shop.database.read() as session:
            if problems := ledger.verify(session).problems:
                raise RuntimeError(str(problems[0]))
            if left := session.scalar(sa.text(_DUE)):
                raise RuntimeError(f"{left} commissions are still due")
            batches = session.scalar(sa.text(_BATCHES))
            rows = session.execute(sa.text(_BALANCES)).all()
    finally:
        shop.close()
    return Settled(seconds, batches or 0, _plain(rows))


_DUE = "SELECT count(*) FROM plugin_distribution_commission WHERE due_at IS NOT NULL"
_BATCHES = "SELECT count(*) FROM ledger_journal WHERE kind = 'commission_settled'"
_BALANCES = (
    "SELECT kind, sum(balance), sum(CAST(balance AS FLOAT) * balance) FROM ledger_account"
    " WHERE balance IS NOT NULL GROUP BY kind ORDER BY kind"
)
_EARNED = """
CREATE TEMPORARY TABLE earned AS
SELECT sums.fen, old.id AS old_id, new.id AS new_id FROM (
  SELECT 'member:' || {member} AS owner, sum(amount_fen - reversed_fen) AS fen
  FROM plugin_distribution_commission WHERE due_at IS NOT NULL AND {unheld}
  GROUP BY beneficiary_id
) AS sums
JOIN ledger_account AS old ON old.owner = sums.owner AND old.kind = 'commission_frozen'
JOIN ledger_account AS new ON new.owner = sums.owner AND new.kind = 'commission_available'
"""
_MOVES = (
    "UPDATE plugin_distribution_commission SET state = 'available', available_at = {at},"
    " frozen_at = coalesce(frozen_at, {at}), due_at = NULL WHERE due_at IS NOT NULL AND {unheld}",
    "INSERT INTO ledger_journal (id, key, kind, reference, actor, at)"
    " VALUES ({journal}, 'bare', 'commission_settled', 'bare', 'bare', {at})",
    "INSERT INTO ledger_posting (id, journal_id, account_id, amount)"
    " SELECT {id}, {journal}, old_id, -fen FROM earned"
    " UNION ALL SELECT {id}, {journal}, new_id, fen FROM earned",
    "UPDATE ledger_account SET balance = balance - fen FROM earned WHERE id = old_id",
    "UPDATE ledger_account SET balance = balance + fen FROM earned WHERE id = new_id",
)
_POSTGRES = {
    "member": "CAST(beneficiary_id AS text)",
    "unheld": "NOT is_held",
    "id": "gen_random_uuid()",
}
_DASHED = "||'-'||".join(
    f"substr(beneficiary_id, {start}, {length})"
    for start, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
)
_SQLITE = {"member": _DASHED, "unheld": "is_held = 0", "id": "lower(hex(randomblob(16)))"}


def _by_hand(config: Config) -> Settled:
    """The same moves by one connection of the bare driver, in one transaction."""
    url = make_url(config.database_url)
    is_sqlite = url.get_backend_name() == "sqlite"
    connection: Any
    if is_sqlite:
        connection = sqlite3.connect(
            url.database or "", isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000
        )
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "cache_size=-32000"):
            connection.execute(f"PRAGMA {pragma}")
    else:
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = psycopg.connect(plain, autocommit=True)
    words = {**(_SQLITE if is_sqlite else _POSTGRES), "journal": _quoted(new_id(), is_sqlite)}
    at = now().replace(tzinfo=None).isoformat(" ", "microseconds")
    words["at"] = f"'{at}'" if is_sqlite else f"'{at}+00'"
    with closing(connection):
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE" if is_sqlite else "BEGIN")
        for text in (_EARNED, *_MOVES):
            connection.execute(text.format(**words))
        connection.execute("COMMIT")
        seconds = time.perf_counter() - began
        rows = connection.execute(_BALANCES).fetchall()
    return Settled(seconds, 1, _plain(rows))


def _quoted(value: UUID, is_sqlite: bool) -> str:
    return f"'{value.hex}'" if is_sqlite else f"CAST('{value}' AS uuid)"


def _plain(rows: Any) -> tuple[tuple[str, int, int], ...]:
    return tuple((kind, int(total), int(squares)) for kind, total, squares in rows)
