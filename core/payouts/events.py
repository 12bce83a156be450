"""Facts of payouts."""

from dataclasses import dataclass
from uuid import UUID

from core.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class PayoutSucceeded(Event):
    """The recipient has the money."""

    aggregate = "member_id"
    payout_id: UUID
    member_id: UUID
    source_kind: str
    amount_fen: int
    net_fen: int


@dataclass(frozen=True, kw_only=True)
class PayoutFailed(Event):
    """A payout was rejected or failed for good; the amount is back on its account."""

    aggregate = "member_id"
    payout_id: UUID
    member_id: UUID
    source_kind: str
    amount_fen: int
    reason: str
