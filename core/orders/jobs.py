"""Scheduled work of orders. Each opens its own units of work and may run twice or side by side."""

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy.orm import Session


class Work(Protocol):
    """What these jobs need of a job context."""

    def write(self) -> AbstractContextManager[Session]:
        """A unit of work."""

    def beat(self, done: int, total: int | None = None) -> None:
        """Tell admin that the job lives."""


def expire_unpaid(work: Work) -> None:
    """End orders whose time to pay ran out."""
    raise NotImplementedError


def auto_receive(work: Work) -> None:
    """Receive orders whose parcels left long ago."""
    raise NotImplementedError


def settle_due(work: Work) -> None:
    """Settle orders whose after-sale window is over."""
    raise NotImplementedError
