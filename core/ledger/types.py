"""Values of the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

CNY = "CNY"
"""The asset of money, counted in fen. Points and the like are assets of their own."""

PLATFORM = "platform"
"""Owner of the store's own accounts: they keep no stored balance and may stand below zero."""

WALLET = "wallet"
"""Kind of a member's money in the store; guarded."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One signed amount on one account.

    Args:
        owner: :func:`core.ledger.rules.member_owner` or :data:`PLATFORM`.
        kind: account kind; a member's must be declared.
        amount: units of the asset (fen for money), not 0; positive: the account gets them.
        asset: what is counted.
        must_cover: the account must hold what this leg takes, even when its kind may go below zero.
    """

    owner: str
    kind: str
    amount: int
    asset: str = CNY
    must_cover: bool = False


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money of one owner that moves from one of their accounts to another.

    Args:
        owner: :func:`core.ledger.rules.member_owner`.
        source: account kind that gives; declared.
        target: account kind that gets; declared, another one.
        amount: fen, above 0.
    """

    owner: str
    source: str
    target: str
    amount: int


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A balanced group of legs to be booked once under ``key``.

    Args:
        key: unique for ever, such as ``commission:<event>:<line>:<level>``; at most 160 characters.
        kind: what happened, such as ``payment``.
        reference: what it is about, such as ``order:<uuid>``; at most 80 characters.
        actor: who caused it: ``system``, ``member:<uuid>``, ``staff:<uuid>``.
        legs: sum to zero per asset.
        at: when it happened; now when missing.
        reverses_id: the journal that this one takes back; each can be taken back once.
    """

    key: str
    kind: str
    reference: str
    actor: str
    legs: Sequence[Leg]
    at: datetime | None = None
    reverses_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One posting as its owner reads it. ``posting_id`` is the cursor of the next page."""

    posting_id: UUID
    journal_id: UUID
    account_kind: str
    asset: str
    amount: int
    kind: str
    key: str
    reference: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that must never be: ``code`` says what, ``subject`` which row, ``detail`` how."""

    code: str
    subject: str
    detail: str


@dataclass(frozen=True)
class VerifyReport:
    """What recomputing the whole ledger found. ``problems`` lists at most 100 of each code."""

    journals: int
    postings: int
    accounts: int
    problems: tuple[Problem, ...] = field(default=())

    @property
    def is_clean(self) -> bool:
        """Whether the books are in order."""
        return not self.problems
