"""Values of payouts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from core.payouts.rules.channels import mask_account


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
    account: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class PayRequest:
    """What a payout channel gets: ``payout_no`` is its idempotency key."""

    payout_no: str
    member_id: UUID
    net_fen: int
    account: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class PayResult:
    """What the channel answered to a payment.

    Args:
        channel_ref: the channel's own number.
        is_paid: ``False``: the recipient must confirm first.
        confirm_url: where they do; ``https`` or a path of this store; else the channel tells them.
        expires_at: after that it can no longer be confirmed and nothing was paid, for sure: the
            amount goes back to its account. ``None``: only a query or a callback tells.
    """

    channel_ref: str
    is_paid: bool
    confirm_url: str = ""
    expires_at: datetime | None = None


class PayOutcome(StrEnum):
    """What a channel says about a number. ``UNKNOWN``: it never heard of it, so nothing was paid.

    ``FAILED`` waits for staff; ``UNCLAIMED`` gives the amount back, for it can never be paid.
    """

    PAID = "paid"
    WAITING = "waiting"
    FAILED = "failed"
    UNCLAIMED = "unclaimed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class PayStatus:
    """A channel's answer to a query, or its callback, read and found genuine.

    Args:
        payout_no: our number.
        channel_ref: the channel's number.
        outcome: what became of it.
        net_fen: the amount the channel speaks of.
        reason: why it failed, in the channel's words.
    """

    payout_no: str
    channel_ref: str
    outcome: PayOutcome
    net_fen: int
    reason: str = ""


@runtime_checkable
class AsksPayouts(Protocol):
    """A channel that can be asked what became of a number."""

    def query(self, payout_no: str) -> PayStatus | None:
        """What became of it; ``None``: this channel cannot be asked after all.

        Raises:
            UpstreamError: nobody answered.
        """


@runtime_checkable
class HearsOfPayouts(Protocol):
    """A channel that calls back, at ``/notify/payouts/<key>``."""

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> PayStatus:
        """Verify a callback and read it.

        Raises:
            Forbidden: it is not genuine.
        """


@dataclass(frozen=True)
class MoneyLeft:
    """What the store owes a member besides goods, in fen.

    ``ready_fen`` can be spent or paid out now, ``coming_fen`` only later, debts taken off.
    """

    ready_fen: int
    coming_fen: int

    @property
    def total_fen(self) -> int:
        """Both together."""
        return self.ready_fen + self.coming_fen


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
    account: dict[str, Any] = field(repr=False)
    state: str
    reason: str
    requested_by: str
    reviewer: str
    channel_ref: str | None
    tries: int
    requested_at: datetime
    reviewed_at: datetime | None
    paid_at: datetime | None
    batch_id: UUID | None = None
    confirm_url: str = ""
    expires_at: datetime | None = None
    next_try_at: datetime | None = None
    steps: tuple[PayoutStep, ...] = ()

    @property
    def masked_account(self) -> dict[str, str]:
        """The account as everybody but those who pay sees it."""
        return mask_account(self.account)


@dataclass(frozen=True)
class Review:
    """What a review came to. ``is_new`` is false when it had been decided so before."""

    payout: PayoutView
    is_new: bool


@dataclass(frozen=True)
class BatchView:
    """A file of payouts to pay by hand."""

    id: UUID
    batch_no: str
    channel: str
    locale: str
    payout_count: int
    net_fen: int
    made_by: str
    made_at: datetime


@dataclass(frozen=True)
class BatchLine:
    """A payout in a batch; ``outcome`` is what was told of it there: empty, paid or failed."""

    payout: PayoutView
    outcome: str
    note: str
    told_at: datetime | None
