"""The ledger: the one place where balances live. Append-only, double-entry, each key booked once.

A plugin declares its account kinds at import (:func:`declare_kind`), books with a key that names
the fact, rule and beneficiary, and never stores a balance of its own.
"""

from core.ledger.rules import account_id, member_owner
from core.ledger.services import (
    balance,
    balance_part,
    balances,
    balances_at,
    balances_of,
    book,
    book_many,
    declare_kind,
    platform_balance,
    postings_between,
    statement,
    transfer_many,
)
from core.ledger.types import CNY, PLATFORM, WALLET, JournalEntry, Leg, StatementRow, Transfer

__all__ = [
    "CNY",
    "PLATFORM",
    "WALLET",
    "JournalEntry",
    "Leg",
    "StatementRow",
    "Transfer",
    "account_id",
    "balance",
    "balance_part",
    "balances",
    "balances_at",
    "balances_of",
    "book",
    "book_many",
    "declare_kind",
    "member_owner",
    "platform_balance",
    "postings_between",
    "statement",
    "transfer_many",
]
