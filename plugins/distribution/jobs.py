"""Scheduled work of distribution."""

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.contributions import JobContext
from core.api.settings import load_settings
from plugins.distribution.services import (
    figures,
    fraud,
    grades,
    programmes,
    recounting,
    settlement,
    totals,
)
from plugins.distribution.services import reconcile as catching_up


def watch(context: JobContext) -> None:
    """Look at commissions that nobody has looked at; in batches, each its own unit of work."""
    wanted = fraud.Watch.of(context.settings)
    _in_batches(context, lambda session: fraud.watch_batch(session, wanted))


def _in_batches(context: JobContext, step: Callable[[Session], int]) -> None:
    """Take a step until there is nothing left for it, each in a unit of work of its own."""
    done = 0
    while True:
        with context.write() as session:
            count = step(session)
        if not count:
            return
        done += count
        context.beat(done)


def settle(context: JobContext) -> None:
    """Make available what is due and give the grades that are reached by it; in batches.

    Each batch is its own unit of work. The watch looks first, so that nothing is settled unseen
    however short the window is. Grades that a killed run left out are found by :func:`grade`.
    """
    watch(context)
    done = 0
    while True:
        touched: set[UUID] = set()
        with context.write() as session:
            settled = settlement.settle_batch(session, touched=touched)
        with context.write() as session:
            settlement.note_run(session)
        _grade(context, touched)
        if not settled:
            return
        done += settled
        context.beat(done)


def grade(context: JobContext) -> None:
    """Look at the grades of all distributors, some hundred at a time, each its own unit of work."""
    after: UUID | None = None
    done = 0
    while True:
        with context.read() as session:
            members = grades.next_batch(session, after)
        if not members:
            return
        _grade(context, members)
        after, done = members[-1], done + len(members)
        context.beat(done)


def _grade(context: JobContext, member_ids: Collection[UUID]) -> None:
    with context.read() as session:
        programme = programmes.current(session)
    if not grades.is_evaluating(programme):
        return
    ids = sorted(member_ids)
    for start in range(0, len(ids), grades.CHUNK):
        with context.write() as session:
            grades.evaluate(session, ids[start : start + grades.CHUNK], programme)


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


def total(context: JobContext) -> None:
    """Add what was earned and taken back to the totals, and count the figures of a large store.

    In batches, each its own unit of work. In a new time zone days and months begin elsewhere, and
    all of them are counted anew.
    """
    with context.read() as session:
        zone, counted_in = load_settings(session).timezone, recounting.zone_of(session)
    if zone != counted_in:
        with context.write() as session:
            recounting.recount(session, zone)
    _in_batches(context, lambda session: totals.fold(session, zone))
    _count_figures(context, zone)


def _count_figures(context: JobContext, zone: str) -> None:
    with context.read() as session:
        if not figures.is_stale(session):
            return
        counted = {days: figures.count(session, zone, days) for days in figures.PERIODS}
    with context.write() as session:
        figures.keep(session, counted)
