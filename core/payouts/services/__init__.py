"""What one may do with payouts. Nothing here commits."""

from core.payouts.rules import WALLET_CHANNEL, PayoutState, declare_payable
from core.payouts.services import privacy as _privacy  # noqa: F401  (declares itself)
from core.payouts.services.paying import payout_confirmed, payout_failed, retry_payout
from core.payouts.services.reading import (
    count_payouts,
    count_under_way,
    due_payouts,
    find_payout,
    list_payouts,
)
from core.payouts.services.reconciling import reconcile
from core.payouts.services.requesting import request_payout
from core.payouts.services.reviewing import approve, reject

__all__ = [
    "WALLET_CHANNEL",
    "PayoutState",
    "approve",
    "count_payouts",
    "count_under_way",
    "declare_payable",
    "due_payouts",
    "find_payout",
    "list_payouts",
    "payout_confirmed",
    "payout_failed",
    "reconcile",
    "reject",
    "request_payout",
    "retry_payout",
]
