"""Journals taken apart into the rows that both databases write."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from core.kernel.errors import InvariantError, Rejected
from core.kernel.ids import new_id
from core.kernel.values import dataclass
from core.ledger.rules import account_id, is_guarded
from core.ledger.types import PLATFORM, JournalEntry, Leg


class JournalRow(NamedTuple):
    """A row of ``ledger_journal``."""

    id: UUID
    key: str
    kind: str
    reference: str
    reverses_id: UUID | None
    actor: str
    at: datetime


class PostingRow(NamedTuple):
    """A row of ``ledger_posting``, and whether its account must cover it."""

    id: UUID
    journal_id: UUID
    account_id: UUID
    amount: int
    must_cover: bool


class AccountRow(NamedTuple):
    """A row of ``ledger_account`` without its balance; ``is_stored``: it keeps one."""

    id: UUID
    owner: str
    kind: str
    asset: str
    is_stored: bool
    guarded: bool


@dataclass(frozen=True)
class Batch:
    """Rows of some journals, ready to be written by either database's writer."""

    journals: list[JournalRow]
    postings: list[PostingRow]
    accounts: dict[UUID, AccountRow]

    @classmethod
    def of(cls, entries: Sequence[JournalEntry], at: datetime) -> "Batch":
        """Take sound journals apart; ``at`` dates those without a time of their own.

        Raises:
            InvariantError: two journals carry one key, or an account kind is not declared.
        """
        journals, postings = [], []
        accounts: dict[UUID, AccountRow] = {}
        for entry in entries:
            journal_id = new_id()
            journals.append(
                JournalRow(
                    journal_id,
                    entry.key,
                    entry.kind,
                    entry.reference,
                    entry.reverses_id,
                    entry.actor,
                    entry.at or at,
                )
            )
            for leg in entry.legs:
                account = _account(leg, accounts)
                must_cover = leg.must_cover or account.guarded
                postings.append(
                    PostingRow(new_id(), journal_id, account.id, leg.amount, must_cover)
                )
        if len({row.key for row in journals}) != len(journals):
            raise InvariantError("ledger.key", "Two journals to be booked carry the same key.")
        return cls(journals, postings, accounts)

    @property
    def takes_covered(self) -> bool:
        """Whether a leg takes from an account that must cover what all its legs together take."""
        covering = {row.account_id for row in self.postings if row.must_cover}
        return any(row.amount < 0 and row.account_id in covering for row in self.postings)

    @property
    def stored_ids(self) -> list[UUID]:
        """Accounts that keep a balance, in the order in which they are locked."""
        return sorted(row.id for row in self.accounts.values() if row.is_stored)


def _account(leg: Leg, accounts: dict[UUID, AccountRow]) -> AccountRow:
    key = account_id(leg.owner, leg.kind, leg.asset)
    row = accounts.get(key)
    if row is None:
        row = accounts[key] = AccountRow(
            key,
            leg.owner,
            leg.kind,
            leg.asset,
            leg.owner != PLATFORM,
            is_guarded(leg.owner, leg.kind),
        )
    return row


def short() -> Rejected:
    """The refusal when an account does not hold what a leg takes."""
    return Rejected("ledger.short", "The balance is not enough.")
