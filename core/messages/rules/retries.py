"""When a message that failed is tried again."""

from datetime import datetime, timedelta

LEASE = timedelta(minutes=2)
"""How long a running try keeps others away; a process that dies in it lets go after that."""

DELAYS = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1_800, 7_200))
MAX_TRIES = len(DELAYS) + 1


def next_try(tries: int, at: datetime) -> datetime | None:
    """When to try again after ``tries`` failures; ``None``: it has been tried often enough."""
    return at + DELAYS[tries - 1] if tries < MAX_TRIES else None
