"""What other plugins may ask of membership; theirs must say ``requires = ["membership"]``.

Everything here reads, in one statement at most. A tier's id stays the same whatever the merchant
changes about it; told of changes of a member's tier is who implements ``member_tier_changed``.
"""

from plugins.membership.services.reading import ladder_part, rank_of, tier_of, tiers, tiers_of
from plugins.membership.types import Tier

__all__ = ["Tier", "ladder_part", "rank_of", "tier_of", "tiers", "tiers_of"]
