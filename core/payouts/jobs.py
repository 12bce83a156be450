"""Work of payouts that calls out: paying through channels, in units of work of its own.

No transaction is open while a channel is called.
"""

import logging
from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from core.db.engine import Database
from core.kernel.errors import Conflict, Rejected, UpstreamError
from core.payouts.rules import PayoutState
from core.payouts.rules.channels import without_account
from core.payouts.services.paying import (
    claim_payout,
    payout_failed,
    payout_waits,
    wait_for_the_clock,
)
from core.payouts.services.reading import due_payouts, find_payout
from core.payouts.services.reporting import payout_confirmed, payout_reported
from core.payouts.services.rows import PAYOUT_TABLE, lock_payout
from core.payouts.types import AsksPayouts, PayOutcome, PayoutView, PayRequest, PayResult, PayStatus

_log = logging.getLogger(__name__)


class PayoutChannel(Protocol):
    """A way to pay people outside the store; the wallet is core's own and needs none.

    One that can be asked what became of a number is an ``AsksPayouts``, too.
    """

    key: str
    label: str

    def pay(self, request: PayRequest) -> PayResult:
        """Pay once under the payout's number; repeating a request moves no further money.

        Raises:
            UpstreamError: the channel refused (permanent) or did not answer.
        """


def run_payout(database: Database, channel: PayoutChannel, payout_id: UUID) -> bool:
    """Send one payout that is due, or see what became of it.

    After a try whose end nobody knows (silence, a killed process) a channel that can be asked is
    asked before it is told to pay again.

    Returns:
        Whether the recipient has the money. ``False``: not yet, or it failed.
    """
    with database.write() as session:
        payout = claim_payout(session, payout_id)
    if payout is None:
        return False
    try:
        is_waiting = payout.state == PayoutState.WAITING
        status = _ask(channel, payout) if is_waiting or payout.tries > 1 else None
        if is_waiting:
            return _look_after(database, payout, status)
        if status is not None and status.outcome != PayOutcome.UNKNOWN:
            return _report(database, payout, status)
        return _pay(database, channel, payout)
    except UpstreamError as error:
        why = without_account(str(error), payout.account)
        _log.warning("payout %s: %s", payout.payout_no, why)
        if not is_waiting:  # one that waits is looked at again
            with database.write() as session:
                payout_failed(session, payout_id, why, permanent=error.permanent)
    except Conflict as error:
        _log.error("payout %s: %s", payout.payout_no, error)
        with database.write() as session:
            payout_failed(session, payout_id, error.message, permanent=True)
    return False


def _pay(database: Database, channel: PayoutChannel, payout: PayoutView) -> bool:
    request = PayRequest(payout.payout_no, payout.member_id, payout.net_fen, payout.account)
    result = channel.pay(request)
    with database.write() as session:
        if result.is_paid:
            payout_confirmed(
                session,
                payout.payout_no,
                channel=payout.channel,
                channel_ref=result.channel_ref,
                net_fen=payout.net_fen,
            )
        else:
            payout_waits(session, payout.id, result)
    return result.is_paid


def _ask(channel: PayoutChannel, payout: PayoutView) -> PayStatus | None:
    """What the channel knows of a number; ``None`` when it cannot be asked."""
    return channel.query(payout.payout_no) if isinstance(channel, AsksPayouts) else None


def _report(database: Database, payout: PayoutView, status: PayStatus) -> bool:
    with database.write() as session:
        payout_reported(session, status, channel=payout.channel)
        return lock_payout(session, PAYOUT_TABLE.c.id == payout.id).state == PayoutState.PAID


def _look_after(database: Database, payout: PayoutView, status: PayStatus | None) -> bool:
    """One that waits for its recipient: as the channel says, or by the clock when it cannot."""
    if status is not None:
        return _report(database, payout, status)
    with database.write() as session:
        wait_for_the_clock(session, payout.id)
    return False


def run_due_payouts(
    database: Database, channels: Mapping[str, PayoutChannel], *, limit: int = 100
) -> int:
    """Send every payout that is due; two workers may run it at once.

    A payout whose channel is switched off waits.

    Returns:
        How many recipients have their money now.
    """
    with database.read() as session:
        due = due_payouts(session, channels=channels, limit=limit)
    return sum(run_payout(database, channels[key], payout_id) for payout_id, key in due)


def ask_before_giving_back(database: Database, channel: PayoutChannel, payout_id: UUID) -> None:
    """See whether a channel paid a failed payout all the same, before its amount goes back.

    If it did, the payout is paid afterwards and can no longer be rejected.

    Raises:
        Rejected: nobody answers, so nobody knows.
    """
    with database.read() as session:
        payout = find_payout(session, payout_id)
    if payout.state != PayoutState.FAILED:
        return
    try:
        status = _ask(channel, payout)
    except UpstreamError as error:
        if error.permanent:
            return
        raise Rejected(
            "payout.unsure",
            "The channel does not answer, so nobody knows whether it paid. Please try again later.",
        ) from error
    if status is not None and status.outcome == PayOutcome.PAID:
        _report(database, payout, status)
