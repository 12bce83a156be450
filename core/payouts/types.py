"""Values of payouts."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class PayoutRequest:
    """A member asks for ``amount_fen`` of the account ``source_kind`` through ``channel``.

    ``request_key`` makes a repeated submit harmless.
    """

    member_id: UUID
    source_kind: str
    channel: str
    amount_fen: int
    request_key: str
    account: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PayRequest:
    """What a payout channel gets: ``payout_no`` is its idempotency key."""

    payout_no: str
    member_id: UUID
    net_fen: int
    account: dict[str, Any]


@dataclass(frozen=True)
class PayResult:
    """What the channel answered; ``waiting`` when the recipient must confirm first."""

    channel_ref: str
    is_paid: bool
