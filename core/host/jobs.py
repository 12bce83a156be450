"""Core's scheduled work: which jobs there are, how often, and the rooms' functions behind them.

Every job may run twice and in several processes at once; each opens its own units of work. Ticks
are of the store's clock, so a sandbox that moves its clock ahead settles at once.
"""

import time
from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.limits import prune_hits
from core.db.outbox import DeliveryState, EventDelivery, OutboxEvent
from core.db.statements import changed
from core.host.models import JobRun, PluginFault, PluginTiming, ProcessBeat
from core.host.ports import channels_of, gateways_of, payout_channels_of
from core.host.schedule import is_frequent
from core.host.work import Work
from core.kernel.clock import now
from core.kernel.values import dataclass
from core.members.services import prune_codes, prune_sessions
from core.messages.services import deliver_due
from core.orders import jobs as orders
from core.orders.services import confirm_payment, refund_done
from core.payments.jobs import query_open_payments, run_due_refunds
from core.payments.sandbox.client import sandbox_key
from core.payments.sandbox.delivery import deliver_callbacks
from core.payments.sandbox.services import prune_nonces
from core.payments.services import prune_notices
from core.payments.types import PaymentResult
from core.payouts.jobs import run_due_payouts
from core.sharing.services import expire_referrals

KEEP_EVENTS = timedelta(days=90)
KEEP_NOTICES = timedelta(days=90)
KEEP_RUNS = timedelta(days=2)
KEEP_FREQUENT_RUNS = timedelta(minutes=15)
KEEP_FAULTS = timedelta(days=30)
_CHUNK = 2000


@dataclass(frozen=True)
class CoreJob:
    """One of core's own jobs; ``label`` is a catalogue entry."""

    key: str
    label: str
    every_seconds: int
    run: Callable[[Work], None]
    is_sandbox_only: bool = False
    cron: str = ""


def core_jobs(is_sandbox: bool) -> tuple[CoreJob, ...]:
    """Every job of the trunk in this kind of installation."""
    return tuple(job for job in _JOBS if is_sandbox or not job.is_sandbox_only)


def _pay_people(work: Work) -> None:
    """Approved payouts of channels outside; the wallet pays at approval."""
    run_due_payouts(work.shop.database, payout_channels_of(work.shop))


def _deliver_messages(work: Work) -> None:
    sent = 0
    channels = channels_of(work.shop)
    while batch := deliver_due(work.shop.database, channels):
        sent += batch
        work.beat(sent)


def _send_refunds(work: Work) -> None:
    run_due_refunds(work.shop.database, gateways_of(work.shop), settle=refund_done)


def _ask_gateways(work: Work) -> None:
    """Learn of payments whose callback was lost."""
    extensions = work.shop.extensions()

    def confirm(session: Session, result: PaymentResult) -> None:
        confirm_payment(session, result, extensions=extensions)

    query_open_payments(work.shop.database, gateways_of(work.shop), confirm)


def _deliver_callbacks(work: Work) -> None:
    deliver_callbacks(work.shop.database, sandbox_key(work.shop.config))


def _end_referrals(work: Work) -> None:
    ended = 0
    while True:
        with work.write() as session:
            batch = expire_referrals(session)
        if not batch:
            return
        ended += batch
        work.beat(ended)


def _keep_house(work: Work) -> None:
    """Remove rows that nobody needs any more, in small units so that nobody waits for them."""
    with work.write() as session:
        prune_sessions(session)
        prune_codes(session)
        prune_hits(session)
        prune_notices(session, before=now() - KEEP_NOTICES)
        prune_nonces(session)
        changed(session, sa.delete(PluginFault).where(PluginFault.last_at < now() - KEEP_FAULTS))
        oldest = int((time.time() - KEEP_FAULTS.total_seconds()) // 3600)
        changed(session, sa.delete(PluginTiming).where(PluginTiming.hour < oldest))
        changed(
            session,
            sa.delete(ProcessBeat).where(ProcessBeat.beat_at < now() - timedelta(hours=1)),
        )
    removed = 0
    while count := _forget_events(work):
        removed += count
        work.beat(removed)


def _forget_runs(work: Work) -> None:
    """Drop old ticks; those of jobs that run every few seconds go after minutes, failures stay.

    The newest tick of each job stays however old it is: without it, it would be run again.
    """
    contributed = [job for _, job in work.shop.plugins.contributions("jobs")]
    frequent = [job.key for job in (*_JOBS, *contributed) if is_frequent(job)]
    newest = sa.select(sa.func.max(JobRun.tick)).group_by(JobRun.job)
    with work.write() as session:
        changed(
            session,
            sa.delete(JobRun).where(
                JobRun.started_at < now() - KEEP_RUNS, JobRun.tick.not_in(newest)
            ),
        )
        changed(
            session,
            sa.delete(JobRun).where(
                JobRun.job.in_(frequent),
                JobRun.state == "done",
                JobRun.started_at < now() - KEEP_FREQUENT_RUNS,
            ),
        )


def _forget_events(work: Work) -> int:
    """Drop a chunk of old facts that every subscriber has; what is parked keeps its event."""
    is_open = (
        sa.select(1)
        .where(
            EventDelivery.event_seq == OutboxEvent.seq,
            EventDelivery.state != DeliveryState.DONE,
        )
        .exists()
    )
    with work.write() as session:
        seqs = session.scalars(
            sa.select(OutboxEvent.seq)
            .where(OutboxEvent.dispatched_at < now() - KEEP_EVENTS, ~is_open)
            .order_by(OutboxEvent.seq)
            .limit(_CHUNK)
        ).all()
        changed(session, sa.delete(OutboxEvent).where(OutboxEvent.seq.in_(seqs)))
    return len(seqs)


_JOBS = (
    CoreJob("orders.expire_unpaid", "Close unpaid orders", 30, orders.expire_unpaid),
    CoreJob("orders.auto_receive", "Confirm receipt of old parcels", 60, orders.auto_receive),
    CoreJob("orders.settle", "Settle orders after their after-sale window", 30, orders.settle_due),
    CoreJob("payments.refunds", "Send refunds to their gateways", 5, _send_refunds),
    CoreJob("payments.query", "Ask gateways about open payments", 15, _ask_gateways),
    CoreJob("payouts.pay", "Send payouts to their channels", 10, _pay_people),
    CoreJob(
        "sandbox.callbacks",
        "Send the sandbox gateway's callbacks",
        1,
        _deliver_callbacks,
        is_sandbox_only=True,
    ),
    CoreJob("sharing.expire", "End referrals whose protection is over", 300, _end_referrals),
    CoreJob("messages.deliver", "Send messages", 2, _deliver_messages),
    CoreJob("house.runs", "Forget old job runs", 300, _forget_runs),
    CoreJob("house.keeping", "Clean up old rows", 3600, _keep_house),
)
