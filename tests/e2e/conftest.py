"""A demo store as a merchant starts it: web, worker and Valkey in processes of their own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.config import ROOT

START_SECONDS = 180


@dataclass(frozen=True)
class DemoStore:
    """A running demo: where it is found, and the environment of commands on it."""

    url: str
    environ: dict[str, str]

    def banyan(self, *arguments: str) -> str:
        """Run a ``banyan`` command on this store; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "core.cli", *arguments],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, f"banyan {arguments}: {done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture
def demo_store(database_url: str, tmp_path: Path, browser_driver: None) -> Iterator[DemoStore]:
    """``banyan demo`` on this database, ready to be walked through."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {
        **os.environ,
        "BANYAN_INSTANCE": str(tmp_path / "instance"),
        "DATABASE_URL": database_url,
        "BANYAN_SANDBOX": "1",
        "PYTHONUNBUFFERED": "1",
    }
    log = tmp_path / "demo.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "core.cli", "demo", "--port", str(port)],
            cwd=ROOT,
            env=environ,
            stdout=output,
            stderr=output,
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while "Ctrl-C ends everything" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        yield DemoStore(f"http://127.0.0.1:{port}/", environ)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
