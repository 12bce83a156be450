"""The times that authors read are the times that are held."""

from core.config import ROOT
from core.host.budgets import BUDGETS

HEAD = "| Kind of call | Slow after | Stopped after | Pauses the plugin |"


def test_the_table_of_times_for_authors_is_the_budgets():
    text = (ROOT / "docs" / "plugins" / "README.md").read_text(encoding="utf-8")
    rows = text.partition(HEAD)[2].partition("\n\n")[0].splitlines()[2:]
    told = [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows]
    assert told == [
        (
            kind,
            f"{budget.milliseconds:,} ms",
            f"{budget.stops_after_seconds} s" if budget.stops_after_seconds else "–",
            "yes" if budget.pauses_when_slow else "–",
        )
        for kind, budget in BUDGETS.items()
    ]
    assert "no time limit" not in text
