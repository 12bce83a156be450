"""Place + pay + three commissions through the services, against the same rows by the bare driver.

Eight clients and a relay, first through the services, then without any of Banyan: one transaction
that inserts and updates the rows that such an order writes. An order counts when its commissions
are booked. The clients stand for what serves people: eight processes on PostgreSQL, on SQLite the
eight threads of the one process that such a store has. The bare driver has eight processes on both.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bench.buying import Buying, prepare, prepare_relay
from bench.clients import Crowd, Prepare, Step, Worked, run_together
from bench.raw import capture, prepare_raw
from bench.report import Finding, Report
from bench.store import Bench
from core.host.shop import Shop
from core.worker.relay import Relay

CLIENTS = 8
SECONDS = 12.0
RAW_SECONDS = 6.0


def measure(bench: Bench, report: Report, _folder: Path) -> None:
    """Orders a second, their ratio to the bare driver, and how long shoppers wait."""
    per_second, crowd = _through_services(bench)
    raw = _by_driver(bench)
    name = f"{bench.kind}: order with three commissions"
    note = f"  {per_second:.0f}/s against {raw:.0f}/s"
    report.add(Finding(name, per_second / raw, "× raw", at_least=0.3, note=note))
    for act in ("place", "pay"):
        report.add(
            Finding(f"{bench.kind}: {act}, p99 of 8 clients", crowd.p99_ms(act), "ms", at_most=100)
        )


def _through_services(bench: Bench) -> tuple[float, Crowd]:
    """Orders whose commissions are booked per second, until the last of them is."""
    share = len(bench.buyers) // CLIENTS
    each = [bench.buyers[index * share : (index + 1) * share] for index in range(CLIENTS)]
    processes = [each] if bench.kind == "sqlite" else [[buyers] for buyers in each]
    shares = [(prepare, bench.config, buyers, bench.skus) for buyers in processes]
    shop = bench.shop()
    try:
        relay = Relay(shop.database, shop.plugins)
        relay.drain()
        crowd = run_together(_either, [*shares, (prepare_relay, bench.config)], SECONDS)
        began = time.perf_counter()
        relay.drain()
        seconds = crowd.seconds + time.perf_counter() - began
        check_commissions(shop)
    finally:
        shop.close()
    return crowd.count("pay") / seconds, crowd


def _either(what: Prepare, *share: Any) -> Step | Sequence[Step]:
    return what(*share)


def check_commissions(shop: Shop) -> None:
    """Every paid order line has its three commissions; lines of a few fen have nothing to share.

    Raises:
        RuntimeError: some have not.
    """
    missing = sa.text(
        "SELECT count(*) FROM shop_order o JOIN order_line l ON l.order_id = o.id"
        " WHERE o.paid_at IS NOT NULL AND l.paid_fen >= 50 AND"
        " (SELECT count(*) FROM plugin_distribution_commission c WHERE c.order_line_id = l.id) <> 3"
    )
    with shop.database.read() as session:
        if count := session.scalar(missing):
            raise RuntimeError(f"{count} order lines have not got their three commissions")


def _by_driver(bench: Bench) -> float:
    """Transactions a second that write the same rows."""
    shop = bench.shop()
    share = len(bench.buyers) // CLIENTS
    try:
        relay = Relay(shop.database, shop.plugins)
        templates = []
        for index in range(CLIENTS):
            buying = Buying(shop, bench.buyers[index * share : index * share + 1], bench.skus)
            ids: list[UUID] = [buying.buy(Worked(), lines).order_id for lines in (1, 2)]
            relay.drain()
            templates.append([capture(shop.database, order_id) for order_id in ids])
    finally:
        shop.close()
    shares = [(bench.config.database_url, mine) for mine in templates]
    crowd = run_together(prepare_raw, shares, RAW_SECONDS)
    return crowd.count("raw") / crowd.seconds
