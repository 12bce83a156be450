"""Child processes that end when their parent ends."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # Source: prctl(2)
_POLL_SECONDS = 0.01
_LOG_TAIL_CHARS = 2000


class EmbeddedError(RuntimeError):
    """A private server is not available or did not start; the message says why."""


def start_child(
    argv: Sequence[str],
    *,
    folder: Path,
    log: Path | None,
    death_signal: signal.Signals = signal.SIGTERM,
    user: str | None = None,
    keep_fds: Sequence[int] = (),
    env: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, so that Ctrl-C reaches only the parent.

    On Linux the kernel sends `death_signal` to the child when the *thread* that called this
    function ends, even by `kill -9`: call it from a thread that lives as long as the child should.
    Elsewhere a killed parent leaves the child running.

    Args:
        argv: program and arguments, the program as an absolute path.
        folder: working directory of the child.
        log: file that receives the child's output; None leaves it on the parent's.
        death_signal: what the kernel sends when the parent is gone.
        user: run as this user (needs root); None keeps the caller's.
        keep_fds: descriptors the child inherits, such as a lock it should hold.
        env: environment of the child; None inherits.
    """
    with log.open("ab") if log is not None else nullcontext() as output:
        return subprocess.Popen(
            argv,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
            start_new_session=True,
            user=user,
            group=None if user is None else pwd.getpwnam(user).pw_gid,
            extra_groups=None if user is None else [],
            pass_fds=tuple(keep_fds),
            env=None if env is None else dict(env),
            preexec_fn=_die_with_parent(death_signal),
        )


def wait_until_ready(
    child: subprocess.Popen[bytes], ready: Callable[[], bool], *, log: Path, seconds: float
) -> None:
    """Poll `ready` until it is true.

    Raises:
        EmbeddedError: the child ended or stayed silent for `seconds`; ends with its last output.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        if child.poll() is not None:
            raise EmbeddedError(f"{_name(child)} ended with {child.returncode}. {log_tail(log)}")
        if time.monotonic() > deadline:
            raise EmbeddedError(f"{_name(child)} not ready in {seconds:g} s. {log_tail(log)}")
        time.sleep(_POLL_SECONDS)


def stop_child(
    child: subprocess.Popen[bytes], stop_signal: signal.Signals, *, seconds: float = 10
) -> None:
    """Ask the child to end and wait; kill it when it does not. Stopping twice is harmless."""
    if child.poll() is None:
        child.send_signal(stop_signal)
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def log_tail(log: Path) -> str:
    """Return the last output of a child, for an error message."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return text[-_LOG_TAIL_CHARS:].strip()


def _name(child: subprocess.Popen[bytes]) -> str:
    argv = child.args
    return Path(str(argv[0] if isinstance(argv, list) else argv)).name


def _die_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """Return the step for the child between fork and exec; the library is loaded before the fork.

    Python changes the user before this step runs, which matters: the kernel forgets the death
    signal when credentials change.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def arm() -> None:
        prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the signal was armed
            os._exit(1)

    return arm
