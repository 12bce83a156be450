"""What makes a commission suspicious: who may be paying themselves, and what comes too fast."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Suspicion(StrEnum):
    """Why a commission is held.

    ``PHONE``, ``ADDRESS``, ``DEVICE``, ``BROWSER``, ``ACCOUNT``: buyer and beneficiary share one,
    so they may be one person. A device is a browser in which both opened share links. ``BROWSER``
    is weaker: both signed in from one network address with a browser of one kind, as people of one
    household do. An account is one they paid from or asked to be paid to. ``BURST``: more people
    were bound to the beneficiary within an hour than is usual. ``LOOP``: each of the two earns on
    what the other buys.
    """

    PHONE = "phone"
    ADDRESS = "address"
    DEVICE = "device"
    BROWSER = "browser"
    ACCOUNT = "account"
    BURST = "burst"
    LOOP = "loop"


SHARED = (
    Suspicion.PHONE,
    Suspicion.ADDRESS,
    Suspicion.DEVICE,
    Suspicion.BROWSER,
    Suspicion.ACCOUNT,
)
"""What buyer and beneficiary may share."""


@dataclass(frozen=True)
class Sight:
    """What is known of one order and one of those who earn on it.

    Fingerprints of the buyer (their own and the order's together) and of the beneficiary.

    Args:
        buyer: kind → fingerprints.
        beneficiary: the same.
        bound_lately: members bound to the beneficiary within the hour before the payment.
        is_mutual: the buyer earned on what the beneficiary bought not long before.
    """

    buyer: Mapping[Suspicion, Collection[str]]
    beneficiary: Mapping[Suspicion, Collection[str]]
    bound_lately: int = 0
    is_mutual: bool = False


def suspicions(sight: Sight, watched: Collection[Suspicion], burst: int) -> list[Suspicion]:
    """What is suspicious, of that which the merchant has watched.

    Args:
        sight: what is known.
        watched: kinds that are looked at.
        burst: so many bound within an hour are usual.
    """
    shared = [
        kind
        for kind in SHARED
        if not frozenset(sight.buyer.get(kind, ())).isdisjoint(sight.beneficiary.get(kind, ()))
    ]
    if sight.bound_lately > burst:
        shared.append(Suspicion.BURST)
    if sight.is_mutual:
        shared.append(Suspicion.LOOP)
    return [kind for kind in shared if kind in watched]
