"""Work of payouts that calls out: paying through channels, in units of work of its own.

No transaction is open while a channel is called.
"""

import logging
from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from core.db.engine import Database
from core.kernel.errors import UpstreamError
from core.payouts.services.paying import (
    claim_payout,
    payout_confirmed,
    payout_failed,
    payout_waits,
)
from core.payouts.services.reading import due_payouts
from core.payouts.types import PayRequest, PayResult

_log = logging.getLogger(__name__)


class PayoutChannel(Protocol):
    """A way to pay people outside the store; the wallet is core's own and needs none."""

    key: str
    label: str

    def pay(self, request: PayRequest) -> PayResult:
        """Pay once under the payout's number; repeating a request moves no further money.

        Raises:
            UpstreamError: the channel refused (permanent) or did not answer.
        """


def run_payout(database: Database, channel: PayoutChannel, payout_id: UUID) -> bool:
    """Send one payout that is due.

    Returns:
        Whether the recipient has the money. ``False``: not yet, or it failed.
    """
    with database.write() as session:
        payout = claim_payout(session, payout_id)
    if payout is None:
        return False
    request = PayRequest(payout.payout_no, payout.member_id, payout.net_fen, payout.account)
    try:
        result = channel.pay(request)
    except UpstreamError as error:
        _log.warning("payout %s failed: %s", payout.payout_no, error)
        with database.write() as session:
            payout_failed(session, payout_id, str(error), permanent=error.permanent)
        return False
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
            payout_waits(session, payout_id, result.channel_ref)
    return result.is_paid


def run_due_payouts(
    database: Database, channels: Mapping[str, PayoutChannel], *, limit: int = 100
) -> int:
    """Send every payout that is due; two workers may run it at once.

    A payout whose channel is switched off waits.

    Returns:
        How many recipients have their money now.
    """
    with database.read() as session:
        due = due_payouts(session, limit=limit)
    paid = 0
    for payout_id, key in due:
        if key in channels:
            paid += run_payout(database, channels[key], payout_id)
        else:
            _log.warning("a payout waits for the channel %s, which is not there", key)
    return paid
