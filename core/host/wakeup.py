"""Telling the relay that there are new facts, without making any request wait for it.

Ringing sets a flag; a thread of this process passes it on to Redis. When that fails nothing is
lost: the relay looks by itself five times a second.
"""

import os
import threading
import time

from core.host.redis_link import RedisLink

DRAIN = "core.worker.tasks.drain"
GATHER_SECONDS = 0.02
"""Facts that come within this time of each other ring once."""


class Wakeup:
    """Rings the relay's bell through RQ, from a thread that starts with the first ring.

    Args:
        link: the way to Redis.
    """

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        self._flag = threading.Event()
        self._owner = 0
        self._lock = threading.Lock()

    def ring(self) -> None:
        """Pass on that facts were committed; costs microseconds and never raises."""
        if not self._link.is_configured:
            return
        if self._owner != os.getpid():  # the first ring of this process, or of a fork of it
            self._start()
        self._flag.set()

    def _start(self) -> None:
        with self._lock:
            if self._owner != os.getpid():
                self._flag = threading.Event()
                threading.Thread(target=self._pass_on, name="banyan-wakeup", daemon=True).start()
                self._owner = os.getpid()

    def _pass_on(self) -> None:
        while True:
            self._flag.wait()
            self._flag.clear()
            self._link.enqueue(DRAIN, job_id="drain")
            time.sleep(GATHER_SECONDS)
