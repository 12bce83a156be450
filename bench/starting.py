"""How long a start takes and what a worker weighs."""

import statistics
from pathlib import Path

from bench.load import send
from bench.processes import memory_mb, tree
from bench.report import Finding, Report
from bench.servers import gunicorn
from bench.store import Bench

STARTS = 5
"""The quickest counts, the others are told: whatever else a machine does only adds to a start."""


def measure(bench: Bench, report: Report, folder: Path) -> None:
    """Cold start to the first page; memory of a web worker after a thousand pages."""
    seconds = []
    for _ in range(STARTS):
        with gunicorn("wsgi:app", bench.environ, folder / "start.log", workers=1) as server:
            seconds.append(server.started_in)
    median = f"  median {statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s"
    name = f"{bench.kind}: start to first page"
    report.add(Finding(name, min(seconds), "s", at_most=1.5, note=median))
    with gunicorn("wsgi:app", bench.environ, folder / "memory.log", path="/healthz") as server:
        paths = ["/", "/search?q=heart", *(f"/p/{slug}" for slug in bench.slugs[:500])]
        send(server.address, paths, requests=1000)
        workers = [memory_mb(pid) for pid in tree(server.pid) if pid != server.pid]
    report.add(Finding(f"{bench.kind}: memory of a worker", max(workers), "MB", at_most=110))
