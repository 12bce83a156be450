"""The accounts a distributor's money moves through, declared to the ledger and to payouts.

``pending`` (order paid) → ``frozen`` (received) → ``available`` (after-sale window over) →
``reserved`` (in a payout) → ``paid``. Every step is a journal between two of them; the store's side
is the platform's commission expense.
"""

from core.api.ledger import declare_kind
from core.api.payouts import declare_payable

PENDING = "commission_pending"
FROZEN = "commission_frozen"
AVAILABLE = "commission_available"
RESERVED = "commission_reserved"
PAID = "commission_paid"
EXPENSE = "commission_expense"

for _kind, _guarded in (
    (PENDING, True),
    (FROZEN, True),
    (AVAILABLE, False),  # a refund after settlement may take it below zero; income nets the debt
    (RESERVED, True),
    (PAID, True),
    (EXPENSE, False),
):
    declare_kind(_kind, guarded=_guarded)

declare_payable(AVAILABLE, RESERVED, PAID, coming_kinds=(PENDING, FROZEN))

ACCOUNT_OF_STATE = {"pending": PENDING, "frozen": FROZEN, "available": AVAILABLE}
"""Where a commission's money stands in each of its states."""
