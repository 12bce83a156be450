"""What makes a commission suspicious: who may be paying themselves, and what comes too fast."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from core.api.values import dataclass


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


Evidence = Mapping[str, int | str]
"""What a suspicion rests on, as it is kept: counts and order numbers, nothing that names a person.

``order`` and ``buyer``: how many fingerprints of the beneficiary the order and the buyer show.
``bound`` and ``usual``: of a burst. ``order_no``: the order that makes a loop.
"""


@dataclass(frozen=True)
class Sight:
    """What is known of one order and one of those who earn on it.

    Args:
        order: kind → fingerprints of the order.
        buyer: the same of its buyer.
        beneficiary: the same.
        bound_lately: members bound to the beneficiary within the hour before the payment.
        mutual: number of the newest order, not long before, on which the buyer earned because the
            beneficiary bought; empty without one.
    """

    order: Mapping[Suspicion, Collection[str]]
    buyer: Mapping[Suspicion, Collection[str]]
    beneficiary: Mapping[Suspicion, Collection[str]]
    bound_lately: int = 0
    mutual: str = ""


def suspicions(
    sight: Sight, watched: Collection[Suspicion], burst: int
) -> dict[Suspicion, Evidence]:
    """What is suspicious, of that which the merchant has watched, and what it rests on.

    Args:
        sight: what is known.
        watched: kinds that are looked at.
        burst: so many bound within an hour are usual.
    """
    found: dict[Suspicion, Evidence] = {}
    for kind in SHARED:
        own = frozenset(sight.beneficiary.get(kind, ()))
        order = len(own.intersection(sight.order.get(kind, ())))
        buyer = len(own.intersection(sight.buyer.get(kind, ())))
        if order or buyer:
            found[kind] = {"order": order, "buyer": buyer}
    if sight.bound_lately > burst:
        found[Suspicion.BURST] = {"bound": sight.bound_lately, "usual": burst}
    if sight.mutual:
        found[Suspicion.LOOP] = {"order_no": sight.mutual}
    return {kind: evidence for kind, evidence in found.items() if kind in watched}
