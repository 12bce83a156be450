"""What one may do with payouts. Nothing here commits."""

from core.payouts.rules import WALLET_CHANNEL, PayoutState, declare_payable
from core.payouts.services import privacy as _privacy  # noqa: F401  (declares itself)
from core.payouts.services.batching import (
    batch_lines,
    export_batch,
    find_batch,
    list_batches,
    waiting_by_channel,
)
from core.payouts.services.by_hand import confirm_by_hand, fail_by_hand
from core.payouts.services.paying import payout_failed, retry_payout
from core.payouts.services.reading import (
    count_payouts,
    count_under_way,
    due_payouts,
    find_payout,
    list_payouts,
    money_left,
)
from core.payouts.services.reconciling import reconcile
from core.payouts.services.reporting import payout_confirmed, payout_reported
from core.payouts.services.requesting import request_payout
from core.payouts.services.reviewing import approve, reject

__all__ = [
    "WALLET_CHANNEL",
    "PayoutState",
    "approve",
    "batch_lines",
    "confirm_by_hand",
    "count_payouts",
    "count_under_way",
    "declare_payable",
    "due_payouts",
    "export_batch",
    "fail_by_hand",
    "find_batch",
    "find_payout",
    "list_batches",
    "list_payouts",
    "money_left",
    "payout_confirmed",
    "payout_failed",
    "payout_reported",
    "reconcile",
    "reject",
    "request_payout",
    "retry_payout",
    "waiting_by_channel",
]
