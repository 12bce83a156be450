"""Values of payouts."""

from dataclasses import dataclass, field
from datetime import datetime
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


@dataclass(frozen=True)
class PayoutStep:
    """One step in the life of a payout, for the member to read."""

    state: str
    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class PayoutView:
    """A payout as pages show it. ``steps`` is empty in lists."""

    id: UUID
    payout_no: str
    member_id: UUID
    source_kind: str
    channel: str
    amount_fen: int
    fee_fen: int
    tax_fen: int
    net_fen: int
    account: dict[str, Any]
    state: str
    reason: str
    requested_by: str
    reviewer: str
    channel_ref: str | None
    tries: int
    requested_at: datetime
    reviewed_at: datetime | None
    paid_at: datetime | None
    steps: tuple[PayoutStep, ...] = ()


@dataclass(frozen=True)
class Review:
    """What a review came to. ``is_new`` is false when it had been decided so before."""

    payout: PayoutView
    is_new: bool
