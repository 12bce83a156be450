"""What makes a fan doubtful: who may be the taker or another fan once more, what comes too fast."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from core.api.values import dataclass

HOUR = timedelta(hours=1)


class Suspicion(StrEnum):
    """Why a fan is doubted.

    ``ADDRESS``, ``DEVICE``, ``NETWORK``, ``ACCOUNT``: the fan shares one with the taker, or with
    another fan of theirs, so they may be one person; ``NETWORK`` is a network address together with
    the kind of browser that signed in from there. ``BURST``: they came to the taker in an hour in
    which more fans came than is usual.
    """

    ADDRESS = "address"
    DEVICE = "device"
    NETWORK = "network"
    ACCOUNT = "account"
    BURST = "burst"


SHARED = (Suspicion.ADDRESS, Suspicion.DEVICE, Suspicion.NETWORK, Suspicion.ACCOUNT)


@dataclass(frozen=True)
class Sight:
    """Fingerprints by suspicion of a fan, and of the taker and their other fans together.

    ``came_together``: fans in the fullest hour in which this one came to the taker.
    """

    fan: Mapping[Suspicion, Collection[str]]
    others: Mapping[Suspicion, Collection[str]]
    came_together: int = 0


def suspicions(sight: Sight, watched: Collection[Suspicion], burst: int) -> list[Suspicion]:
    """What is suspicious, of that which the merchant has watched.

    Args:
        sight: what is known.
        watched: kinds that are looked at.
        burst: so many an hour are usual.
    """
    found = [
        kind
        for kind in SHARED
        if not frozenset(sight.fan.get(kind, ())).isdisjoint(sight.others.get(kind, ()))
    ]
    if sight.came_together > burst:
        found.append(Suspicion.BURST)
    return [kind for kind in found if kind in watched]


def fullest_hour(at: datetime, others: Sequence[datetime]) -> int:
    """Most of ``others`` that lie in one hour together with ``at``, which is among them."""
    return max(
        sum(end - HOUR < each <= end for each in others) for end in others if at <= end < at + HOUR
    )
