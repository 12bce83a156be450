"""Chromium for browser tests: the system's program, or the one Playwright itself installed."""

import os
import shutil
from pathlib import Path

import pytest

from tests.left_out import leave_out

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


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
