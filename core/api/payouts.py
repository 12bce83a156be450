"""Payouts: money leaving through the trunk's one port, which checks, reviews and pays.

A plugin declares which of its accounts can be paid out, and asks for a payout in a member's name.
"""

from core.payouts.rules import WALLET_CHANNEL, PayoutState, Terms, declare_payable, payout_terms
from core.payouts.services import find_payout, list_payouts, payout_confirmed, request_payout
from core.payouts.types import PayoutRequest, PayoutStep, PayoutView, PayRequest, PayResult

__all__ = [
    "WALLET_CHANNEL",
    "PayRequest",
    "PayResult",
    "PayoutRequest",
    "PayoutState",
    "PayoutStep",
    "PayoutView",
    "Terms",
    "declare_payable",
    "find_payout",
    "list_payouts",
    "payout_confirmed",
    "payout_terms",
    "request_payout",
]
