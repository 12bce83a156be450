"""Real processes of the shop, for tests that kill them."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.cli.serving import environment_of
from core.config import ROOT, Config


def start(config: Config, *arguments: str, output: int | None = None) -> subprocess.Popen[bytes]:
    """Start ``banyan`` with the arguments in a process of its own."""
    argv = [sys.executable, "-m", "core.cli", *arguments]
    errors = None if output is None else subprocess.STDOUT
    return subprocess.Popen(
        argv, cwd=ROOT, env=environment_of(config), stdout=output, stderr=errors
    )


@contextmanager
def running(config: Config, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended politely, then by force, when the block ends."""
    child = start(config, *arguments)
    try:
        yield child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def wait_until(is_so: Callable[[], object], seconds: float = 20) -> None:
    """Look again and again until something is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)
