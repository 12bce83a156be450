"""Every call into a plugin passes here: its time is taken and what it raises is caught and noted.

A fault happens inside somebody's transaction, which may roll back or hold the only write lock.
So faults and times gather in memory and are written a moment later by a thread of their own, which
also looks after calls that do not come back.
"""

import ctypes
import dis
import logging
import os
import sys
import threading
import time
import traceback
import weakref
from collections import Counter, deque
from threading import get_ident
from time import perf_counter_ns
from types import TracebackType

import sqlalchemy as sa

from core.db.engine import Database
from core.host import breaker
from core.host.budgets import (
    CHECK_LIMIT,
    OTHER_LIMIT,
    QUICK_MICROS,
    STRIKES_MOST,
    Overdue,
    budget_of,
    strikes_of,
)
from core.host.tally import Call, Requests, Tally
from core.kernel.errors import Rejected

__all__ = ["CHECK_LIMIT", "OTHER_LIMIT", "FaultLog", "Guarded"]

FLUSH_SECONDS = 0.3
"""Faults and slow calls are in the database after this time."""
TIMES_SECONDS = 5.0
"""So are times that are as they should be."""
CLOSE_SECONDS = 5.0
"""How long closing waits for what is being written."""
ERROR_LIMIT = 4000
_CALLS_KEPT = 200_000
_SUSPICIOUS_NS = QUICK_MICROS * 1_000

_log = logging.getLogger(__name__)


class Guarded:
    """One call into a plugin: timed; what it raises is noted and, if wanted, goes no further.

    Args:
        log: where it is noted.
        plugin: whose call.
        hook: which, such as ``block:coupons.badge``.
        is_swallowed: whether a fault ends here; refusals (``Rejected``) always pass.
    """

    __slots__ = ("_began", "_hook", "_is_swallowed", "_log", "_plugin", "is_stopped", "thread")

    def __init__(self, log: "FaultLog", plugin: str, hook: str, is_swallowed: bool) -> None:
        self._log = log
        self._plugin = plugin
        self._hook = hook
        self._is_swallowed = is_swallowed
        self.is_stopped = False

    def __enter__(self) -> None:
        log = self._log
        if not log.is_awake:
            log.wake()
        self.thread = get_ident()
        self._began = perf_counter_ns()
        log.running[id(self)] = self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> bool:
        nanoseconds = perf_counter_ns() - self._began
        log = self._log
        with log.stopping:
            log.running.pop(id(self), None)
            if self.is_stopped:
                _call_off(self.thread)
        log.calls.append((self._plugin, self._hook, nanoseconds, self.thread))
        if nanoseconds > _SUSPICIOUS_NS:
            log.look_at(self._hook, nanoseconds)
        if error is None or not self._is_swallowed or not is_fault(error):
            return False
        log.record(self._plugin, self._hook, error)
        return True

    @property
    def what(self) -> tuple[str, str]:
        """Plugin and hook."""
        return self._plugin, self._hook

    @property
    def seconds(self) -> float:
        """How long it runs by now."""
        return (perf_counter_ns() - self._began) / 1e9


def is_fault(error: BaseException) -> bool:
    """Whether something raised in a plugin is its fault: no refusal, nobody's Ctrl-C."""
    return not isinstance(error, Rejected) and not is_of_the_keyboard(error)


def is_of_the_keyboard(error: BaseException) -> bool:
    """Whether Ctrl-C was pressed; a plugin that raises the same by itself says ``raise``."""
    if not isinstance(error, KeyboardInterrupt) or error.__traceback__ is None:
        return False
    trace = error.__traceback__
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code.co_code
    return code[trace.tb_lasti] != dis.opmap["RAISE_VARARGS"]


class FaultLog:
    """Collects this process's calls into plugins and writes them in the background."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self.stopping = threading.Lock()
        self.running: dict[int, Guarded] = {}
        self.calls: deque[Call] = deque(maxlen=_CALLS_KEPT)
        self._requests = Requests()
        self._stuck: Counter[tuple[str, str]] = Counter()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._errors: dict[tuple[str, str], str] = {}
        self.is_urgent = self.is_awake = False
        self._written_at = float("-inf")
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        me = weakref.ref(self)
        os.register_at_fork(after_in_child=lambda: _forked(me))

    def guard(self, plugin: str, hook: str) -> Guarded:
        """A timed block whose fault is noted and goes no further; ``Rejected`` passes through."""
        return Guarded(self, plugin, hook, True)

    def timed(self, plugin: str, hook: str) -> Guarded:
        """A timed block whose faults are somebody else's to record."""
        return Guarded(self, plugin, hook, False)

    def note(self, plugin: str, hook: str, nanoseconds: int) -> None:
        """Note how long a call took that nobody would ever stop; costs some 0.2 µs."""
        self.calls.append((plugin, hook, nanoseconds, get_ident()))
        if nanoseconds > _SUSPICIOUS_NS:
            self.look_at(hook, nanoseconds)
        if not self.is_awake:
            self.wake()

    def look_at(self, hook: str, nanoseconds: int) -> None:
        """Write soon if this was slow for its kind: the breaker should know."""
        if strikes_of(nanoseconds // 1_000, budget_of(hook)):
            self.is_urgent = True

    def end_request(self) -> None:
        """The request of this thread is over: what plugins cost it is added up."""
        if self.calls:
            self.calls.append(("", "", 0, get_ident()))

    def record(self, plugin: str, hook: str, error: BaseException) -> None:
        """Note a fault; it is in the database within a second."""
        _log.warning("plugin %s failed in %s", plugin, hook, exc_info=error)
        self._keep(plugin, hook, "".join(traceback.format_exception(error)))

    def _keep(self, plugin: str, hook: str, text: str) -> None:
        with self._lock:
            self._counts[plugin, hook] += 1
            self._errors[plugin, hook] = text[-ERROR_LIMIT:]
            self.is_urgent = True
        if not self.is_awake:
            self.wake()

    def flush(self) -> None:
        """Write what was gathered. Failing to write loses counts, never a request."""
        with self._writing:
            with self._lock:
                counts, errors = self._counts, self._errors
                stuck, self._stuck = self._stuck, Counter()
                self._counts, self._errors = Counter(), {}
                self.is_urgent = False
            tallies = self._requests.fold(_taken(self.calls))
            for what, strikes in stuck.items():
                tallies.setdefault(what, Tally()).strikes += strikes
            self._written_at = time.monotonic()
            if counts or tallies:
                with self._database.write() as session:
                    breaker.write(session, tallies, counts, errors)

    def close(self) -> None:
        """End the thread; what it is writing is written first, so no connection stays behind."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS)

    # --- the thread ----------------------------------------------------------------------------

    def wake(self) -> None:
        """Start the thread of this process, if it does not run."""
        with self._lock:
            if not self.is_awake:
                self.is_awake = True
                thread = threading.Thread(target=self._work, name="banyan-plugins", daemon=True)
                thread.start()
                self._thread = thread

    def _work(self) -> None:
        while not self._closed.wait(FLUSH_SECONDS):
            self._look_after_calls()
            is_due = time.monotonic() - self._written_at >= TIMES_SECONDS
            if self.is_urgent or (is_due and self.calls):
                try:
                    self.flush()
                except sa.exc.SQLAlchemyError:
                    _log.exception("faults and times of plugins could not be written")

    def _look_after_calls(self) -> None:
        """Stop calls that do not come back; a stop gives all strikes that one call can give."""
        for key, call in list(self.running.items()):
            limit = budget_of(call.what[1]).stops_after_seconds
            if not limit or call.is_stopped or call.seconds < limit:
                continue
            where = _stack_of(call.thread)
            with self.stopping:
                if key not in self.running:
                    continue
                call.is_stopped = True
                _raise_in(call.thread)
            plugin, hook = call.what
            with self._lock:
                self._stuck[plugin, hook] += STRIKES_MOST
            self._keep(plugin, hook, f"{where}Overdue: stopped after {limit} seconds\n")

    def _restart(self) -> None:
        """In a fork: the thread did not come along, and what was gathered is the parent's."""
        self._lock, self._writing, self.stopping = (threading.Lock() for _ in range(3))
        self.calls.clear()
        self.running.clear()
        self._counts, self._errors = Counter(), {}
        self.is_awake, self._thread = False, None


def _forked(log: "weakref.ref[FaultLog]") -> None:
    found = log()
    if found is not None:
        found._restart()  # noqa: SLF001


def _taken(calls: deque[Call]) -> list[Call]:
    """What is there now; other threads go on adding."""
    return [calls.popleft() for _ in range(len(calls))]


def _stack_of(thread: int) -> str:
    frame = sys._current_frames().get(thread)  # noqa: SLF001
    return "".join(traceback.format_stack(frame)) if frame else ""


def _raise_in(thread: int) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(Overdue))


def _call_off(thread: int) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), None)
