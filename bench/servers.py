"""Servers under measurement: gunicorn with two sync workers on a free local port."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WORKERS = 2


@dataclass(frozen=True)
class Server:
    """A running web server: where it listens, its master process, seconds to its first answer."""

    address: tuple[str, int]
    pid: int
    started_in: float


@contextmanager
def gunicorn(
    target: str, environ: Mapping[str, str], log: Path, workers: int = WORKERS, path: str = "/"
) -> Iterator[Server]:
    """Serve ``module:app``; ready when ``path`` answers.

    Raises:
        RuntimeError: it ended before it answered; the message holds the end of its log.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", target,
        "--bind", f"127.0.0.1:{port}", "--workers", str(workers),
        "--log-level", "warning", "--worker-tmp-dir", "/dev/shm",
    ]  # fmt: skip
    with log.open("ab") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, env={**os.environ, **environ}, stdout=output, stderr=output
        )
    try:
        _wait(port, path, process, log)
        yield Server(("127.0.0.1", port), process.pid, time.perf_counter() - start)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(port: int, path: str, process: subprocess.Popen[bytes], log: Path) -> None:
    request = f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended:\n{log.read_text()[-3000:]}")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.sendall(request)
                if connection.recv(15).startswith(b"HTTP/1"):
                    return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError(f"no answer within a minute:\n{log.read_text()[-3000:]}")
