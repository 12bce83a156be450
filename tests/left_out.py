"""Nothing is skipped quietly: what was left out is listed at the end; in CI it fails the run."""

import os
from collections import Counter
from typing import NoReturn

import pytest


def in_ci() -> bool:
    """Whether everything must run: `CI` is set to a true word."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes", "on"}


def leave_out(reason: str) -> NoReturn:
    """Skip the current test because the machine lacks something; in CI, fail it."""
    if in_ci():
        pytest.fail(f"{reason} (in CI nothing may be left out)", pytrace=False)
    pytest.skip(reason)


def pytest_collection_modifyitems(items):
    """Mark tests by what they need, so that `-m "not e2e"` works without a mark in each file."""
    for item in items:
        if {"page", "context", "browser"} & set(item.fixturenames):
            item.add_marker(pytest.mark.e2e)
        if "pg_server" in item.fixturenames:
            item.add_marker(pytest.mark.postgres)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    """Turn a green run with gaps into a red one, in CI."""
    if in_ci() and session.exitstatus == pytest.ExitCode.OK and _reasons(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    """Say loudly what did not run and why."""
    reasons = _reasons(config)
    deselected = len(terminalreporter.stats.get("deselected", []))
    if deselected:
        reasons["not selected by -m or -k"] = deselected
    if not reasons:
        return
    verdict = ": IN CI THIS FAILS THE RUN" if in_ci() else ""
    terminalreporter.section(f"LEFT OUT{verdict}", sep="!", yellow=True, bold=True)
    for reason, count in reasons.most_common():
        terminalreporter.line(f"{count:5} x {reason}", yellow=True)


def _reasons(config) -> Counter[str]:
    """Count skipped tests and files by reason; empty in the workers of a parallel run."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput"):
        return Counter()
    return Counter(
        report.longrepr[2].removeprefix("Skipped: ") for report in reporter.stats.get("skipped", [])
    )
