"""Adding up calls into plugins: how many, how long, how many too slow; by hook and by request."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.host.budgets import QUICK_MICROS, budget_of, strikes_of

Call = tuple[str, str, int, int]
"""Plugin, hook, nanoseconds, thread; a request's end has no plugin."""

REQUEST = "request"
"""Under this name stands what one plugin cost a request in all its hooks together."""


@dataclass(slots=True)
class Tally:
    """What calls of one hook added up to; times in whole microseconds."""

    calls: int = 0
    micros: int = 0
    slowest_micros: int = 0
    slow_count: int = 0
    strikes: int = 0

    def add(self, micros: int, strikes: int) -> None:
        """Count one call."""
        self.calls += 1
        self.micros += micros
        if micros > self.slowest_micros:
            self.slowest_micros = micros
        if strikes:
            self.slow_count += 1
            self.strikes += strikes


class Requests:
    """What each running request has cost so far, by thread and plugin."""

    def __init__(self) -> None:
        self._running: dict[int, dict[str, int]] = {}

    def fold(self, calls: Iterable[Call]) -> dict[tuple[str, str], Tally]:
        """Add up finished calls by (plugin, hook); requests that ended stand under ``REQUEST``."""
        found: dict[tuple[str, str], Tally] = {}
        running = self._running
        for plugin, hook, nanoseconds, thread in calls:
            if not plugin:
                for name, spent in running.pop(thread, _NONE).items():
                    _tally(found, name, REQUEST).add(spent, 0)
                continue
            micros = nanoseconds // 1_000
            is_quick = micros < QUICK_MICROS
            strikes = 0 if is_quick else strikes_of(micros, budget_of(hook))
            _tally(found, plugin, hook).add(micros, strikes)
            costs = running.get(thread)
            if costs is None:
                costs = running[thread] = {}
            costs[plugin] = costs.get(plugin, 0) + micros
        return found


_NONE: dict[str, int] = {}


def _tally(found: dict[tuple[str, str], Tally], plugin: str, hook: str) -> Tally:
    tally = found.get((plugin, hook))
    if tally is None:
        tally = found[plugin, hook] = Tally()
    return tally
