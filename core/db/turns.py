"""Writers of one process take turns on SQLite, first come first served.

SQLite lets one connection write at a time and keeps no row of those who wait: each asks again after
a pause that grows to a tenth of a second, and whoever asks at the right moment wins. Some threads
then wait for half a second while others pass them by. Here the one who ends hands the turn to the
one who has waited longest.
"""

import threading
from collections import deque

from core.kernel.errors import InvariantError


class Turns:
    """A fair row of threads, of which one at a time has its turn.

    Args:
        patience_seconds: how long a thread waits for its turn.
    """

    def __init__(self, patience_seconds: float) -> None:
        self._patience = patience_seconds
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._is_taken = False
        self._taker = 0

    def take(self) -> bool:
        """Wait for a turn; False when none came up in time. To be ended by :meth:`hand_on`.

        Raises:
            InvariantError: this thread has its turn already and would wait for itself.
        """
        if self._taker == threading.get_ident():
            raise InvariantError("db.nested_write", "A unit of work began another one.")
        if not self._wait():
            return False
        self._taker = threading.get_ident()
        return True

    def hand_on(self) -> None:
        """End this turn; the one who has waited longest is next."""
        with self._guard:
            self._taker = 0
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False

    def _wait(self) -> bool:
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=self._patience):
            return True
        with self._guard:
            if mine not in self._waiting:  # handed over this very moment
                return True
            self._waiting.remove(mine)
            return False
