"""A shop with membership on; see :class:`Club` for what tests say about it."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from core.api.clock import now
from core.api.db import new_id
from plugins.membership import api
from plugins.membership.models import TierRow

STAFF = "staff:00000000-0000-0000-0000-000000000001"


@pytest.fixture
def plugins_on():
    return ("membership",)


@dataclass
class Club:
    """The membership of one test's shop, as one-liners."""

    shop: object

    def ladder(self, *thresholds):
        """Tiers with these thresholds, the lowest first; their ids."""
        with self.shop.database.write() as session:
            rows = [_tier(rank, threshold) for rank, threshold in enumerate(thresholds, start=1)]
            session.add_all(rows)
            return [row.id for row in rows]

    def tier(self, member_id: UUID):
        with self.shop.database.read() as session:
            return api.tier_of(session, member_id)


def _tier(rank: int, threshold: int) -> TierRow:
    return TierRow(
        id=new_id(),
        rank=rank,
        name_zh=f"{rank} 级",
        name_en=f"Level {rank}",
        threshold=threshold,
        colour="#1f5b4a",
        icon="award",
        validity_days=365,
        changed_at=now(),
    )


@pytest.fixture
def club(shop):
    return Club(shop)
