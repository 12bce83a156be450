"""What following an order's money asks of orders: what members spent, and who a buyer may be."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Spending:
    """What a member's effective orders come to.

    Effective: paid, not cancelled, and not everything of it given back.

    Args:
        order_count: effective orders.
        net_fen: what was paid for their lines minus what was refunded of them, without freight.
    """

    order_count: int = 0
    net_fen: int = 0


@dataclass(frozen=True)
class OrderSignals:
    """What may tell that a buyer is somebody else as well: fingerprints, as ``MemberSignals``.

    To be compared with a member's and dropped; never shown, never stored.

    Args:
        phones: the delivery's phone.
        addresses: where it goes, without name and phone.
        devices: browsers (by cookie) in which the buyer opened share links.
        browsers: network address and browser name of the buyer's kept sign-ins; weaker.
        payers: the account that paid, where the gateway told it; to be compared with a member's
            ``payers`` and ``accounts``.
    """

    order_id: UUID
    member_id: UUID
    phones: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()
    browsers: frozenset[str] = frozenset()
    payers: frozenset[str] = frozenset()
