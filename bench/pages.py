"""Pages against a bare Flask view on the same server: CPU per request, workers and database."""

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.load import LoadResult, send
from bench.processes import cpu_seconds
from bench.report import Finding, Report
from bench.servers import Server, gunicorn
from bench.store import SHELF, Bench
from core.web.context import MEMBER_COOKIE
from core.web.store.home import PER_PAGE

ROUNDS = 3
BARE_REQUESTS = 2000
WARMING = 4
"""Of so many lists one is asked for before: a page is cold, not the worker and its connection."""
SORTS = ("sold", "new", "price", "-price")


class Meter:
    """Measures CPU milliseconds a request, as a multiple of the bare view measured in between."""

    def __init__(self, bare: Server, server: Server, database_pid: int | None) -> None:
        self._bare, self._server, self._database_pid = bare, server, database_pid

    def ratio(
        self,
        paths: Sequence[str],
        requests: int,
        headers: Mapping[str, str] | None = None,
        *,
        is_cold: bool = False,
    ) -> tuple[float, LoadResult]:
        """The median over rounds of (this page ÷ bare view), and the last round's load.

        Cold: every path is asked for once, so none of the pages was there before.
        """
        ratios = []
        for turn in range(ROUNDS):
            bare, _ = self._cost(self._bare, ["/"], BARE_REQUESTS, None)
            part = paths[turn * requests : (turn + 1) * requests] if is_cold else paths
            page, load = self._cost(self._server, part, requests, headers)
            ratios.append(page / bare)
        return statistics.median(ratios), load

    def _cost(
        self,
        server: Server,
        paths: Sequence[str],
        requests: int,
        headers: Mapping[str, str] | None,
    ) -> tuple[float, LoadResult]:
        pids = [server.pid]
        if self._database_pid is not None and server is self._server:
            pids.append(self._database_pid)
        before = sum(map(cpu_seconds, pids))
        load = send(server.address, paths, requests=requests, headers=headers)
        return (sum(map(cpu_seconds, pids)) - before) / load.requests * 1000, load


def measure(bench: Bench, report: Report, folder: Path) -> None:
    """Home, list and product: warm and cold for guests, signed in with a price of one's own."""
    with (
        gunicorn("bench.bare:app", {}, folder / "bare.log") as bare,
        gunicorn("wsgi:app", bench.environ, folder / "pages.log", path="/healthz") as server,
    ):
        meter = Meter(bare, server, bench.server_pid)
        product = f"/p/{bench.slugs[0]}"
        for name, path in (("home", "/"), ("list", f"/c/{SHELF}"), ("product", product)):
            send(server.address, [path], requests=100)
            ratio, load = meter.ratio([path], 2000)
            _add(report, bench, f"guest {name}, warm", ratio, load, 1.5)
        products = [f"/p/{slug}" for slug in bench.slugs]
        pages = len(bench.slugs) // PER_PAGE - 1
        lists = [f"/c/{SHELF}?sort={s}&page={n + 1}" for s in SORTS for n in range(pages)]
        ratio, load = meter.ratio(products, 900, is_cold=True)
        _add(report, bench, "guest product, cold", ratio, load, 7)
        seen, lists = lists[::WARMING], [each for n, each in enumerate(lists) if n % WARMING]
        send(server.address, seen, requests=len(seen))
        ratio, load = meter.ratio(lists, len(lists) // ROUNDS, is_cold=True)
        _add(report, bench, "guest list of 20, cold", ratio, load, 9)
        cookie = {"Cookie": f"{MEMBER_COOKIE}={bench.buyers[0][2]}"}
        send(server.address, products[:50], requests=200, headers=cookie)
        ratio, load = meter.ratio(products[:50], 600, cookie)
        bound = 8.0 if bench.kind == "postgresql" else 4.0
        _add(report, bench, "product, signed in", ratio, load, bound)


def _add(
    report: Report, bench: Bench, name: str, ratio: float, load: LoadResult, bound: float
) -> None:
    report.add(
        Finding(
            f"{bench.kind}: {name}",
            ratio,
            "× bare",
            at_most=bound,
            note=f"  {load.per_second:.0f}/s, p99 {load.p99_ms:.1f} ms",
        )
    )
