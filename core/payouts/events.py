"""Facts of payouts."""

from dataclasses import dataclass
from uuid import UUID

from core.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class PayoutSucceeded(Event):
    """The recipient has the money, in the wallet or outside. Fires once a payout.

    ``amount_fen`` left the account, ``net_fen`` arrived. Not fired at approval, unless the wallet
    pays then.

    Args:
        source_kind: kind of the ledger account the money came from.
        net_fen: without fee and tax.
    """

    aggregate = "member_id"
    payout_id: UUID
    member_id: UUID
    source_kind: str
    amount_fen: int
    net_fen: int


@dataclass(frozen=True, kw_only=True)
class PayoutFailed(Event):
    """A payout was rejected or given up; the amount is back on its account. Fires once a payout.

    Not fired for single tries that fail, nor while a failed payout waits for staff.

    Args:
        source_kind: kind of the ledger account the money is back on.
        reason: as staff or the channel said it.
    """

    aggregate = "member_id"
    payout_id: UUID
    member_id: UUID
    source_kind: str
    amount_fen: int
    reason: str
