"""Findings of a benchmark: printed as a table, kept as JSON, compared with their bounds."""

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Finding:
    """One figure. ``at_most`` and ``at_least`` are its bounds; ``None`` is only informative."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the bound holds."""
        return not (
            (self.at_most is not None and self.value > self.at_most)
            or (self.at_least is not None and self.value < self.at_least)
        )


@dataclass
class Report:
    """Findings in the order they were made."""

    findings: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Keep and print one finding."""
        self.findings.append(finding)
        print(_row(finding), flush=True)

    @property
    def is_good(self) -> bool:
        """Whether every bound holds."""
        return all(finding.is_good for finding in self.findings)

    def write(self, path: Path) -> None:
        """Write the findings as JSON, with the machine they were made on."""
        machine = {
            "python": platform.python_version(),
            "system": platform.platform(),
            "cores": len(os.sched_getaffinity(0)),
        }
        rows = [{**asdict(finding), "is_good": finding.is_good} for finding in self.findings]
        path.write_text(json.dumps({"machine": machine, "findings": rows}, indent=2) + "\n")


def _row(finding: Finding) -> str:
    bound = ""
    if finding.at_most is not None:
        bound = f"≤ {finding.at_most:g}"
    if finding.at_least is not None:
        bound = f"≥ {finding.at_least:g}"
    mark = " " if not bound else "✓" if finding.is_good else "✗"
    return (
        f"{mark} {finding.name:<58}{finding.value:>10.2f} {finding.unit:<8}{bound:<9}{finding.note}"
    )
