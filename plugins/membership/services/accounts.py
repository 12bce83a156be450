"""The account that holds a member's growth value, declared to the ledger.

Growth is an asset of its own. What members get comes from the platform's ``growth_given``. A
member's account may stand below zero: a refund takes back exactly what its order gave, whatever
became of that growth since (expired at a review, taken by staff), and what is given next makes up
for it. Staff cannot take more than there is.
"""

from core.api.ledger import PLATFORM, Leg, declare_kind, member_owner

ASSET = "growth"
HELD = "growth_value"
GIVEN = "growth_given"

declare_kind(HELD, guarded=False)

ACTOR = "plugin:membership"

__all__ = ["ACTOR", "ASSET", "GIVEN", "HELD", "PLATFORM", "Leg", "member_owner"]
