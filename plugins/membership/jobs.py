"""Scheduled work of membership; every batch is a unit of work of its own and can run twice."""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.contributions import Job, JobContext
from plugins.membership.services import ladder, notices, orders, reviews


def review(context: JobContext) -> None:
    """Review who is due. Whoever was reviewed is not due any more, so a killed run goes on."""
    done = 0
    while True:
        with context.write() as session:
            seen = reviews.review_batch(session)
        if not seen:
            return
        done += seen
        context.beat(done)


def warn(context: JobContext) -> None:
    """Warn members whom their review would lower; once each, however often this runs."""
    _walk(context, notices.next_batch, notices.warn, 0)


def follow_ladder(context: JobContext) -> None:
    """After a new ladder: bring everybody to it, from where the last run ended."""
    done = 0
    while True:
        with context.write() as session:
            seen = ladder.walk_batch(session)
        if not seen:
            return
        done += seen
        context.beat(done)


def reconcile(context: JobContext) -> None:
    """Bring growth to where orders stand whose facts passed while the plugin was off."""
    started_at = now()
    done = _walk(context, orders.open_orders, orders.catch_up, 0)
    _walk(context, orders.orders_to_check, orders.catch_up, done)
    with context.write() as session:
        orders.remember_run(session, started_at)


def _walk(
    context: JobContext,
    batch: Callable[[Session, UUID | None], Sequence[UUID]],
    work: Callable[[Session, Sequence[UUID]], int],
    done: int,
) -> int:
    after: UUID | None = None
    while True:
        with context.read() as session:
            ids = batch(session, after)
        if not ids:
            return done
        with context.write() as session:
            work(session, ids)
        after, done = ids[-1], done + len(ids)
        context.beat(done)


JOBS = (
    Job("membership.review", "Review tiers whose validity is over", review, cron="20 2 * * *"),
    Job("membership.warn", "Warn members whose tier is about to end", warn, cron="0 10 * * *"),
    Job("membership.ladder", "Bring members to a changed ladder", follow_ladder, 60),
    Job("membership.reconcile", "Bring growth to where orders stand", reconcile, 3600),
)
