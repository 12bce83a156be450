"""What one may do with the ledger. Nothing here commits."""

from core.ledger.rules import account_id, declare_kind, is_guarded, member_owner
from core.ledger.services.booking import book, book_many, reverse
from core.ledger.services.reading import (
    balance,
    balance_part,
    balances,
    balances_at,
    balances_of,
    held_by_members,
    platform_balance,
    postings_between,
    statement,
)
from core.ledger.services.transfers import transfer_many
from core.ledger.services.verify import declare_check, verify
from core.ledger.types import (
    CNY,
    PLATFORM,
    WALLET,
    JournalEntry,
    Leg,
    Problem,
    StatementRow,
    Transfer,
    VerifyReport,
)

__all__ = [
    "CNY",
    "PLATFORM",
    "WALLET",
    "JournalEntry",
    "Leg",
    "Problem",
    "StatementRow",
    "Transfer",
    "VerifyReport",
    "account_id",
    "balance",
    "balance_part",
    "balances",
    "balances_at",
    "balances_of",
    "book",
    "book_many",
    "declare_check",
    "declare_kind",
    "held_by_members",
    "is_guarded",
    "member_owner",
    "platform_balance",
    "postings_between",
    "reverse",
    "statement",
    "transfer_many",
    "verify",
]
