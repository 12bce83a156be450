"""How fast facts reach one subscriber, against one raw connection that commits the same rows.

The rows of a fact are its delivery, its mark in the outbox, what the subscriber writes of it, and
the delivery's receipt. The raw connection writes the four of each fact in a transaction; the relay
does it one by one, and then in batches. Each fact must arrive once, those of an aggregate in order.
"""

import sqlite3
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from bench.made import Made, made
from bench.notes import FILES, NAME, TABLE, faults_of_delivery, last_seq
from bench.report import Finding, Report
from bench.store import Bench
from core.db.engine import BUSY_TIMEOUT_MS
from core.db.outbox import announce
from core.host.shop import Shop
from core.kernel.clock import now
from core.kernel.ids import new_id
from core.orders.events import OrderCancelled
from core.worker.relay import Relay

ROUNDS = 11
"""Short ones in turns: what a commit costs changes from second to second."""
FACTS = {"one by one": 200, "in batches": 1000}
SIZES = {"one by one": 1, "in batches": 200}
BOUNDS = {"one by one": 0.5, "in batches": 1.0}
PER_AGGREGATE = 5


def measure(bench: Bench, report: Report, folder: Path) -> None:
    """Facts a second by the relay, as a share of what the raw connection commits."""
    with made(bench, folder / "notes", {NAME: FILES}) as found:
        found.switch([NAME], is_on=True)
        Relay(found.shop.database, found.shop.plugins).drain()
        raw = _Raw(bench)
        try:
            for way, facts in FACTS.items():
                _compare(bench, report, found, raw, way, facts)
        finally:
            raw.close()


def _compare(bench: Bench, report: Report, found: Made, raw: "_Raw", way: str, facts: int) -> None:
    shop = found.shop
    relay = Relay(shop.database, shop.plugins, batch=SIZES[way])
    rates: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        seqs = _tell(shop, min(facts, FACTS["one by one"]))
        began = time.perf_counter()
        raw.commit_each(seqs)
        by_hand = len(seqs) / (time.perf_counter() - began)
        _forget(shop)
        since = last_seq(shop)
        _tell(shop, facts)
        began = time.perf_counter()
        delivered = relay.drain().delivered
        rates.append((delivered / (time.perf_counter() - began), by_hand))
        if faults := faults_of_delivery(shop, since):
            raise RuntimeError(faults[0])
        _forget(shop)
    name = f"{bench.kind}: facts to one subscriber, {way}"
    ratio = statistics.median(ours / by_hand for ours, by_hand in rates)
    ours, by_hand = (statistics.median(each) for each in zip(*rates, strict=True))
    note = f"  {ours:.0f}/s against {by_hand:.0f}/s"
    report.add(Finding(name, ratio, "× raw", at_least=BOUNDS[way], note=note))


def _tell(shop: Shop, facts: int) -> list[tuple[int, str, str]]:
    """Announce facts, several of each aggregate; (sequence, aggregate, detail) of each."""
    orders = [new_id() for _ in range(facts // PER_AGGREGATE)]
    events = [
        OrderCancelled(
            order_id=orders[number % len(orders)],
            order_no=f"N{number}",
            member_id=new_id(),
            reason=f"{number:06d}",
        )
        for number in range(facts)
    ]
    with shop.database.write() as session:
        announce(session, *events)
        rows = session.execute(
            sa.text(
                "SELECT seq, aggregate FROM outbox_event WHERE dispatched_at IS NULL ORDER BY seq"
            )
        ).all()
    return [
        (seq, aggregate, event.reason) for (seq, aggregate), event in zip(rows, events, strict=True)
    ]


def _forget(shop: Shop) -> None:
    with shop.database.write() as session:
        for text in (
            f"DELETE FROM {TABLE}",
            f"DELETE FROM event_delivery WHERE plugin = '{NAME}'",
            "DELETE FROM outbox_event WHERE name = 'order_cancelled'",
        ):
            session.execute(sa.text(text))


class _Raw:
    """One connection of the bare driver, with the store's own durability."""

    def __init__(self, bench: Bench) -> None:
        url = make_url(bench.config.database_url)
        self._is_sqlite = url.get_backend_name() == "sqlite"
        self._connection: Any
        if self._is_sqlite:
            self._connection = sqlite3.connect(
                url.database or "", isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000
            )
            for pragma in ("synchronous=FULL", "foreign_keys=ON", "cache_size=-32000"):
                self._connection.execute(f"PRAGMA {pragma}")
        else:
            plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
            self._connection = psycopg.connect(plain, autocommit=True)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def commit_each(self, facts: Sequence[tuple[int, str, str]]) -> None:
        """Write the rows that the relay writes of each fact, a transaction each."""
        at: Any = now()
        at = at.replace(tzinfo=None).isoformat(" ") if self._is_sqlite else at
        mark = "?" if self._is_sqlite else "%s"
        texts = [
            text.replace("?", mark)
            for text in (
                "INSERT INTO event_delivery (event_seq, plugin, aggregate, state, tries,"
                " next_try_at) VALUES (?, ?, ?, 'pending', 0, ?)",
                "UPDATE outbox_event SET dispatched_at = ? WHERE seq = ?",
                f"INSERT INTO {TABLE} (name, aggregate, detail) VALUES (?, ?, ?)",
                "UPDATE event_delivery SET state = 'done', done_at = ?, tries = 1"
                " WHERE plugin = ? AND event_seq = ?",
            )
        ]
        run = self._connection.cursor().execute
        for seq, aggregate, detail in facts:
            run("BEGIN IMMEDIATE" if self._is_sqlite else "BEGIN")
            run(texts[0], (seq, NAME, aggregate, at))
            run(texts[1], (at, seq))
            run(texts[2], ("order_cancelled", aggregate, detail))
            run(texts[3], (at, NAME, seq))
            run("COMMIT")
