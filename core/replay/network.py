"""A referral network drawn over the customers, the same for the same seed.

Three in four newcomers are brought by somebody who bought before; who brought many brings more
(preferential attachment), so the tree has the long tail that real networks have.
"""

import random
from collections.abc import Sequence

BROUGHT_SHARE = 0.75


def draw_referrers(customers: Sequence[str], seed: int) -> dict[str, str]:
    """Customer → the earlier customer who brought them.

    Args:
        customers: in the order in which they first appear, each once.
        seed: the same seed draws the same network.
    """
    chance = random.Random(seed)  # noqa: S311 - drawn to be repeatable
    urn: list[str] = []
    referrers = {}
    for customer in customers:
        if urn and chance.random() < BROUGHT_SHARE:
            referrer = chance.choice(urn)
            referrers[customer] = referrer
            urn.append(referrer)
        urn.append(customer)
    return referrers
