"""What it costs to ask a hook: with nobody there, and with ten plugins that have nothing to say.

Asked as the shop asks before a write: who takes part is looked up, every call is timed and guarded.
"""

import statistics
import time
from itertools import repeat
from pathlib import Path

from bench.made import made
from bench.report import Finding, Report
from bench.store import Bench
from core.host.host import PluginHost

SUBSCRIBERS = 10
ROUNDS = 9
HOOK = "check_request_payout"
_LISTENS = """from core.api.hooks import hookimpl


@hookimpl
def check_request_payout(session, request):
    pass
"""


def measure(bench: Bench, report: Report, folder: Path) -> None:
    """Microseconds a dispatch, the median over rounds; the best one beside it."""
    names = [f"bench_listens_{number}" for number in range(SUBSCRIBERS)]
    plugins = {name: {"plugin.py": _LISTENS} for name in names}
    with made(bench, folder / "listening", plugins) as found:
        host = found.shop.plugins
        if host.has_listeners(HOOK):
            raise RuntimeError("somebody listens already")
        _add(report, f"{bench.kind}: a hook nobody listens to", host, 200_000, 0.3)
        found.switch(names, is_on=True)
        if len(host.snapshot().listeners[HOOK]) != SUBSCRIBERS:
            raise RuntimeError("not everybody listens")
        name = f"{bench.kind}: a hook with ten listeners"
        _add(report, name, host, 10_000, 10.0)
        began = time.perf_counter()
        _ask(host, 10_000)
        host.faults.flush()
        micros = (time.perf_counter() - began) / 10_000 * 1e6
        report.add(Finding(f"{name}, times added up and written", micros, "µs"))


def _add(report: Report, name: str, host: PluginHost, times: int, bound: float) -> None:
    micros = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        _ask(host, times)
        micros.append((time.perf_counter() - began) / times * 1e6)
    note = f"  best {min(micros):.3f}, worst {max(micros):.3f} of {ROUNDS} rounds"
    report.add(Finding(name, statistics.median(micros), "µs", at_most=bound, note=note))


def _ask(host: PluginHost, times: int) -> None:
    for _ in repeat(None, times):
        host.check(HOOK, session=None, request=None)
