"""Web workers and workers killed at random moments while shoppers buy.

Two web workers and two workers (relay and scheduler) serve shoppers over HTTP. Again and again one
of the four is killed with SIGKILL; the web server replaces its own, the workers are started anew.
Shoppers whose connection broke begin again. In the end everything is delivered and looked at: every
fact noted once and in the order of its order, three commissions a line, stock and ledger true.
"""

import http.client
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from bench.checkout import Shopper, plain_products, until_idle
from bench.made import made
from bench.notes import FILES, NAME, faults_of_delivery, last_seq
from bench.orders import check_commissions
from bench.processes import tree
from bench.servers import Server, gunicorn
from bench.store import Bench
from core.config import ROOT
from core.host.shop import Shop
from core.ledger import services as ledger

WORKERS = 2
SHOPPERS = 4
LONGEST_SECONDS = 0.6
"""Between an order after a kill and the next kill, at most."""
PATIENCE_SECONDS = 30
_OPEN_STOCK = sa.text(
    "SELECT count(*) FROM stock_level l WHERE allocated <> (SELECT coalesce(sum(quantity), 0)"
    " FROM stock_hold h WHERE h.sku_id = l.sku_id AND h.state = 'held')"
)
_WITHOUT_FACT = sa.text(
    "SELECT count(*) FROM shop_order o WHERE 1 <> (SELECT count(*) FROM outbox_event e"
    " WHERE e.aggregate = {id} AND e.name = 'order_placed') OR (paid_at IS NOT NULL AND 1 <>"
    " (SELECT count(*) FROM outbox_event e WHERE e.aggregate = {id} AND e.name = 'order_paid'))"
)


@dataclass
class Killed:
    """What came of it: kills by kind, orders bought to their end, broken ways, what is wrong."""

    kills: Counter[str] = field(default_factory=Counter)
    orders: int = 0
    broken: int = 0
    problems: list[str] = field(default_factory=list)


def kill_processes(bench: Bench, folder: Path, kills: int, chance: random.Random) -> Killed:
    """Kill that many processes, some of each kind, and see what is lost, doubled or half done."""
    killed = Killed()
    with made(bench, folder / "noting", {NAME: FILES}) as found, ExitStack() as stack:
        found.switch([NAME], is_on=True)
        shop, since = found.shop, last_seq(found.shop)
        path = folder / "killed.log"
        server = stack.enter_context(gunicorn("wsgi:app", found.environ, path, path="/healthz"))
        workers = stack.enter_context(_workers(found.environ, path))
        with _shoppers(bench, shop, server, killed):
            for _ in range(kills):
                _until_bought(killed)
                time.sleep(chance.random() * LONGEST_SECONDS)
                kind = chance.choice(("web", "worker"))
                if kind == "web":
                    _kill_web(server, chance)
                else:
                    workers.kill(chance)
                killed.kills[kind] += 1
        until_idle(shop)
        killed.problems += _problems(shop, since)
    return killed


def _until_bought(killed: Killed) -> None:
    """Wait for one more order, so that who is killed next was at work again, not starting."""
    before, deadline = killed.orders, time.monotonic() + PATIENCE_SECONDS
    while killed.orders == before and not killed.problems:
        if time.monotonic() > deadline:
            killed.problems.append(f"nobody could buy for {PATIENCE_SECONDS} seconds")
        time.sleep(0.02)


def _kill_web(server: Server, chance: random.Random) -> None:
    """Kill one of the web server's workers; its master starts another."""
    children = [pid for pid in tree(server.pid) if pid != server.pid]
    if children:
        _kill(chance.choice(children))


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):  # it has just ended by itself
        os.kill(pid, signal.SIGKILL)


@dataclass
class _Workers:
    """Workers, started anew when they are killed."""

    environ: Mapping[str, str]
    log: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        """One more."""
        with self.log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "core.cli", "worker", "--no-redis"],
                cwd=ROOT,
                env={**os.environ, **self.environ},
                stdout=output,
                stderr=output,
            )
        self.running.append(process)

    def kill(self, chance: random.Random) -> None:
        """Kill one and start another in its place."""
        process = self.running.pop(chance.randrange(len(self.running)))
        if process.poll() is not None:
            raise RuntimeError(f"a worker ended:\n{self.log.read_text()[-3000:]}")
        process.kill()
        process.wait()
        self.start()


@contextmanager
def _workers(environ: Mapping[str, str], log: Path) -> Iterator[_Workers]:
    workers = _Workers(environ, log)
    try:
        for _ in range(WORKERS):
            workers.start()
        yield workers
    finally:
        for process in workers.running:
            process.terminate()
        for process in workers.running:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def _shoppers(bench: Bench, shop: Shop, server: Server, killed: Killed) -> Iterator[None]:
    """Shoppers who buy for as long as the block runs."""
    slugs, is_over, lock = plain_products(shop), threading.Event(), threading.Lock()

    def buy(number: int) -> None:
        mine = bench.buyers[number::SHOPPERS], slugs[number::SHOPPERS]
        shopper = Shopper(server.address, *mine)
        while not is_over.is_set():
            try:
                shopper.buy()
                with lock:
                    killed.orders += 1
            except (OSError, http.client.HTTPException):
                with lock:
                    killed.broken += 1
                shopper = Shopper(server.address, *mine)
            except Exception as error:  # noqa: BLE001 - reported as what it is: a problem
                killed.problems.append(f"a shopper: {error}")
                return

    threads = [threading.Thread(target=buy, args=(number,)) for number in range(SHOPPERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def _problems(shop: Shop, since: int) -> list[str]:
    """What is lost, doubled, half done or out of order, once nothing is left to deliver."""
    found = faults_of_delivery(shop, since)
    aggregate = "o.id::text" if not shop.database.is_sqlite else _DASHED
    with shop.database.read() as session:
        found += [str(problem) for problem in ledger.verify(session).problems]
        if count := session.scalar(_OPEN_STOCK):
            found.append(f"{count} SKUs hold more or less than their orders")
        if count := session.scalar(sa.text(_WITHOUT_FACT.text.format(id=aggregate))):
            found.append(f"{count} orders have not announced what happened to them, once each")
        waits = sa.text("SELECT count(*) FROM event_delivery WHERE state <> 'done'")
        if count := session.scalar(waits):
            found.append(f"{count} facts are not delivered")
    try:
        check_commissions(shop)
    except RuntimeError as error:
        found.append(str(error))
    return found


_DASHED = " || '-' || ".join(
    f"substr(o.id, {start}, {length})"
    for start, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
)
"""An order's id as SQLite stores it, as text with dashes."""
