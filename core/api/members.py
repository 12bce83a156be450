"""Members, for reading. Shoppers see others by :func:`masked_names` only; staff may see more.

Two writes: a plugin that speaks with a channel tells by :func:`note_follow` who follows the shop
there; the one that keeps tiers tells by :func:`tell_tier_change` whose changed.
"""

from core.members.services import member_by_phone, member_view, names_of
from core.members.services.addresses import has_address
from core.members.services.follows import follows_of, note_follow
from core.members.services.naming import active_members, erased_among, ids_matching, masked_names
from core.members.services.signals import member_signals
from core.members.services.tiers import tell_tier_change
from core.members.types import FollowView, MemberSignals, MemberView

__all__ = [
    "FollowView",
    "MemberSignals",
    "MemberView",
    "active_members",
    "erased_among",
    "follows_of",
    "has_address",
    "ids_matching",
    "masked_names",
    "member_by_phone",
    "member_signals",
    "member_view",
    "names_of",
    "note_follow",
    "tell_tier_change",
]
