"""``banyan doctor``: what this installation is, what each finding means and what to do about it."""

import dataclasses
import sys
from collections.abc import Iterator

import click

from core.cli import examining
from core.cli.findings import Finding, Status
from core.cli.reporting import is_colourful, json_option, report

_MARKS = {
    Status.OK: ("ok  ", "green"),
    Status.NOTE: ("note", "yellow"),
    Status.FAULT: ("BAD ", "red"),
}


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Explain this installation; exit code 1 when something keeps the store from working."""
    findings = list(examining.examine())
    worst = max(findings, key=lambda finding: finding.status.rank).status
    found = {
        "status": worst,
        "findings": [dataclasses.asdict(finding) for finding in findings],
    }
    report(found, "\n".join(_lines(findings)), as_json=as_json)
    if worst is Status.FAULT:
        sys.exit(1)


def _lines(findings: list[Finding]) -> Iterator[str]:
    for finding in findings:
        mark, colour = _MARKS[finding.status]
        shown = click.style(mark, fg=colour) if is_colourful() else mark
        yield f"{shown} {finding.subject:<12} {finding.found}"
        for text in filter(None, (finding.meaning, finding.advice)):
            yield f"     {'':<12} {text}"
