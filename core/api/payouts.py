"""Payouts: money leaving through the trunk's one port, which checks, reviews and pays.

A plugin declares which of its accounts can be paid out, and asks for a payout in a member's name.
A plugin that brings a channel tells here what the far side says about a number.
"""

from core.payouts.rules import (
    GIVEN_BACK,
    OVER,
    WALLET_CHANNEL,
    PayoutState,
    Terms,
    declare_payable,
    payout_terms,
)
from core.payouts.rules.channels import AccountField, PayoutWay, payout_ways, read_account, way_of
from core.payouts.rules.wording import expected_next, state_label
from core.payouts.services import (
    count_payouts,
    find_payout,
    list_payouts,
    payout_confirmed,
    payout_reported,
    request_payout,
)
from core.payouts.types import (
    PayOutcome,
    PayoutRequest,
    PayoutStep,
    PayoutView,
    PayRequest,
    PayResult,
    PayStatus,
)

__all__ = [
    "GIVEN_BACK",
    "OVER",
    "WALLET_CHANNEL",
    "AccountField",
    "PayOutcome",
    "PayRequest",
    "PayResult",
    "PayStatus",
    "PayoutRequest",
    "PayoutState",
    "PayoutStep",
    "PayoutView",
    "PayoutWay",
    "Terms",
    "count_payouts",
    "declare_payable",
    "expected_next",
    "find_payout",
    "list_payouts",
    "payout_confirmed",
    "payout_reported",
    "payout_terms",
    "payout_ways",
    "read_account",
    "request_payout",
    "state_label",
    "way_of",
]
