"""``banyan replay``: real invoices as orders, from an empty database to verified books."""

import json
import shlex
import time
from collections import Counter
from pathlib import Path
from typing import Any

import click

from core.cli.reporting import counted, json_option, report, table
from core.config import ROOT

SEED = 20_111_209
DEFAULT_DATA = ROOT.parent / "shared" / "data" / "online_retail_30k.csv.gz"
PREPARE = ("distribution plan 10 5 2 --joining=everyone --acknowledge=replay@example.com",)


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=None, help="Invoice file (CSV).")
@click.option("--seed", default=SEED, show_default=True, help="Draws the referral network.")
@click.option("--limit", default=0, help="Play only the first N invoices.")
@click.option(
    "--prepare",
    multiple=True,
    default=PREPARE,
    show_default=True,
    help="A plugin's command to run before, as after `banyan x`; its plugin is switched on.",
)
@click.option("--summary", type=click.Path(path_type=Path), help="Also write the summary here.")
@json_option
def replay(
    data: Path | None,
    seed: int,
    limit: int,
    prepare: tuple[str, ...],
    summary: Path | None,
    as_json: bool,
) -> None:
    """Play real invoices as orders through the public services, then verify the ledger.

    Works on an empty database only: the one named by DATABASE_URL, or a fresh SQLite file.
    """
    from core.cli.replaying import run_replay

    start = time.perf_counter()
    found = run_replay(
        data or DEFAULT_DATA,
        seed=seed,
        limit=limit,
        prepare=[shlex.split(line) for line in prepare],
        is_quiet=as_json,
    )
    found["seconds"] = round(time.perf_counter() - start, 1)
    if summary:
        summary.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    report(found, _text(found), as_json=as_json)
    if found["ledger"]["problems"]:
        raise SystemExit(1)


def _text(found: dict[str, Any]) -> str:
    unplayed = Counter(found["unplayed"])
    rows = [(name, value) for name, value in found.items() if not isinstance(value, dict)]
    parts = [table(("", ""), rows)]
    if found["journals"]:
        parts.append(table(("booked", "journals"), Counter(found["journals"]).most_common()))
    if unplayed:
        parts.append(table(("not played, because", "lines"), unplayed.most_common()))
    books = found["ledger"]
    verdict = "clean" if not books["problems"] else counted(len(books["problems"]), "problem")
    size = f"{counted(books['journals'], 'journal')}, {counted(books['postings'], 'posting')}"
    parts.append(f"Ledger: {size}, {verdict}.")
    return "\n\n".join(parts)
