"""How store and sandbox reach each other over HTTP, where they are no one process."""

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


@lru_cache(maxsize=2)
def http_client(seconds: float) -> "httpx.Client":
    """One client a process and time limit: making one is dear. It keeps no connection for forks."""
    import httpx  # some 20 ms of every start otherwise

    timeout = httpx.Timeout(seconds, connect=2.0)
    return httpx.Client(timeout=timeout, limits=httpx.Limits(max_keepalive_connections=0))
