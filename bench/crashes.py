"""Processes killed at random points again and again: what is lost or doubled must be nothing.

First web workers and workers as they run in a shop are killed at random moments while people buy;
then processes that do everything in turns, just before a random statement or commit.
"""

import os
import random
import time
from pathlib import Path

from bench.kills import kill_processes
from bench.report import Finding, Report
from bench.store import Bench
from tests.integration.crashes.killed import killed
from tests.integration.crashes.life import make_cast

KILLS = int(os.environ.get("BENCH_KILLS", "200"))
PROCESS_KILLS = KILLS // 2


def measure(bench: Bench, report: Report, folder: Path) -> None:
    """Books, commissions, stock, stories and deliveries after so many kills."""
    _at_moments(bench, report, folder)
    _at_statements(bench, report)  # moves the store's clock on by weeks: sessions end, facts go


def _at_moments(bench: Bench, report: Report, folder: Path) -> None:
    """While shoppers buy over HTTP."""
    seed = random.SystemRandom().randrange(10**9)
    start = time.perf_counter()
    killed = kill_processes(bench, folder, PROCESS_KILLS, random.Random(seed))
    seconds = time.perf_counter() - start
    for problem in killed.problems[:20]:
        print(f"  {problem}")
    kills = ", ".join(f"{count} of {kind}" for kind, count in sorted(killed.kills.items()))
    note = f"  {kills}; {killed.orders} orders, {killed.broken} broken off, {seconds:.0f} s"
    name = f"{bench.kind}: lost or doubled after kills of web and worker"
    report.add(
        Finding(name, len(killed.problems), "things", at_most=0, note=f"{note}, seed {seed}")
    )


def _at_statements(bench: Bench, report: Report) -> None:
    """Between placement and refund."""
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
    name = f"{bench.kind}: lost or doubled after kills at any statement"
    report.add(Finding(name, len(found["problems"]), "things", at_most=0, note=note))
