"""Chromium for browser tests: the system's program, or the one Playwright itself installed."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.left_out import leave_out

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser_driver() -> None:
    """Make sure that Playwright's own driver program runs on this machine."""
    playwright = importlib.util.find_spec("playwright")
    if playwright is None or playwright.origin is None:
        leave_out("Playwright not found: install banyan[e2e]")
    node = Path(playwright.origin).parent / "driver" / "node"
    started = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    if started.returncode != 0:
        leave_out(f"Playwright's driver does not start: {started.stderr.strip()}")


@pytest.fixture(scope="session")
def playwright(browser_driver, playwright):
    """Playwright, once its driver is known to run."""
    return playwright


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args, browser_type) -> dict[str, object]:
    """Playwright's start arguments with the system's Chromium; no Chromium leaves the test out."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None and not Path(browser_type.executable_path).exists():
        leave_out("Chromium not found: install chromium and fonts-wqy-microhei")
    arguments = ["--disable-background-networking"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium's sandbox refuses to run as root
    own = {} if program is None else {"executable_path": program}
    return {**browser_type_launch_args, **own, "args": arguments}
