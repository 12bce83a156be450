"""Scheduled work of orders. Each opens its own units of work and may run twice or side by side.

A job works in batches of one transaction each until nothing is due, so a crash loses at most the
batch that was open and the next run goes on.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy.orm import Session

from core.orders import services as orders
from core.settings.services import load_settings

BATCH = 200


class Work(Protocol):
    """What these jobs need of a job context."""

    def write(self) -> AbstractContextManager[Session]:
        """A unit of work."""

    def beat(self, done: int, total: int | None = None) -> None:
        """Tell admin that the job lives and how many orders it has done."""


def expire_unpaid(work: Work) -> None:
    """End orders whose time to pay ran out."""
    _drain(work, lambda session: orders.expire_unpaid(session, limit=BATCH))


def auto_receive(work: Work) -> None:
    """Receive orders whose parcels left long ago."""
    _drain(
        work,
        lambda session: orders.auto_receive(session, settings=load_settings(session), limit=BATCH),
    )


def settle_due(work: Work) -> None:
    """Settle orders whose after-sale window is over."""
    _drain(work, lambda session: orders.settle_due(session, limit=BATCH))


def _drain(work: Work, batch: Callable[[Session], int]) -> None:
    done = 0
    while True:
        with work.write() as session:
            count = batch(session)
        done += count
        work.beat(done)
        if count == 0:
            return
