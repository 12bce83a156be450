"""Decisions about payouts: states, limits, fee and tax. Plain Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from core.kernel.errors import InvariantError, Rejected
from core.kernel.money import rate_fen
from core.kernel.states import StateMachine
from core.settings.rules import StoreSettings

WALLET_CHANNEL = "wallet"
"""Core's own channel: the money goes to the member's wallet in the store."""


class PayoutState(StrEnum):
    """Where a payout stands. ``FAILED`` waits for staff: try again, or reject and give back.

    ``RETURNED``: the recipient did not confirm in time, and the amount went back by itself.
    """

    REQUESTED = "requested"
    APPROVED = "approved"
    PAYING = "paying"
    WAITING = "waiting_for_recipient"
    PAID = "paid"
    FAILED = "failed"
    REJECTED = "rejected"
    RETURNED = "returned"


GIVEN_BACK = frozenset({PayoutState.REJECTED, PayoutState.RETURNED})
"""The amount is back on its account."""

OVER = GIVEN_BACK | {PayoutState.PAID}
"""Nothing more happens."""

_S = PayoutState
PAYOUT = StateMachine[PayoutState](
    "payout",
    {
        _S.REQUESTED: frozenset({_S.APPROVED, _S.REJECTED}),
        _S.APPROVED: frozenset({_S.PAYING, _S.PAID}),
        _S.PAYING: frozenset({_S.PAID, _S.WAITING, _S.FAILED, _S.RETURNED}),
        _S.WAITING: frozenset({_S.PAID, _S.FAILED, _S.RETURNED}),
        # A channel may report success after failure, as long as the money is still reserved.
        _S.FAILED: frozenset({_S.APPROVED, _S.REJECTED, _S.PAID}),
    },
)


@dataclass(frozen=True)
class Payable:
    """A kind of member account that can be paid out, and where the amount stands meanwhile.

    Args:
        source_kind: what the member can spend, such as ``commission_available``.
        reserved_kind: holds the amount from request to payment or return.
        paid_kind: counts what was ever paid out.
        coming_kinds: hold what becomes the source's by itself with time.
    """

    source_kind: str
    reserved_kind: str
    paid_kind: str
    coming_kinds: tuple[str, ...] = ()


_DELAYS_S = (30, 120, 600, 1800, 3600, 10_800, 21_600)
PAYOUT_TRIES = 12
"""After so many tries a payout waits for staff."""


def pay_delay(tries: int) -> timedelta:
    """How long to wait after the ``tries``-th attempt to pay: 30 s growing to six hours."""
    return timedelta(seconds=_DELAYS_S[min(tries, len(_DELAYS_S)) - 1])


LOOK_EVERY = timedelta(minutes=5)
"""How often a channel is asked about a payout that waits for its recipient."""

CLAIM_GRACE = timedelta(hours=1)
"""How long after its end a link counts as unclaimed, where the channel cannot be asked."""


_payables: dict[str, Payable] = {}


def declare_payable(
    source_kind: str, reserved_kind: str, paid_kind: str, coming_kinds: Sequence[str] = ()
) -> None:
    """Say that an account kind can be paid out; its owner does so when imported.

    Args:
        source_kind: what the member can spend.
        reserved_kind: holds the amount from request to payment or return.
        paid_kind: counts what was ever paid out.
        coming_kinds: hold what is owed to the member already and moves to the source by itself,
            such as rewards within the return window. Who closes an account is told of both.

    Raises:
        InvariantError: declared before with other accounts.
    """
    payable = Payable(source_kind, reserved_kind, paid_kind, tuple(coming_kinds))
    if _payables.setdefault(source_kind, payable) != payable:
        raise InvariantError(
            "payout.payable", "The payable account %(kind)s is declared twice.", kind=source_kind
        )


def paid_kinds() -> frozenset[str]:
    """Account kinds that only count what was paid out: nothing on them is owed."""
    return frozenset(payable.paid_kind for payable in _payables.values())


def payable_of(source_kind: str) -> Payable:
    """The declaration of an account kind.

    Raises:
        InvariantError: nobody declared it.
    """
    if source_kind not in _payables:
        raise InvariantError(
            "payout.payable", "The account %(kind)s cannot be paid out.", kind=source_kind
        )
    return _payables[source_kind]


def payables() -> tuple[Payable, ...]:
    """Every declaration."""
    return tuple(_payables.values())


@dataclass(frozen=True)
class Terms:
    """What becomes of a requested amount: fee and tax are taken off, the rest arrives."""

    amount_fen: int
    fee_fen: int
    tax_fen: int

    @property
    def net_fen(self) -> int:
        """What arrives."""
        return self.amount_fen - self.fee_fen - self.tax_fen


def payout_terms(amount_fen: int, settings: StoreSettings) -> Terms:
    """Fee and tax of an amount, each its own share of the whole (half a fen goes to the store).

    The fee is the fixed sum and the share together.

    Raises:
        Rejected: below the minimum, above the maximum, or nothing would be left.
    """
    if amount_fen < max(1, settings.payout_min_fen):
        raise Rejected(
            "payout.too_small",
            "The smallest amount is %(limit_fen)s.",
            limit_fen=max(1, settings.payout_min_fen),
        )
    if amount_fen > settings.payout_max_fen:
        raise Rejected(
            "payout.too_large",
            "The largest amount is %(limit_fen)s.",
            limit_fen=settings.payout_max_fen,
        )
    terms = Terms(
        amount_fen,
        settings.payout_fee_fen + rate_fen(amount_fen, settings.payout_fee_bps),
        rate_fen(amount_fen, settings.payout_tax_bps),
    )
    if terms.net_fen <= 0:
        raise Rejected("payout.nothing_left", "Nothing would be left after fee and tax.")
    return terms
