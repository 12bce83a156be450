"""Scheduled work of distribution."""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.contributions import JobContext
from plugins.distribution.services import fraud, settlement
from plugins.distribution.services import reconcile as catching_up


def watch(context: JobContext) -> None:
    """Look at commissions that nobody has looked at; in batches, each its own unit of work."""
    wanted, done = fraud.Watch.of(context.settings), 0
    while True:
        with context.write() as session:
            seen = fraud.watch_batch(session, wanted)
        if not seen:
            return
        done += seen
        context.beat(done)


def settle(context: JobContext) -> None:
    """Make available what is due; in batches, each its own unit of work.

    The watch looks first, so that nothing is settled unseen however short the window is.
    """
    watch(context)
    done = 0
    while True:
        with context.write() as session:
            settled = settlement.settle_batch(session)
        with context.write() as session:
            settlement.note_run(session)
        if not settled:
            return
        done += settled
        context.beat(done)


def reconcile(context: JobContext) -> None:
    """Bring commissions to where their orders stand; in batches, each its own unit of work.

    Looks at orders whose commissions are still on their way, and at those refunded since the last
    complete run.
    """
    started_at = now()
    done = _walk(context, catching_up.open_orders, 0)
    _walk(context, catching_up.orders_to_check, done)
    with context.write() as session:
        catching_up.remember_run(session, started_at)


def _walk(
    context: JobContext, batch: Callable[[Session, UUID | None], Sequence[UUID]], done: int
) -> int:
    after: UUID | None = None
    while True:
        with context.read() as session:
            order_ids = batch(session, after)
        if not order_ids:
            return done
        with context.write() as session:
            catching_up.catch_up(session, order_ids)
        after, done = order_ids[-1], done + len(order_ids)
        context.beat(done)
