"""Scheduled work of distribution."""

from core.api.contributions import JobContext
from plugins.distribution.services.reconcile import catch_up, orders_to_check


def reconcile(context: JobContext) -> None:
    """Bring every open commission to where its order stands; in batches, each its own unit."""
    after, done = None, 0
    while True:
        with context.write() as session:
            order_ids = orders_to_check(session, after)
            catch_up(session, order_ids)
        if not order_ids:
            return
        after, done = order_ids[-1], done + len(order_ids)
        context.beat(done)
