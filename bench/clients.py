"""Client processes that begin together, work for a while and hand back how long each step took."""

import gc
import multiprocessing
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

START_SECONDS = 120
_spawn = multiprocessing.get_context("spawn")


@dataclass
class Worked:
    """What one client did: seconds each call of each kind took, and why it failed, if it did."""

    calls: dict[str, list[float]] = field(default_factory=dict)
    failure: str = ""

    def timed(self, kind: str, call: Callable[[], Any]) -> Any:
        """Call, and keep how long it took."""
        start = time.perf_counter()
        answer = call()
        self.calls.setdefault(kind, []).append(time.perf_counter() - start)
        return answer


@dataclass(frozen=True)
class Crowd:
    """What all clients did, and in how many seconds; starting and ending them is not counted."""

    parts: Sequence[Worked]
    seconds: float

    def count(self, kind: str) -> int:
        """Calls of a kind."""
        return sum(len(part.calls.get(kind, ())) for part in self.parts)

    def p99_ms(self, kind: str) -> float:
        """The 99th percentile of a kind, in milliseconds."""
        every = sorted(value for part in self.parts for value in part.calls.get(kind, ()))
        return every[min(len(every) - 1, int(len(every) * 0.99))] * 1000 if every else 0.0


Step = Callable[[Worked], None]
Prepare = Callable[..., Step | Sequence[Step]]
"""Takes a share and warms up; each step it returns is done again and again by a thread."""


def run_together(prepare: Prepare, shares: Sequence[tuple[Any, ...]], seconds: float) -> Crowd:
    """Run a client process for each share.

    Args:
        prepare: a module's function, called in the process.
        shares: arguments of each client.
        seconds: how long they work.

    Raises:
        RuntimeError: a client failed; the message is its own.
    """
    gate, results = _spawn.Barrier(len(shares) + 1), _spawn.Queue()
    clients = [
        _spawn.Process(target=_work, args=(prepare, share, seconds, gate, results), daemon=True)
        for share in shares
    ]
    for client in clients:
        client.start()
    try:
        gate.wait(START_SECONDS)
    except Exception as error:
        parts = [results.get(timeout=5)]
        raise RuntimeError(parts[0].failure) from error
    began = time.perf_counter()
    parts = [results.get(timeout=seconds + 60) for _ in clients]
    seconds = time.perf_counter() - began
    for client in clients:
        client.join(10)
    if failures := [part.failure for part in parts if part.failure]:
        raise RuntimeError(failures[0])
    return Crowd(parts, seconds)


def _work(
    prepare: Prepare, share: tuple[Any, ...], seconds: float, gate: Any, results: Any
) -> None:
    worked = Worked()
    try:
        steps = prepare(*share)
        steps = [steps] if callable(steps) else steps
        gc.collect()
        gc.freeze()  # as wsgi.py does when a web process has started
        gate.wait(START_SECONDS)
        deadline = time.perf_counter() + seconds
        _all(steps, worked, deadline)
    except Exception as error:  # noqa: BLE001 - told to the caller
        worked.failure = f"{type(error).__name__}: {error}"
        gate.abort()
    results.put(worked)


def _all(steps: Sequence[Step], worked: Worked, deadline: float) -> None:
    others = [Worked() for _ in steps[1:]]
    threads = [
        threading.Thread(target=_guarded, args=(step, own, deadline), daemon=True)
        for step, own in zip(steps[1:], others, strict=True)
    ]
    for thread in threads:
        thread.start()
    _again_and_again(steps[0], worked, deadline)
    for thread, own in zip(threads, others, strict=True):
        thread.join()
        worked.failure = worked.failure or own.failure
        for kind, calls in own.calls.items():
            worked.calls.setdefault(kind, []).extend(calls)


def _guarded(step: Step, worked: Worked, deadline: float) -> None:
    try:
        _again_and_again(step, worked, deadline)
    except Exception as error:  # noqa: BLE001 - told to the caller
        worked.failure = f"{type(error).__name__}: {error}"


def _again_and_again(step: Step, worked: Worked, deadline: float) -> None:
    while time.perf_counter() < deadline:
        step(worked)
