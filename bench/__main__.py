"""``python -m bench [starting pages dispatch plugins …] [--on sqlite|postgresql]``."""

import argparse
import importlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.report import Report
from bench.store import filled_store

PARTS = (
    "starting",
    "pages",
    "dispatch",
    "plugins",
    "posters",
    "relay",
    "orders",
    "checkout",
    "network",
    "figures",
    "settlement",
    "crashes",
)
ALONE = frozenset({"figures", "settlement", "crashes"})
"""Parts with a store of their own: ``crashes`` checks the whole store, and what others left in it
(rows of the bare driver) is no shop; ``figures`` and ``settlement`` make one that is large."""


def main() -> int:
    """Measure what is asked for; exit code 1 when a bound does not hold."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", default=PARTS, help=", ".join(PARTS))
    parser.add_argument("--on", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--json", type=Path, help="also write the findings here")
    options = parser.parse_args()
    report = Report()
    for kind in options.on or ("postgresql", "sqlite"):
        for parts in _by_store(options.parts):
            _measure(kind, parts, report)
    if options.json:
        report.write(options.json)
    return 0 if report.is_good else 1


def _by_store(parts: Sequence[str]) -> list[list[str]]:
    """The parts that share a store, and those that want one of their own."""
    shared = [part for part in parts if part not in ALONE]
    return ([shared] if shared else []) + [[part] for part in parts if part in ALONE]


def _measure(kind: str, parts: Sequence[str], report: Report) -> None:
    with tempfile.TemporaryDirectory(prefix="banyan-bench-") as name:
        folder = Path(name)
        print(f"Filling a store on {kind} …", flush=True)
        with filled_store(kind, folder) as bench:
            for part in parts:
                importlib.import_module(f"bench.{part}").measure(bench, report, folder)


if __name__ == "__main__":
    sys.exit(main())
