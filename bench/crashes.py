"""Processes killed at random points again and again: what is lost or doubled must be nothing."""

import os
import random
import time
from pathlib import Path

from bench.report import Finding, Report
from bench.store import Bench
from tests.integration.crashes.killed import killed
from tests.integration.crashes.life import make_cast

KILLS = int(os.environ.get("BENCH_KILLS", "200"))


def measure(bench: Bench, report: Report, _folder: Path) -> None:
    """So many kills between placement and refund; books, commissions, stock and stories after."""
    shop = bench.shop()
    try:
        cast = make_cast(shop)
    finally:
        shop.close()
    seed = random.SystemRandom().randrange(10**9)
    start = time.perf_counter()
    found = killed(bench.config, cast, kills=KILLS, seed=seed, seconds=3600)
    seconds = time.perf_counter() - start
    for problem in found["problems"][:20]:
        print(f"  {problem}")
    note = f"  {KILLS} kills, {found['orders']} orders, {seconds:.0f} s, seed {seed}"
    name = f"{bench.kind}: lost, doubled or half done after kills"
    report.add(Finding(name, len(found["problems"]), "things", at_most=0, note=note))
