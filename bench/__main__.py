"""``python -m bench [starting pages dispatch plugins …] [--on sqlite|postgresql]``."""

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

from bench.report import Report
from bench.store import filled_store

PARTS = ("starting", "pages", "dispatch", "plugins", "relay", "orders", "checkout", "crashes")


def main() -> int:
    """Measure what is asked for; exit code 1 when a bound does not hold."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", default=PARTS, help=", ".join(PARTS))
    parser.add_argument("--on", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--json", type=Path, help="also write the findings here")
    options = parser.parse_args()
    report = Report()
    for kind in options.on or ("postgresql", "sqlite"):
        with tempfile.TemporaryDirectory(prefix="banyan-bench-") as name:
            folder = Path(name)
            print(f"Filling a store on {kind} …", flush=True)
            with filled_store(kind, folder) as bench:
                for part in options.parts:
                    importlib.import_module(f"bench.{part}").measure(bench, report, folder)
    if options.json:
        report.write(options.json)
    return 0 if report.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
